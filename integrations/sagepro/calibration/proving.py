"""Which kinds of posting are proven: our own writer, rehearsed, leaves what Sage left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from integrations.canonical.errors import FixConfiguration
from integrations.canonical.posting import PostingKind
from integrations.sagepro.calibration.books import Books
from integrations.sagepro.calibration.comparing import mismatches
from integrations.sagepro.calibration.notes import Notes, Question
from integrations.sagepro.calibration.observation import Observation
from integrations.sagepro.calibration.rehearsal import rehearse
from integrations.sagepro.calibration.transactions import TASKS, Transaction
from integrations.sagepro.profile import PostingProfile


@dataclass(frozen=True)
class Proof:
    """What the rehearsals showed."""

    kinds: frozenset[PostingKind]
    proven: frozenset[Transaction]
    differences: Mapping[Transaction, tuple[str, ...]]


def prove(books: Books, profile: PostingProfile) -> Proof:
    """Rehearse everything keyed that is evidence for a kind. Asks what may be left alone."""
    differences: dict[Transaction, tuple[str, ...]] = {}
    proven: set[Transaction] = set()
    for found in books.found:
        if TASKS[found.transaction].proves is None:
            continue
        told = _rehearsed(found, profile, books.notes)
        if told:
            differences[found.transaction] = tuple(told)
        else:
            proven.add(found.transaction)
    kinds = frozenset(kind for kind in PostingKind if _is_allowed(kind, books, proven))
    return Proof(kinds, frozenset(proven), differences)


def _rehearsed(found: Observation, profile: PostingProfile, notes: Notes) -> list[str]:
    """What stands between this transaction and its proof, in sentences."""
    try:
        rehearsed = rehearse(found, profile)
    except FixConfiguration as error:
        return [error.sentence]
    if rehearsed.refusal:
        return [f"Tieout would not have posted it: {rehearsed.refusal}"]
    return [
        mismatch.sentence
        for mismatch in mismatches(found, rehearsed.changes, profile)
        if not (mismatch.may_be_left and _may_be_left(mismatch.key, mismatch.sentence, notes))
    ]


def _may_be_left(key: str, sentence: str, notes: Notes) -> bool:
    choices = (
        ("leave", "Tieout may leave it alone"),
        ("stop", "It has to be written, so do not post"),
    )
    return notes.ask(Question(key, f"{sentence} Is that right?", choices)) == "leave"


def _is_allowed(kind: PostingKind, books: Books, proven: set[Transaction]) -> bool:
    keyed = [found.transaction for found in books.found if TASKS[found.transaction].proves is kind]
    needed = [t for t, task in TASKS.items() if task.proves is kind and task.is_needed]
    # Nothing keyed proves nothing: a kind without a transaction of its own is never allowed.
    return bool(keyed) and set(keyed) <= proven and set(needed) <= proven

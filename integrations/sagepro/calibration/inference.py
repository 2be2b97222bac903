"""From keyed transactions to a posting profile, each value with its evidence.

What is ambiguous becomes a question. A kind of posting is allowed only when our own writer,
rehearsed in memory, leaves the very rows that Sage left when the person keyed it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from integrations.sagepro.calibration.books import Books
from integrations.sagepro.calibration.drafting import draft
from integrations.sagepro.calibration.finding import find_columns
from integrations.sagepro.calibration.notes import Finding, Notes, Question
from integrations.sagepro.calibration.observation import Observation
from integrations.sagepro.calibration.proving import prove
from integrations.sagepro.calibration.tables import ROLES, find_tables, receipts_of
from integrations.sagepro.calibration.transactions import Transaction
from integrations.sagepro.profile import PostingProfile
from integrations.sagepro.profile_checks import problems


@dataclass(frozen=True)
class Proposal:
    """What calibration proposes, and what is still open."""

    profile: PostingProfile | None = None
    """With only the proven kinds allowed; None while something basic is missing."""
    findings: tuple[Finding, ...] = ()
    questions: tuple[Question, ...] = ()
    problems: tuple[str, ...] = ()
    proven: frozenset[Transaction] = frozenset()
    """Transactions whose rehearsal left the same rows."""
    differences: Mapping[Transaction, tuple[str, ...]] = field(default_factory=dict)
    """What our writer would have done otherwise, by transaction."""


def infer(
    found: Sequence[Observation], present: PostingProfile, *, answers: Mapping[str, str]
) -> Proposal:
    """The posting profile that explains everything keyed so far.

    `present` says what no receipt can show (chart of accounts, calendar, companies) and settles
    what fits in several ways. `answers` are a person's, by the key of the question.
    """
    notes = Notes(answers)
    if not receipts_of(found):
        return Proposal(
            problems=("Nothing has been keyed yet that shows how receipts are written.",)
        )
    tables = find_tables(found, present, notes)
    if set(tables.names) != set(ROLES):
        return _open(notes)
    books = Books(found, tables, present, notes)
    find_columns(books)
    data = draft(books)
    notes.problems += [problem.sentence for problem in problems(data)]
    if notes.questions or notes.problems:
        return _open(notes)
    profile = PostingProfile.from_json(data)
    proof = prove(books, profile)
    return replace(
        _open(notes),
        profile=replace(profile, kinds=proof.kinds),
        proven=proof.proven,
        differences=proof.differences,
    )


def _open(notes: Notes) -> Proposal:
    return Proposal(
        findings=tuple(notes.findings),
        questions=tuple(notes.questions),
        problems=tuple(notes.problems),
    )

"""The deposit worksheet: what a bookkeeper is to key into Sage, and what became of each entry.

Inside the open company's transaction. A person's word makes us look; only the books end an
entry. State moves by conditional update.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from integrations.canonical.keyed import KeyedBefore
from integrations.canonical.posting import PostingKind, PostingRequest, WithdrawOutcome
from integrations.connections.models import WorksheetEntry
from integrations.connections.rows import locked_connection, record_change
from integrations.matching.keyed import Keyed
from tenants.errors import NotPossible
from tenants.scope import tenant_statement

EntryState = WorksheetEntry.State
OPEN = (EntryState.WAITING, EntryState.CONFIRMED)
_SAID = (EntryState.CONFIRMED, EntryState.SEEN)

_GONE = (
    "What you ticked was taken off the worksheet meanwhile."
    " If it is in Sage, ask whoever took it off before it stays there."
)
_MEANWHILE = {
    EntryState.SEEN: "What you ticked was found in Sage, so it cannot be taken off any more.",
    EntryState.CONFIRMED: "Somebody has keyed what you ticked; Tieout is looking for it in Sage.",
    EntryState.TAKEN_OFF: _GONE,
    EntryState.GIVEN_BACK: _GONE,
    EntryState.WITHDRAWN: _GONE,
}

_STATE = (
    "SELECT state FROM connections_worksheetentry"
    " WHERE company_id = %(company)s AND effect_key = %(key)s"
)


class HasKey(Protocol):
    """Whatever an entry is about."""

    @property
    def effect_key(self) -> str: ...


@dataclass(frozen=True)
class Looked:
    """What the worksheet knows of one posting."""

    state: EntryState | None
    payload_hash: str = ""
    said_at: datetime | None = None
    """When a person said that it is keyed; None while nobody does."""
    is_other_key: bool = False
    """Another entry has its marker."""
    before: tuple[KeyedBefore, ...] = ()
    """What it takes back, and what took that back."""


def state_of(*, tenant_id: UUID, company_id: UUID, effect_key: str) -> EntryState | None:
    """Where the entry of this key stands; None when there is none. Outside transactions, in one
    round trip: it is asked before every posting of every company."""
    named = {"company": company_id, "key": effect_key}
    row = tenant_statement(tenant_id, _STATE, named)
    return EntryState(row[0]) if row else None


def look(request: PostingRequest, *, company_id: UUID) -> Looked:
    """The entry of this posting, and those it builds on."""
    of_company = WorksheetEntry.objects.filter(company_id=company_id)
    entry = of_company.filter(effect_key=request.effect_key).first()
    others = of_company.filter(marker=request.marker).exclude(effect_key=request.effect_key)
    return Looked(
        state=EntryState(entry.state) if entry else None,
        payload_hash=entry.payload_hash if entry else "",
        said_at=entry.confirmed_at if entry and entry.state in _SAID else None,
        is_other_key=entry is None and others.exists(),
        before=tuple(_before(of_company, request.reverses)),
    )


def _before(of_company: QuerySet[WorksheetEntry], key: str) -> Iterator[KeyedBefore]:
    """The entry of this key, what took it back, and what took that back in turn."""
    if not key:
        return
    ended = of_company.filter(state__in=[EntryState.SEEN, EntryState.WITHDRAWN])
    yield from map(_keyed_before, ended.filter(effect_key=key))
    keys = {key}
    while keys:
        found = [_keyed_before(one) for one in ended.filter(request__reverses__in=keys)]
        yield from found
        keys = {one.effect_key for one in found}


def _keyed_before(entry: WorksheetEntry) -> KeyedBefore:
    kind = entry.request.get("kind")
    return KeyedBefore(
        effect_key=entry.effect_key,
        marker=entry.marker,
        kind=PostingKind(kind) if kind else None,
        reverses=str(entry.request.get("reverses", "")),
        is_withdrawn=entry.state == EntryState.WITHDRAWN,
    )


def taken(receipt_keys: Collection[str], *, company_id: UUID, but: str) -> frozenset[str]:
    """Which of these receipts were found to be other entries than that of the key `but`."""
    if not receipt_keys:
        return frozenset()
    others = WorksheetEntry.objects.filter(
        company_id=company_id,
        state=EntryState.SEEN,
        receipt_keys__has_any_keys=list(receipt_keys),
    ).exclude(effect_key=but)
    return frozenset(key for keys in others.values_list("receipt_keys", flat=True) for key in keys)


def expect(request: PostingRequest, *, company_id: UUID) -> None:
    """A person keys this one; it is listed once the books have been looked at."""
    WorksheetEntry.objects.get_or_create(
        company_id=company_id,
        effect_key=request.effect_key,
        defaults={**_told(request), "state": EntryState.GIVEN_BACK},
    )


def enter(request: PostingRequest, *, company_id: UUID) -> WorksheetEntry:
    """List a posting to be keyed, once; one that was given back is listed again. Its entry."""
    told = _told(request)
    entry, is_new = WorksheetEntry.objects.get_or_create(
        company_id=company_id, effect_key=request.effect_key, defaults=told
    )
    if not is_new and entry.state == EntryState.GIVEN_BACK:
        _of(request, company_id, EntryState.GIVEN_BACK).update(
            state=EntryState.WAITING, state_since=Now(), problem="",
            confirmed_by="", confirmed_at=None, **told,
        )  # fmt: skip
        entry.refresh_from_db()
    return entry


def go_back(request: HasKey, *, company_id: UUID, said_at: datetime, missing: str) -> None:
    """One that a person said is keyed is not there as it should be: to be keyed again.

    A person who has said so once more since is believed first.
    """
    said = _of(request, company_id, EntryState.CONFIRMED).filter(confirmed_at=said_at)
    said.update(state=EntryState.WAITING, state_since=Now(), problem=missing[:500])


def say(request: HasKey, *, company_id: UUID, problem: str) -> None:
    """Say what stands in the way of an entry that waits to be keyed; empty when nothing does."""
    waiting = _of(request, company_id, EntryState.WAITING)
    if not problem:
        # What was missing when a person said that it was keyed is still missing.
        waiting = waiting.filter(confirmed_at=None)
    waiting.exclude(problem=problem[:500]).update(problem=problem[:500])


def give_back(request: HasKey, *, company_id: UUID) -> str:
    """One that was taken off is given back to be decided about; why it was."""
    taken_off = _of(request, company_id, EntryState.TAKEN_OFF)
    taken_off.update(state=EntryState.GIVEN_BACK, state_since=Now())
    return WorksheetEntry.objects.get(company_id=company_id, effect_key=request.effect_key).problem


def see(request: PostingRequest, found: Keyed, *, company_id: UUID) -> bool:
    """It stands in the books: take it off the list, if it was there; True when it was.

    One that was never listed is remembered, so that what takes it back later is known.
    """
    seen = {
        "state": EntryState.SEEN,
        "problem": "",
        "receipt_keys": [receipt.key for receipt in found.receipts],
    }
    entry, is_new = WorksheetEntry.objects.get_or_create(
        company_id=company_id, effect_key=request.effect_key, defaults={**_told(request), **seen}
    )
    if is_new or entry.state == EntryState.SEEN:
        return False
    moved = WorksheetEntry.objects.filter(id=entry.id).exclude(state=EntryState.SEEN)
    return bool(moved.update(state_since=Now(), **seen))


def _told(request: PostingRequest) -> dict[str, Any]:
    return {
        "marker": request.marker,
        "payload_hash": request.payload_hash,
        "request": request.as_json(),
        "deposit_date": request.accounting_date,
        "amount": request.amount.amount,
        "currency": request.amount.currency,
    }


def _of(request: HasKey, company_id: UUID, state: EntryState) -> QuerySet[WorksheetEntry]:
    """The entry of this posting while it is in that state: nobody else has moved it since."""
    return WorksheetEntry.objects.filter(
        company_id=company_id, effect_key=request.effect_key, state=state
    )


def confirm(*, company_id: UUID, entry_ids: Collection[UUID], actor: str) -> list[str]:
    """A person says that these were keyed: the effect keys of those to be looked for in Sage now.

    There are none when each is being looked for already, or was found before the person said it.
    Raises NotPossible when none of them was listed, or somebody else took them off.
    """
    waiting = _entries(company_id, entry_ids, EntryState.WAITING)
    keys = list(waiting.values_list("effect_key", flat=True))
    waiting.update(
        state=EntryState.CONFIRMED,
        state_since=Now(),
        confirmed_by=actor,
        confirmed_at=Now(),
        problem="",
    )
    if not keys:
        if _entries(company_id, entry_ids, *_SAID).exists():
            return []
        raise _none_waits(company_id, entry_ids, "that you have keyed into Sage")
    connection = locked_connection(company_id)
    record_change("worksheet.confirmed", connection, actor, count=len(keys))
    return keys


def take_off(
    *, company_id: UUID, entry_ids: Collection[UUID], reason: str, actor: str
) -> list[str]:
    """These are not to be keyed: their effect keys, to be decided about.

    Raises NotPossible without a reason, and when none of them is waiting to be keyed.
    """
    if not reason.strip():
        raise NotPossible("Say why they are not to be keyed: the reason is kept.", field="reason")
    waiting = _entries(company_id, entry_ids, EntryState.WAITING)
    keys = list(waiting.values_list("effect_key", flat=True))
    waiting.update(
        state=EntryState.TAKEN_OFF,
        state_since=Now(),
        problem=f"Taken off the worksheet by {actor}: {reason.strip()}"[:500],
    )
    if not keys:
        raise _none_waits(company_id, entry_ids, "that are not to be keyed")
    connection = locked_connection(company_id)
    record_change("worksheet.taken_off", connection, actor, count=len(keys), reason=reason[:300])
    return keys


def withdraw(*, company_id: UUID, effect_key: str, marker: str) -> WithdrawOutcome:
    """Forbid this key for ever. PENDING when a person says that it was keyed."""
    today = timezone.localdate()
    entry, _ = WorksheetEntry.objects.get_or_create(
        company_id=company_id,
        effect_key=effect_key,
        defaults={"marker": marker, "request": {}, "deposit_date": today, "amount": 0},
    )
    gone = WorksheetEntry.objects.filter(id=entry.id).exclude(
        state__in=[EntryState.CONFIRMED, EntryState.SEEN]
    )
    if gone.update(state=EntryState.WITHDRAWN, state_since=Now(), problem=""):
        return WithdrawOutcome.WITHDRAWN
    return WithdrawOutcome.EXISTS if entry.state == EntryState.SEEN else WithdrawOutcome.PENDING


def open_entries(company_ids: Collection[UUID]) -> Sequence[WorksheetEntry]:
    """What is to be keyed or is being looked for, oldest deposit first."""
    found = WorksheetEntry.objects.filter(company_id__in=company_ids, state__in=OPEN)
    return list(found.select_related("company").order_by("deposit_date", "created_at", "id"))


def to_key(company_ids: Collection[UUID]) -> int:
    """How many entries wait for a person to key them."""
    waiting = WorksheetEntry.objects.filter(company_id__in=company_ids, state=EntryState.WAITING)
    return waiting.count()


def _entries(
    company_id: UUID, ids: Collection[UUID], *states: EntryState
) -> QuerySet[WorksheetEntry]:
    return WorksheetEntry.objects.filter(company_id=company_id, id__in=ids, state__in=states)


def _none_waits(company_id: UUID, ids: Collection[UUID], which: str) -> NotPossible:
    """Why a person's word about these changes nothing: what became of the first of them."""
    chosen = WorksheetEntry.objects.filter(company_id=company_id, id__in=ids).first()
    told = _MEANWHILE.get(EntryState(chosen.state)) if chosen else None
    return NotPossible(told or f"Tick the entries {which}.", field="entry")

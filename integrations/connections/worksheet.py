"""The deposit worksheet: what a bookkeeper is to key into Sage, and what became of each entry.

Inside the open company's transaction. A person's word makes us look; only the books end an
entry. State moves by conditional update.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from integrations.canonical.posting import PostingRequest, WithdrawOutcome
from integrations.connections.models import WorksheetEntry
from integrations.connections.rows import locked_connection, record_change
from integrations.matching.keyed import Keyed
from tenants.errors import NotPossible

EntryState = WorksheetEntry.State
OPEN = (EntryState.WAITING, EntryState.CONFIRMED)


@dataclass(frozen=True)
class Looked:
    """What the worksheet knows of one posting."""

    state: EntryState | None
    taken: frozenset[str]
    """Receipts that were found to be other entries."""


def look(*, company_id: UUID, effect_key: str) -> Looked:
    """The entry of this key, if there is one, and which receipts are spoken for."""
    entry = WorksheetEntry.objects.filter(company_id=company_id, effect_key=effect_key).first()
    others = WorksheetEntry.objects.filter(company_id=company_id, state=EntryState.SEEN)
    keys = others.exclude(effect_key=effect_key).values_list("receipt_keys", flat=True)
    return Looked(
        state=EntryState(entry.state) if entry else None,
        taken=frozenset(key for each in keys for key in each),
    )


def enter(request: PostingRequest, *, company_id: UUID, missing: str) -> WorksheetEntry:
    """List a posting to be keyed, once, and say what is still missing in Sage; its entry.

    One that was confirmed and is not there goes back to the list. One that was taken off is
    given back to be decided about first, and listed again when it is asked about again.
    """
    told = {
        "marker": request.marker,
        "payload_hash": request.payload_hash,
        "request": request.as_json(),
        "deposit_date": request.accounting_date,
        "amount": request.amount.amount,
        "currency": request.amount.currency,
    }
    entry, is_new = WorksheetEntry.objects.get_or_create(
        company_id=company_id, effect_key=request.effect_key, defaults=told
    )
    if not is_new:
        _ask_again(entry, told, missing=missing)
        entry.refresh_from_db()
    return entry


def _ask_again(entry: WorksheetEntry, told: dict[str, Any], *, missing: str) -> None:
    if entry.state == EntryState.CONFIRMED:
        _move(entry, EntryState.WAITING, problem=missing[:500])
    elif entry.state == EntryState.TAKEN_OFF:
        _move(entry, EntryState.GIVEN_BACK)
    elif entry.state == EntryState.GIVEN_BACK:
        _move(entry, EntryState.WAITING, problem="", **told)


def _move(entry: WorksheetEntry, state: EntryState, **fields: Any) -> None:
    """Unless somebody else has moved it since it was read."""
    WorksheetEntry.objects.filter(id=entry.id, state=entry.state).update(
        state=state, state_since=Now(), **fields
    )


def see(request: PostingRequest, found: Keyed, *, company_id: UUID) -> None:
    """Take an entry off the list: it stands in the books. One never listed leaves no row."""
    WorksheetEntry.objects.filter(company_id=company_id, effect_key=request.effect_key).update(
        state=EntryState.SEEN,
        state_since=Now(),
        problem="",
        receipt_keys=[receipt.key for receipt in found.receipts],
    )


def confirm(*, company_id: UUID, entry_ids: Collection[UUID], actor: str) -> list[str]:
    """A person says that these were keyed: their effect keys, to be looked for in Sage.

    Raises NotPossible when none of them is waiting to be keyed.
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
        raise NotPossible("Tick the entries that you have keyed into Sage.", field="entry")
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
        raise NotPossible("Tick the entries that are not to be keyed.", field="entry")
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
    company_id: UUID, ids: Collection[UUID], state: EntryState
) -> QuerySet[WorksheetEntry]:
    return WorksheetEntry.objects.filter(company_id=company_id, id__in=ids, state=state)

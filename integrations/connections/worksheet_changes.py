"""Changes beside payments on the worksheet: customers to add, orders and stock to key.

Inside the open company's transaction. They are entries as postings are, and end as those do: by
what the books show (see `integrations.connections.worksheet`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from integrations.canonical.keyed_changes import KeyedVersion, ListedRow, Wanted
from integrations.canonical.orders import CustomerRequest, OrderRequest
from integrations.canonical.posting import marker_for
from integrations.canonical.redaction import redact_text
from integrations.canonical.stock import Allocation
from integrations.connections.models import WorksheetEntry
from integrations.connections.worksheet import OPEN, EntryState
from integrations.sagepro.agent.codec import decode, encode
from integrations.sagepro.backends import by_hand
from integrations.sagepro.columns import MarkerRule
from tenants.errors import NotPossible

Kind = WorksheetEntry.Kind
_LONGEST = 20
SAID_AT_ONCE = 50
CHANGES = (Kind.CUSTOMER, Kind.ORDER, Kind.ALLOCATION)
_TYPES: dict[str, Any] = {
    Kind.CUSTOMER: CustomerRequest,
    Kind.ORDER: OrderRequest,
    Kind.ALLOCATION: Allocation,
}


@dataclass(frozen=True)
class Asked:
    """A change that is asked for, as its entry knows it."""

    wanted: Wanted
    kind: str
    effect_key: str
    payload_hash: str
    marker: str

    @classmethod
    def of(cls, wanted: Wanted, rule: MarkerRule) -> Asked:
        told = by_hand.asked_of(wanted)
        marker = marker_for(told.key, rule.width, rule.prefix)
        return cls(wanted, told.kind, told.key, told.payload_hash, marker)


@dataclass(frozen=True)
class Kept:
    """What an entry keeps of a change beside what was asked."""

    listed: tuple[ListedRow, ...] = ()
    """What a person keys."""
    record: str = ""
    """Of a sales order, once it was found: what a later version is told of it."""
    moves: tuple[Allocation, ...] = ()
    """The stock that it moves."""
    stood: Decimal = Decimal(0)
    """Of stock: how much was allocated when it was listed."""
    listed_at: str = ""
    """When that was, by the database."""
    is_unproven: bool = False
    """The books cannot show it, so a person's next word counts."""

    @classmethod
    def of(cls, entry: WorksheetEntry) -> Kept:
        kept: Kept = decode(cls, entry.kept)
        return kept


def wanted_of(entry: WorksheetEntry) -> Wanted:
    """What was asked for. Raises ValueError for an entry of another kind."""
    wanted: Wanted = decode(_TYPES[entry.kind], entry.request)
    return wanted


def find(effect_key: str, *, company_id: UUID) -> WorksheetEntry | None:
    """The entry of this key, of whatever kind."""
    return WorksheetEntry.objects.filter(company_id=company_id, effect_key=effect_key).first()


def is_other_key(asked: Asked, *, company_id: UUID) -> bool:
    """Whether another entry has its marker."""
    alike = WorksheetEntry.objects.filter(company_id=company_id, marker=asked.marker)
    return alike.exclude(effect_key=asked.effect_key).exists()


def numbers_listed(kind: str, *, company_id: UUID) -> tuple[str, ...]:
    """The numbers that stand on the list, for what is listed next to get another."""
    listed = WorksheetEntry.objects.filter(company_id=company_id, kind=kind, state__in=OPEN)
    return tuple(listed.exclude(number="").values_list("number", flat=True))


def tell_numbers(numbers: Mapping[UUID, str], *, company_id: UUID) -> None:
    """A person tells the numbers under which these were keyed.

    Raises NotPossible for one that no number in Sage can be.
    """
    waiting = _changes([company_id]).filter(state=EntryState.WAITING)
    for entry_id, told in numbers.items():
        number = told.strip()
        shown = redact_text(number)
        if len(number) > _LONGEST or not number.isprintable() or shown != number:
            raise NotPossible(f"{shown[:_LONGEST]} is no number in Sage.", field="number")
        waiting.filter(id=entry_id).update(number=number)


def moves_listed(effect_key: str, *, company_id: UUID) -> tuple[Allocation, ...]:
    """The stock that other entries on the list move, oldest first."""
    others = _changes([company_id]).filter(state__in=OPEN).exclude(effect_key=effect_key)
    return tuple(_moves(others.order_by("created_at", "id")))


def moved_since(kept: Kept, *, company_id: UUID) -> Sequence[Allocation]:
    """The stock that was moved by entries found since this one was listed."""
    found = _changes([company_id]).filter(state=EntryState.SEEN, state_since__gte=kept.listed_at)
    return list(_moves(found))


def moves_said(effect_key: str, *, company_id: UUID) -> Sequence[Allocation]:
    """The stock that other entries move which a person says are keyed."""
    said_too = _changes([company_id]).filter(state=EntryState.CONFIRMED)
    return list(_moves(said_too.exclude(effect_key=effect_key)))


def _moves(entries: Iterable[WorksheetEntry]) -> Iterator[Allocation]:
    for entry in entries:
        yield from Kept.of(entry).moves


def check_told(entry_ids: Collection[UUID], *, company_id: UUID) -> None:
    """Raises NotPossible where an order's number is needed to find it, or is another order's."""
    orders = WorksheetEntry.objects.filter(company_id=company_id, kind=Kind.ORDER)
    for entry in orders.filter(id__in=entry_ids, state=EntryState.WAITING):
        name = entry.request["order"].strip()
        if not entry.number:
            raise NotPossible(f"Type the number that Sage gave order {name}.", field="number")
        others = orders.filter(number=entry.number).exclude(id=entry.id)
        other = next((one for one in others if one.request["order"].strip() != name), None)
        if other is not None:
            raise NotPossible(
                f"{entry.number} is order {other.request['order'].strip()} already.", field="number"
            )


def versions(order: OrderRequest, *, company_id: UUID) -> tuple[KeyedVersion, ...]:
    """The versions of this order that were found in Sage."""
    found = _versions(order, company_id).filter(state=EntryState.SEEN)
    return tuple(
        KeyedVersion(entry.effect_key, Kept.of(entry).record)
        for entry in found
        if Kept.of(entry).record
    )


def other_version(order: OrderRequest, *, company_id: UUID) -> int | None:
    """Another version of this order that stands on the list."""
    found = _versions(order, company_id).filter(state__in=OPEN).exclude(effect_key=order.key)
    entry = found.first()
    return int(entry.request["version"]) if entry else None


def _versions(order: OrderRequest, company_id: UUID) -> QuerySet[WorksheetEntry]:
    orders = WorksheetEntry.objects.filter(company_id=company_id, kind=Kind.ORDER)
    return orders.filter(effect_key__startswith=f"{order.name}:", request__order=order.order)


def enter(
    asked: Asked, kept: Kept, *, number: str, company_id: UUID, problem: str = ""
) -> WorksheetEntry:
    """List a change to be keyed, once; one that was given back is listed again. Its entry."""
    told = {**_told(asked), "number": number, "problem": problem[:500]}
    entry, is_new = WorksheetEntry.objects.get_or_create(
        company_id=company_id, effect_key=asked.effect_key, defaults=told
    )
    if not is_new and entry.state == EntryState.GIVEN_BACK:
        given_back = WorksheetEntry.objects.filter(id=entry.id, state=EntryState.GIVEN_BACK)
        given_back.update(
            state=EntryState.WAITING, state_since=Now(),
            confirmed_by="", confirmed_at=None, **told,
        )  # fmt: skip
    entry.refresh_from_db()
    if entry.state == EntryState.WAITING:
        entry.kept = encode(replace(kept, listed_at=entry.state_since.isoformat()))
        entry.save(update_fields=["kept"])
    return entry


def doubt(asked: Asked, *, company_id: UUID, is_unproven: bool) -> None:
    """Whether the books cannot show it, so that a person's next word counts."""
    entry = find(asked.effect_key, company_id=company_id)
    if entry is not None:
        entry.kept = encode(replace(Kept.of(entry), is_unproven=is_unproven))
        entry.save(update_fields=["kept"])


def see(asked: Asked, *, number: str, record: str, company_id: UUID) -> bool:
    """It stands in the books: take it off the list, or remember it; False when it was known."""
    seen = {"state": EntryState.SEEN, "problem": "", "number": number}
    told = {**_told(asked), **seen, "kept": encode(Kept(record=record))}
    entry, is_new = WorksheetEntry.objects.get_or_create(
        company_id=company_id, effect_key=asked.effect_key, defaults=told
    )
    if is_new:
        return True
    kept = encode(replace(Kept.of(entry), record=record))
    moved = WorksheetEntry.objects.filter(id=entry.id).exclude(state=EntryState.SEEN)
    return bool(moved.update(state_since=Now(), kept=kept, **seen))


def open_changes(company_ids: Collection[UUID]) -> Sequence[WorksheetEntry]:
    """What is to be keyed or is being looked for, oldest first."""
    found = _changes(company_ids).filter(state__in=OPEN)
    return list(found.select_related("company").order_by("created_at", "id"))


@dataclass(frozen=True)
class Said:
    """A change that a person says is keyed."""

    wanted: Wanted
    effect_key: str
    said_at: datetime


def said(company_id: UUID) -> Sequence[Said]:
    """What a person says is keyed, to be looked for, oldest first; not more than fit one drain."""
    found = _changes([company_id]).filter(state=EntryState.CONFIRMED, confirmed_at__isnull=False)
    return [
        Said(wanted_of(entry), entry.effect_key, entry.confirmed_at)
        for entry in found.order_by("confirmed_at", "id")[:SAID_AT_ONCE]
        if entry.confirmed_at
    ]


def _changes(company_ids: Collection[UUID]) -> QuerySet[WorksheetEntry]:
    return WorksheetEntry.objects.filter(company_id__in=company_ids, kind__in=CHANGES)


def _told(asked: Asked) -> dict[str, Any]:
    return {
        "kind": asked.kind,
        "marker": asked.marker,
        "payload_hash": asked.payload_hash,
        "request": encode(asked.wanted),
        "deposit_date": timezone.localdate(),
        "amount": 0,
    }

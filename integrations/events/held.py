"""What a batch holds, line by line.

Of cards, a transaction names the batch that settled it. Of an ACH deposit the gateway lists the
lines, and those are kept (`DepositPart`).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, F, OuterRef, Subquery
from django.db.models.functions import Coalesce

from integrations.canonical.ach import AchDepositPart, AchStatus
from integrations.canonical.money import Money, round_to
from integrations.canonical.transactions import (
    GatewayTransaction,
    PartKind,
    PaymentMethod,
    Record,
    TransactionType,
    Unreadable,
)
from integrations.events import facts
from integrations.events.batches import day_of, method_of
from integrations.events.models import DepositPart, GatewayBatch, GatewayFact
from tenants.insert import insert_all

# How long, and of how many, the lines of an ACH deposit are asked for again each night.
ASKED_AGAIN = timedelta(days=30)
MOST_ASKED = 50


@dataclass(frozen=True)
class Held:
    """One line of a batch: the transaction as last told, and what of it the batch holds."""

    transaction: GatewayTransaction
    kind: PartKind
    amount: Money
    """Above zero."""


def held(batch: GatewayBatch, *, zone: str) -> list[Held]:
    """Those of its transactions that we know, in order of time, as they were settled in it."""
    is_ach = method_of(batch) is PaymentMethod.ACH
    lines = _deposited(batch) if is_ach else _settled_in(batch, zone=zone)
    return sorted(lines, key=_in_order)


def _in_order(one: Held) -> tuple[datetime, str, str]:
    return one.transaction.created_at, one.transaction.transaction_id, one.kind


def _settled_in(batch: GatewayBatch, *, zone: str) -> list[Held]:
    rows = GatewayFact.objects.filter(
        connection_id=batch.connection_id, batch_number=batch.number
    ).order_by("seen_at")
    known: dict[str, GatewayTransaction] = {}
    for details in rows.values_list("details", flat=True).iterator():
        told = facts.from_details(details)
        if told.settled_at and day_of(told.settled_at, zone=zone) == batch.settled_on:
            known.setdefault(told.transaction_id, told)
    return [Held(one, _kind_of(one), one.amount) for one in known.values()]


def _kind_of(one: GatewayTransaction) -> PartKind:
    return PartKind.REFUND if one.type is TransactionType.REFUND else PartKind.SALE


def _deposited(deposit: GatewayBatch) -> list[Held]:
    parts = list(DepositPart.objects.filter(deposit=deposit))
    told = facts.histories(
        connection_id=deposit.connection_id,
        transaction_ids=[one.transaction_id for one in parts],
    )
    return [
        Held(
            told[one.transaction_id][-1],
            PartKind(one.kind),
            Money(round_to(one.amount, one.currency), one.currency),
        )
        for one in parts
        if one.transaction_id in told
    ]


def known(batch: GatewayBatch, *, zone: str) -> int:
    """How many of its transactions we know as settled in it."""
    return len(held(batch, zone=zone))


def incomplete(*, connection_id: uuid.UUID, before: date) -> list[GatewayBatch]:
    """ACH deposits of the month before that day of which not every line is known, the newest
    first: one could not be read, or was not listed yet."""
    lines = DepositPart.objects.filter(deposit=OuterRef("pk")).order_by().values("deposit")
    count = lines.annotate(count=Count("id")).values("count")
    rows = GatewayBatch.objects.filter(
        connection_id=connection_id,
        method=PaymentMethod.ACH,
        settled_on__lt=before,
        settled_on__gte=before - ASKED_AGAIN,
    ).annotate(lines=Coalesce(Subquery(count), 0))
    found = rows.filter(lines__lt=F("transaction_count")).order_by("-settled_on", "-id")
    return list(found[:MOST_ASKED])


def add_parts(deposit: GatewayBatch, told: Sequence[AchDepositPart]) -> bool:
    """Keep the lines the gateway lists of a deposit; True when one is new."""
    paid_before = set(
        DepositPart.objects.filter(
            deposit__connection_id=deposit.connection_id,
            deposit__settled_on__lt=deposit.settled_on,
            transaction_id__in=[one.payment.transaction_id for one in told],
            kind=PartKind.SALE,
        ).values_list("transaction_id", flat=True)
    )
    rows = [
        DepositPart(
            deposit=deposit,
            transaction_id=one.payment.transaction_id,
            kind=_part_kind(one, paid_before),
            amount=one.payment.amount.amount,
            currency=one.payment.amount.currency,
        )
        for one in told
    ]
    return bool(insert_all(rows, telling=("id",)))


def _part_kind(one: AchDepositPart, paid_before: set[str]) -> PartKind:
    """A payment is deposited once: told again as returned, it is what was kept back of it."""
    came_back = one.payment.status is AchStatus.RETURNED
    if one.kind is PartKind.SALE and came_back and one.payment.transaction_id in paid_before:
        return PartKind.RETURN
    return one.kind


def entered_of(
    told: Iterable[GatewayTransaction], *, connection_id: uuid.UUID, zone: str
) -> list[GatewayBatch]:
    """The batches that hold some of these and whose settlement is entered already. No walk ends
    with them until the transaction does.
    """
    told = list(told)
    return [
        *_cards_entered(told, connection_id=connection_id, zone=zone),
        *_deposits_entered(told, connection_id=connection_id),
    ]


def _deposits_entered(
    told: Sequence[GatewayTransaction], *, connection_id: uuid.UUID
) -> list[GatewayBatch]:
    ids = [one.transaction_id for one in told if one.method is PaymentMethod.ACH]
    if not ids:
        return []
    parts = DepositPart.objects.filter(deposit__connection_id=connection_id, transaction_id__in=ids)
    rows = GatewayBatch.objects.select_for_update().filter(
        id__in=list(parts.values_list("deposit_id", flat=True)), effect_id__isnull=False
    )
    return list(rows)


def _cards_entered(
    told: Sequence[GatewayTransaction], *, connection_id: uuid.UUID, zone: str
) -> list[GatewayBatch]:
    settled = {
        (one.batch_number, day_of(one.settled_at, zone=zone))
        for one in told
        if one.batch_number and one.settled_at
    }
    if not settled:
        return []
    rows = GatewayBatch.objects.select_for_update().filter(
        connection_id=connection_id,
        method=PaymentMethod.CARD,
        number__in={number for number, _ in settled},
        settled_on__in={day for _, day in settled},
        effect_id__isnull=False,
    )
    return [row for row in rows if (row.number, row.settled_on) in settled]


def of_batch(listed: Iterable[Record], batch: GatewayBatch, *, zone: str) -> Iterator[Record]:
    """Those that this batch settled: the gateway lists by a number that wraps. What cannot be
    read may be one of them."""
    for one in listed:
        if isinstance(one, Unreadable) or (
            one.settled_at is not None and day_of(one.settled_at, zone=zone) == batch.settled_on
        ):
            yield one

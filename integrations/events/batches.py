"""Settlement batches as the gateway tells them: an independent count of what must be known."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models.functions import Now

from integrations.canonical.money import Money, round_to
from integrations.canonical.transactions import Batch, GatewayTransaction, Record, Unreadable
from integrations.events import facts
from integrations.events.models import GatewayBatch, GatewayFact
from integrations.matching.batches import Totals
from tenants.insert import insert_once

# Of a PayTrace account: the first settlement day whose batches are posted. Empty: none is.
SETTLE_FROM = "settle_from"


def keep(batch: Batch, *, connection_id: uuid.UUID, zone: str) -> GatewayBatch | None:
    """Keep a batch, or what it says now; None for one that has not settled.

    Numbers wrap after three digits, so merchant, number and settled date make one batch.
    """
    if batch.settled_at is None:
        return None
    told = {
        "settled_at": batch.settled_at,
        "transaction_count": batch.transaction_count,
        "net": batch.net.amount,
        "sales": batch.sales.amount if batch.sales else None,
        "refunds": batch.refunds.amount if batch.refunds else None,
        "currency": batch.net.currency,
    }
    settled_on = _day(batch.settled_at, zone=zone)
    key = {"connection_id": connection_id, "number": batch.number, "settled_on": settled_on}
    if not insert_once(GatewayBatch(**key, **told)):
        GatewayBatch.objects.filter(**key).update(**told, read_at=Now())
    return GatewayBatch.objects.get(**key)


def name_of(batch: GatewayBatch) -> str:
    """What its settlement is called among transactions: a number alone comes round again."""
    return f"B-{batch.number}-{batch.settled_on}"


def totals(batch: GatewayBatch) -> Totals:
    """What the gateway says that it comes to."""

    def money(amount: Decimal | None) -> Money | None:
        if amount is None:
            return None
        return Money(round_to(amount, batch.currency), batch.currency)

    net = Money(round_to(batch.net, batch.currency), batch.currency)
    return Totals(batch.transaction_count, net, money(batch.sales), money(batch.refunds))


def is_wanted(batch: GatewayBatch, settings: Mapping[str, Any]) -> bool:
    """Whether the account's settings say that it is to be posted."""
    first = str(settings.get(SETTLE_FROM) or "")
    return bool(first) and batch.settled_on >= date.fromisoformat(first)


def to_enter(connection_id: uuid.UUID, settings: Mapping[str, Any]) -> list[GatewayBatch]:
    """Those that are to be posted and have no settlement yet, oldest first."""
    first = str(settings.get(SETTLE_FROM) or "")
    if not first:
        return []
    found = GatewayBatch.objects.filter(
        connection_id=connection_id, effect_id=None, settled_on__gte=first
    )
    return list(found.order_by("settled_at", "number"))


def transactions(batch: GatewayBatch, *, zone: str) -> list[GatewayTransaction]:
    """Those of its transactions that we know, in order of time, as they were settled in it."""
    rows = GatewayFact.objects.filter(
        connection_id=batch.connection_id, batch_number=batch.number
    ).order_by("seen_at")
    known: dict[str, GatewayTransaction] = {}
    for details in rows.values_list("details", flat=True).iterator():
        told = facts.from_details(details)
        if told.settled_at and _day(told.settled_at, zone=zone) == batch.settled_on:
            known.setdefault(told.transaction_id, told)
    return sorted(known.values(), key=lambda one: (one.created_at, one.transaction_id))


def known(batch: GatewayBatch, *, zone: str) -> int:
    """How many of its transactions we know as settled in it."""
    return len(transactions(batch, zone=zone))


def entered_of(
    told: Iterable[GatewayTransaction], *, connection_id: uuid.UUID, zone: str
) -> list[GatewayBatch]:
    """The batches that settled some of these and whose settlement is entered already. No walk
    ends with them until the transaction does.
    """
    settled = {
        (one.batch_number, _day(one.settled_at, zone=zone))
        for one in told
        if one.batch_number and one.settled_at
    }
    if not settled:
        return []
    rows = GatewayBatch.objects.select_for_update().filter(
        connection_id=connection_id,
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
            one.settled_at is not None and _day(one.settled_at, zone=zone) == batch.settled_on
        ):
            yield one


def note_listed(batch: GatewayBatch, *, count: int) -> None:
    """How many of its own transactions the gateway listed when asked."""
    GatewayBatch.objects.filter(id=batch.id).update(listed=count)


def note_entered(batch: GatewayBatch, *, effect_id: uuid.UUID) -> None:
    """Its settlement is this effect, over what the batch comes to now."""
    GatewayBatch.objects.filter(id=batch.id).update(effect_id=effect_id, entered=figures(batch))


def figures(batch: GatewayBatch) -> dict[str, Any]:
    """What it comes to, as JSON, to see later whether that has changed."""
    told = totals(batch)
    return {
        "count": told.count,
        "net": told.net.plain,
        "sales": told.sales.plain if told.sales else None,
        "refunds": told.refunds.plain if told.refunds else None,
    }


def _day(moment: datetime, *, zone: str) -> date:
    return moment.astimezone(ZoneInfo(zone)).date()

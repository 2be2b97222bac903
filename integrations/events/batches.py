"""Settlement batches as the gateway tells them: an independent count of what must be known."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.db.models.functions import Now

from integrations.canonical.money import Money, round_to
from integrations.canonical.transactions import Batch, PaymentMethod
from integrations.events.models import GatewayBatch
from integrations.matching.batches import Totals
from tenants.insert import insert_once

# Of a PayTrace account, by what is settled: the setting that holds the first settlement day whose
# batches are posted. Empty: none is.
POST_FROM = {PaymentMethod.CARD: "settle_from", PaymentMethod.ACH: "deposit_from"}
# What a settlement's name among transactions begins with.
_PREFIX = {PaymentMethod.CARD: "B", PaymentMethod.ACH: "D"}


def keep(batch: Batch, *, connection_id: uuid.UUID, zone: str) -> GatewayBatch:
    """Keep a settled batch, or what it says now.

    A card batch's number wraps after three digits, so merchant, number and settled date make one.
    An ACH deposit's id never does: told of another day it is the same one, which moves to that day
    until its settlement is entered under the first.
    """
    told = {
        "transaction_count": batch.transaction_count,
        "net": batch.net.amount,
        "sales": batch.sales.amount if batch.sales else None,
        "refunds": batch.refunds.amount if batch.refunds else None,
        "fees": batch.fees.amount if batch.fees is not None else None,
        "currency": batch.net.currency,
    }
    at = {"settled_at": batch.settled_at, "settled_on": day_told(batch, zone=zone)}
    rows = _known(batch, connection_id=connection_id, zone=zone)
    named = {"connection_id": connection_id, "method": batch.method, "number": batch.number}
    if not insert_once(GatewayBatch(**named, **at, **told)):
        rows.update(**told, read_at=Now())
        rows.filter(effect_id=None).update(**at)
    return rows.get()


def find(batch: Batch, *, connection_id: uuid.UUID, zone: str) -> GatewayBatch | None:
    """The same batch as it was kept before."""
    return _known(batch, connection_id=connection_id, zone=zone).first()


def day_told(batch: Batch, *, zone: str) -> date:
    """The day a batch settled, in the gateway's zone. Raises ValueError before it has."""
    if batch.settled_at is None:
        raise ValueError(f"Batch {batch.number} has not settled")
    return day_of(batch.settled_at, zone=zone)


def _known(batch: Batch, *, connection_id: uuid.UUID, zone: str) -> QuerySet[GatewayBatch]:
    """The row of it, where there is one."""
    rows = GatewayBatch.objects.filter(
        connection_id=connection_id, method=batch.method, number=batch.number
    )
    if batch.method is PaymentMethod.ACH:
        return rows
    return rows.filter(settled_on=day_told(batch, zone=zone))


def name_of(batch: GatewayBatch) -> str:
    """What its settlement is called among transactions: a number alone comes round again."""
    return f"{_PREFIX[method_of(batch)]}-{batch.number}-{batch.settled_on}"


def called(name: str, *, connection_id: uuid.UUID) -> GatewayBatch | None:
    """The batch whose settlement, or question about it, goes by this name."""
    prefix, _, rest = name.partition("-")
    number, day = rest[:-11], rest[-10:]
    method = next((one for one, known in _PREFIX.items() if known == prefix), None)
    if method is None or not number or not _is_day(day):
        return None
    return GatewayBatch.objects.filter(
        connection_id=connection_id, method=method, number=number, settled_on=day
    ).first()


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def method_of(batch: GatewayBatch) -> PaymentMethod:
    return PaymentMethod(batch.method)


def totals(batch: GatewayBatch) -> Totals:
    """What the gateway says that it comes to."""

    def money(amount: Decimal | None) -> Money | None:
        if amount is None:
            return None
        return Money(round_to(amount, batch.currency), batch.currency)

    net = Money(round_to(batch.net, batch.currency), batch.currency)
    return Totals(
        batch.transaction_count,
        net,
        money(batch.sales),
        money(batch.refunds),
        fees=money(batch.fees),
    )


def is_wanted(batch: GatewayBatch, settings: Mapping[str, Any]) -> bool:
    """Whether the account's settings say that it is to be posted."""
    first = str(settings.get(POST_FROM[method_of(batch)]) or "")
    return bool(first) and batch.settled_on >= date.fromisoformat(first)


def to_enter(
    connection_id: uuid.UUID, settings: Mapping[str, Any], *, method: PaymentMethod
) -> list[GatewayBatch]:
    """Those that are to be posted and have no settlement yet, oldest first."""
    first = str(settings.get(POST_FROM[method]) or "")
    if not first:
        return []
    found = GatewayBatch.objects.filter(
        connection_id=connection_id, method=method, effect_id=None, settled_on__gte=first
    )
    return list(found.order_by("settled_at", "number"))


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
        **({"fees": told.fees.plain} if told.fees is not None else {}),
    }


def day_of(moment: datetime, *, zone: str) -> date:
    """The day in the gateway's zone."""
    return moment.astimezone(ZoneInfo(zone)).date()

"""Settlement batches as the gateway tells them: an independent count of what must be known."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models.functions import Now

from integrations.canonical.transactions import Batch, Record, TransactionState, Unreadable
from integrations.events.models import GatewayBatch, GatewayFact
from tenants.insert import insert_once

# How long before its settlement the payments of a batch may have been taken.
_LONGEST_HELD = timedelta(days=30)


def keep(batch: Batch, *, connection_id: uuid.UUID, zone: str) -> GatewayBatch | None:
    """Keep a batch, or what it says now; None for one that has not settled.

    Numbers wrap after three digits, so merchant, number and settled date make one batch.
    """
    if batch.settled_at is None:
        return None
    settled_on = batch.settled_at.astimezone(ZoneInfo(zone)).date()
    told = {
        "settled_at": batch.settled_at,
        "transaction_count": batch.transaction_count,
        "net": batch.net.amount,
        "currency": batch.net.currency,
    }
    key = {"connection_id": connection_id, "number": batch.number, "settled_on": settled_on}
    if not insert_once(GatewayBatch(**key, **told)):
        GatewayBatch.objects.filter(**key).update(**told, read_at=Now())
    return GatewayBatch.objects.get(**key)


def known(batch: GatewayBatch, *, zone: str) -> int:
    """How many of its transactions we know as settled in it."""
    rows = GatewayFact.objects.filter(
        connection_id=batch.connection_id,
        state=TransactionState.SETTLED,
        created_at__gte=batch.settled_at - _LONGEST_HELD,
        created_at__lte=batch.settled_at,
        details__batch_number=batch.number,
    )
    moments = rows.values_list("details__settled_at", flat=True)
    return sum(_is_of(text, batch, zone=zone) for text in moments.iterator())


def _is_of(settled_at: str, batch: GatewayBatch, *, zone: str) -> bool:
    moment = datetime.fromisoformat(settled_at)
    return moment.astimezone(ZoneInfo(zone)).date() == batch.settled_on


def of_batch(listed: Iterable[Record], batch: GatewayBatch, *, zone: str) -> Iterator[Record]:
    """Those that this batch settled: the gateway lists by a number that wraps. What cannot be
    read may be one of them."""
    for one in listed:
        if isinstance(one, Unreadable) or (
            one.settled_at is not None
            and one.settled_at.astimezone(ZoneInfo(zone)).date() == batch.settled_on
        ):
            yield one


def note_listed(batch: GatewayBatch, *, count: int) -> None:
    """How many of its own transactions the gateway listed when asked."""
    GatewayBatch.objects.filter(id=batch.id).update(listed=count)

"""Reads of what came in, for screens."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Min, Q, QuerySet

from integrations.events.models import (
    GatewayBatch,
    GatewayFact,
    InboundNotice,
    Source,
    SyncRun,
    Watermark,
)


def facts_of(*, connection_id: uuid.UUID, transaction_id: str) -> list[GatewayFact]:
    """Every state the gateway told of one transaction, in the order we saw them."""
    found = GatewayFact.objects.filter(connection_id=connection_id, transaction_id=transaction_id)
    return list(found.order_by("seen_at", "id"))


def notices_of(*, connection_id: uuid.UUID, transaction_id: str) -> list[InboundNotice]:
    """The notices that named one transaction, without their bodies."""
    found = InboundNotice.objects.defer("body").filter(
        connection_id=connection_id, transaction_id=transaction_id
    )
    return list(found.order_by("received_at", "id")[:20])


def complete_up_to(*, connection_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, datetime]:
    """For each connection, the moment up to which every payment or case has been seen, ACH
    included."""
    rows = Watermark.objects.filter(
        connection_id__in=connection_ids,
        source__in=[Source.TRANSACTIONS, Source.ACH, Source.DISPUTES],
    )
    found = rows.values("connection_id").annotate(least=Min("complete_up_to"))
    return dict(found.values_list("connection_id", "least"))


def watermarks(*, connection_id: uuid.UUID) -> list[Watermark]:
    """How far each source of a connection has been read, in the order they are read."""
    rows = {row.source: row for row in Watermark.objects.filter(connection_id=connection_id)}
    return [rows[source] for source in Source if source in rows]


def last_notice_at(*, connection_id: uuid.UUID) -> datetime | None:
    """When the newest notice came in; None when none ever did."""
    found: datetime | None = InboundNotice.objects.filter(connection_id=connection_id).aggregate(
        newest=Max("received_at")
    )["newest"]
    return found


def sync_runs(*, connection_id: uuid.UUID, limit: int = 10) -> list[SyncRun]:
    """The newest looks through the gateway's export."""
    found = SyncRun.objects.filter(connection_id=connection_id)
    return list(found.order_by("-started_at")[:limit])


def waiting_notices(*, connection_id: uuid.UUID) -> int:
    """Notices that have come and whose payments PayTrace has not been asked about yet."""
    return InboundNotice.objects.filter(
        connection_id=connection_id, state=InboundNotice.State.RECEIVED
    ).count()


@dataclass(frozen=True)
class BatchPage:
    """Batches, the latest settled first, and where the next page starts."""

    rows: Sequence[GatewayBatch]
    next: tuple[datetime, uuid.UUID] | None


def batches(*, environment_id: uuid.UUID) -> QuerySet[GatewayBatch]:
    """Every settled batch of the environment's accounts, the latest first."""
    found = GatewayBatch.objects.select_related("connection").filter(
        connection__environment_id=environment_id
    )
    return found.order_by("-settled_at", "id")


def batch_page(
    *, environment_id: uuid.UUID, after: tuple[datetime, uuid.UUID] | None, size: int
) -> BatchPage:
    """One page of them, by place and not by number."""
    found = batches(environment_id=environment_id)
    if after is not None:
        at, last_id = after
        found = found.filter(Q(settled_at__lt=at) | Q(settled_at=at, id__gt=last_id))
    rows = list(found[: size + 1])
    if len(rows) <= size:
        return BatchPage(rows, None)
    last = rows[size - 1]
    return BatchPage(rows[:size], (last.settled_at, last.id))

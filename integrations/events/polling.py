"""Polling: the exports are the source of truth, and find what no notice told.

The window overlaps on purpose: exports lag, pages change while they are read, and the API
knows only whole days of the gateway's zone. Facts are unique, so looking twice costs nothing.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Max
from django.db.models.functions import Now

from integrations.events.models import SyncRun, Watermark
from tenants.insert import insert_once

SOURCE = "transactions"
# How far behind the watermark a look reaches: a full settlement day and any export lag.
OVERLAP = timedelta(hours=30)
# What the first look of a new connection covers; older days are a backfill somebody asks for.
FIRST_LOOK = timedelta(days=2)
# Facts per transaction of ours: small enough to commit quickly, large enough to be cheap.
CHUNK = 200


@dataclass(frozen=True)
class Window:
    """The days to ask for, in the gateway's zone, and the instant the question was asked."""

    first_day: date
    last_day: date
    asked_at: datetime


def window(*, connection_id: uuid.UUID, zone: str, now: datetime) -> Window:
    """From the watermark less the overlap to today, as days of the gateway's zone."""
    mark = Watermark.objects.filter(connection_id=connection_id, source=SOURCE).first()
    start = (mark.complete_up_to - OVERLAP) if mark else now - FIRST_LOOK
    gateway = ZoneInfo(zone)
    return Window(start.astimezone(gateway).date(), now.astimezone(gateway).date(), now)


def begin(*, connection_id: uuid.UUID, window: Window) -> SyncRun:
    """The visible row of one look."""
    return SyncRun.objects.create(
        connection_id=connection_id, first_day=window.first_day, last_day=window.last_day
    )


def finish(
    run_id: uuid.UUID, *, connection_id: uuid.UUID, window: Window, seen: int, new: int
) -> None:
    """End the look and move the watermark; call only after every chunk has committed."""
    SyncRun.objects.filter(id=run_id, state=SyncRun.State.RUNNING).update(
        state=SyncRun.State.DONE, finished_at=Now(), seen=seen, new=new
    )
    advance(connection_id=connection_id, to=window.asked_at)


def fail(run_id: uuid.UUID, *, sentence: str) -> None:
    """End the look without moving the watermark."""
    SyncRun.objects.filter(id=run_id, state=SyncRun.State.RUNNING).update(
        state=SyncRun.State.FAILED, finished_at=Now(), sentence=sentence[:500]
    )


def advance(*, connection_id: uuid.UUID, to: datetime) -> None:
    """Move the watermark forward; never back."""
    mark = Watermark(connection_id=connection_id, source=SOURCE, complete_up_to=to)
    if not insert_once(mark):
        Watermark.objects.filter(
            connection_id=connection_id, source=SOURCE, complete_up_to__lt=to
        ).update(complete_up_to=to)


def complete_up_to(*, connection_id: uuid.UUID) -> datetime | None:
    """The instant up to which everything the gateway has was read; None before the first look."""
    found = Watermark.objects.filter(connection_id=connection_id).aggregate(
        latest=Max("complete_up_to")
    )
    latest: datetime | None = found["latest"]
    return latest

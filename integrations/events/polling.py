"""Polling: the exports are the source of truth, and find what no notice told.

Every source has a window that overlaps on purpose: exports lag, pages change while they are
read, rows appear behind the watermark, and the API knows only whole days of the gateway's
zone. Facts are unique, so looking twice costs nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Min
from django.db.models.functions import Now

from integrations.events.models import Source, SyncRun, Watermark
from tenants.insert import insert_once

# When the nightly sources are read: auto-settlement is at 20:00 Pacific unless the merchant
# moved it (help.paytrace.com/modify-auto-settle), and the exports may lag behind it.
NIGHTLY = time(21, 30)
# Facts per transaction of ours: small enough to commit quickly, large enough to be cheap.
CHUNK = 200
# Records of a list that are looked up at once.
PAGE = 1000


@dataclass(frozen=True)
class Reach:
    """How far one source looks back, and whether only once a night."""

    overlap: timedelta
    """Behind its watermark: a full settlement day and any export lag at least."""
    first: timedelta
    """What the first look of a new connection covers; older days are a backfill."""
    is_nightly: bool = False
    is_bounded: bool = False
    """Never before the day the connection began with: older days are a backfill."""


REACHES = {
    Source.TRANSACTIONS: Reach(timedelta(hours=30), timedelta(days=2)),
    # What turned up later still, behind the watermark of the looks every few minutes.
    Source.BEHIND: Reach(timedelta(days=7), timedelta(days=2), is_nightly=True, is_bounded=True),
    Source.BATCHES: Reach(timedelta(days=3), timedelta(days=2), is_nightly=True, is_bounded=True),
    Source.ACH: Reach(timedelta(hours=30), timedelta(days=2)),
    # A bank may return a debit for 60 days (consumer debits, NACHA rules), some weeks aside.
    Source.RETURNS: Reach(timedelta(days=90), timedelta(days=90), is_nightly=True),
    # As batches: told late, or otherwise the next night.
    Source.DEPOSITS: Reach(timedelta(days=3), timedelta(days=2), is_nightly=True, is_bounded=True),
    # All that is kept there, whatever its day.
    Source.STORED: Reach(timedelta(0), timedelta(0), is_nightly=True),
    # An acquirer's list lags, and what shifts away between two pages is read once more.
    Source.DISPUTES: Reach(timedelta(days=3), timedelta(days=30)),
}


@dataclass(frozen=True)
class Window:
    """The days to ask for, in the gateway's zone, and the instant the question was asked."""

    first_day: date
    last_day: date
    asked_at: datetime
    zone: str

    def days(self) -> Iterator[date]:
        """Each of them, oldest first."""
        for number in range((self.last_day - self.first_day).days + 1):
            yield self.first_day + timedelta(days=number)

    def complete_after(self, day: date) -> datetime:
        """Up to when everything is read once `day` and all before it are."""
        ends = datetime.combine(day + timedelta(days=1), time(), tzinfo=ZoneInfo(self.zone))
        return min(ends, self.asked_at)


def window(*, connection_id: uuid.UUID, source: Source, zone: str, now: datetime) -> Window | None:
    """What this source has to read now; None when it is not due.

    From the watermark less the overlap to today, as days of the gateway's zone. A nightly
    source is due once after each evening's settlement, and when somebody asked for it.
    """
    mark = complete_up_to(connection_id=connection_id, source=source)
    reach = REACHES[source]
    is_wished = _take_wish(connection_id=connection_id, source=source)
    if reach.is_nightly and mark and mark >= _last_night(now, zone=zone) and not is_wished:
        return None
    start = mark - reach.overlap if mark else now - reach.first
    gateway = ZoneInfo(zone)
    first_day = start.astimezone(gateway).date()
    if reach.is_bounded:
        first_day = max(first_day, _began(connection_id) or first_day)
    return Window(first_day, now.astimezone(gateway).date(), now, zone)


def wish(*, connection_id: uuid.UUID) -> None:
    """Somebody wants the nightly sources read now: the next look does."""
    for source, reach in REACHES.items():
        if reach.is_nightly:
            Watermark.objects.filter(connection_id=connection_id, source=source).update(
                is_wished=True
            )


def begin(*, connection_id: uuid.UUID, source: Source, window: Window) -> SyncRun:
    """The visible row of one look."""
    return SyncRun.objects.create(
        connection_id=connection_id,
        source=source,
        first_day=window.first_day,
        last_day=window.last_day,
    )


def finish(run: SyncRun, *, asked_at: datetime, seen: int, new: int) -> None:
    """End the look and move the watermark; call only after every chunk has committed."""
    SyncRun.objects.filter(id=run.id, state=SyncRun.State.RUNNING).update(
        state=SyncRun.State.DONE, finished_at=Now(), seen=seen, new=new
    )
    advance(connection_id=run.connection_id, source=Source(run.source), to=asked_at)


def fail(run: SyncRun, *, sentence: str) -> None:
    """End the look; the watermark stays where the last whole day moved it."""
    SyncRun.objects.filter(id=run.id, state=SyncRun.State.RUNNING).update(
        state=SyncRun.State.FAILED, finished_at=Now(), sentence=sentence[:500]
    )


def advance(*, connection_id: uuid.UUID, source: Source, to: datetime) -> None:
    """Move the watermark forward; never back."""
    mark = Watermark(connection_id=connection_id, source=source, complete_up_to=to)
    if not insert_once(mark):
        Watermark.objects.filter(
            connection_id=connection_id, source=source, complete_up_to__lt=to
        ).update(complete_up_to=to)


def complete_up_to(*, connection_id: uuid.UUID, source: Source) -> datetime | None:
    """The instant up to which all that the gateway has was read; None before the first look."""
    mark = Watermark.objects.filter(connection_id=connection_id, source=source).first()
    return mark.complete_up_to if mark else None


def _take_wish(*, connection_id: uuid.UUID, source: Source) -> bool:
    """Whether somebody asked for this source; a wish is fulfilled once."""
    wished = Watermark.objects.filter(connection_id=connection_id, source=source, is_wished=True)
    return wished.update(is_wished=False) == 1


def _began(connection_id: uuid.UUID) -> date | None:
    runs = SyncRun.objects.filter(connection_id=connection_id, source=Source.TRANSACTIONS)
    found: date | None = runs.aggregate(first=Min("first_day"))["first"]
    return found


def _last_night(now: datetime, *, zone: str) -> datetime:
    local = now.astimezone(ZoneInfo(zone))
    tonight = datetime.combine(local.date(), NIGHTLY, tzinfo=ZoneInfo(zone))
    return tonight if tonight <= now else tonight - timedelta(days=1)

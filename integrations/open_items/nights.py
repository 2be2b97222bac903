"""When a company's open items are read again: in the night of its own zone."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

# After the day's posting in Sage, and before anybody comes.
NIGHTLY = time(2, 0)


def last_night(now: datetime, *, zone: str) -> datetime:
    """The last time that it was time to read."""
    local = now.astimezone(ZoneInfo(zone))
    tonight = datetime.combine(local.date(), NIGHTLY, tzinfo=ZoneInfo(zone))
    return tonight if tonight <= now else tonight - timedelta(days=1)


def until_next(now: datetime, *, zone: str) -> timedelta:
    """How long from now it is until the next time."""
    return last_night(now, zone=zone) + timedelta(days=1) - now

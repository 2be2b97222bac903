"""Times and durations the way people say them: `14:05 Pacific`, `3 minutes`."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

_ZONE_WORDS = {
    "America/New_York": "Eastern",
    "America/Detroit": "Eastern",
    "America/Toronto": "Eastern",
    "America/Chicago": "Central",
    "America/Denver": "Mountain",
    "America/Phoenix": "Arizona",
    "America/Los_Angeles": "Pacific",
    "America/Anchorage": "Alaska",
    "Pacific/Honolulu": "Hawaii",
}


def zone_word(zone: str) -> str:
    """`Pacific`, `Eastern`; elsewhere the city: `Berlin time`."""
    if zone in _ZONE_WORDS:
        return _ZONE_WORDS[zone]
    return zone.rsplit("/", 1)[-1].replace("_", " ") + " time"


def clock(moment: datetime, *, zone: str, now: datetime) -> str:
    """`14:05 Pacific` today, `Nov 20, 14:05 Pacific` this year, with the year before that."""
    return f"{brief(moment, zone=zone, now=now)} {zone_word(zone)}"


def brief(moment: datetime, *, zone: str, now: datetime) -> str:
    """`14:05`, `Nov 20, 14:05`: for columns whose heading names the zone."""
    local, today = moment.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone))
    time = f"{local:%H:%M}"
    if local.date() == today.date():
        return time
    return f"{day(local.date(), today=today.date())}, {time}"


def day(value: date, *, today: date) -> str:
    """`Nov 20`, or `Nov 20, 2025` when it is another year."""
    words = f"{value:%b} {value.day}"
    return words if value.year == today.year else f"{words}, {value.year}"


def today_in(zone: str, *, now: datetime) -> date:
    """The day it is there."""
    return now.astimezone(ZoneInfo(zone)).date()


def full(moment: datetime, *, zone: str) -> str:
    """`Friday, November 20, 2026, 14:05:12 Pacific`."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local:%A, %B} {local.day}, {local:%Y, %H:%M:%S} {zone_word(zone)}"


def span(duration: timedelta) -> str:
    """A duration in one unit, or two where it matters: `0.8 seconds`, `3 minutes`, `2 h 10 min`."""
    seconds = max(duration.total_seconds(), 0)
    if seconds < 10:
        return f"{seconds:.1f} seconds"
    if seconds < 90:
        return f"{seconds:.0f} seconds"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} minutes"
    hours, rest = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {rest} min" if rest else f"{hours} hours"
    return f"{hours // 24} days"

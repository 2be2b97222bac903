"""When a recurring plan charges. Pure; PayTrace is the one who charges, this only foresees it."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from integrations.paytrace.recurring import Frequency

_MONTHS = {
    Frequency.ANNUAL: 12,
    Frequency.SEMI_ANNUAL: 6,
    Frequency.EVERY_FOUR_MONTHS: 4,
    Frequency.QUARTERLY: 3,
    Frequency.BI_MONTHLY: 2,
    Frequency.MONTHLY: 1,
}
_DAYS = {Frequency.BI_WEEKLY: 14, Frequency.WEEKLY: 7, Frequency.DAILY: 1}
RUNS_PER_YEAR: Mapping[Frequency, int] = {
    **{frequency: 12 // months for frequency, months in _MONTHS.items()},
    Frequency.FIRST_AND_FIFTEENTH: 24,
    Frequency.BI_WEEKLY: 26,
    Frequency.WEEKLY: 52,
    Frequency.DAILY: 365,
}


def dates(frequency: Frequency, *, start: date) -> Iterator[date]:
    """Every day a plan charges, from its first one on, without end. Months keep the day of the
    start where they have it: 31 January is followed by 28 or 29 February, then 31 March."""
    day = start
    while True:
        yield day
        day = _after(day, frequency, start=start)


def next_dates(
    frequency: Frequency, *, start: date, after: date, left: int | None, most: int = 6
) -> list[date]:
    """The days after `after` on which it charges, `most` at most; `left` counts from `start`."""
    found: list[date] = []
    for number, day in enumerate(dates(frequency, start=start)):
        if len(found) == most or (left is not None and number >= left):
            break
        if day > after:
            found.append(day)
    return found


def runs_until(frequency: Frequency, *, start: date, until: date) -> int:
    """How often it has charged up to and including `until`."""
    count = 0
    for day in dates(frequency, start=start):
        if day > until:
            break
        count += 1
    return count


def _after(day: date, frequency: Frequency, *, start: date) -> date:
    if frequency in _DAYS:
        return day + timedelta(days=_DAYS[frequency])
    if frequency is Frequency.FIRST_AND_FIFTEENTH:
        return day.replace(day=15) if day.day < 15 else _in_months(day, 1, on=1)
    return _in_months(day, _MONTHS[frequency], on=start.day)


def _in_months(day: date, months: int, *, on: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(on, calendar.monthrange(year, month + 1)[1]))

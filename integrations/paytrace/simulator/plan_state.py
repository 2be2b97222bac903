"""A recurring plan and when it runs. Pure."""

from __future__ import annotations

import calendar
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

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


@dataclass(frozen=True)
class Plan:
    account: str
    id: int
    customer_id: str
    amount: Decimal
    frequency: str
    start_on: date
    next_on: date
    total_count: int
    current_count: int = 0
    description: str = ""
    method: str = "C"


def following(day: date, frequency: Frequency, *, start: date) -> date:
    """The run after `day`. Months keep the starting day where the month has it."""
    if frequency in _DAYS:
        return day + timedelta(days=_DAYS[frequency])
    if frequency is Frequency.FIRST_AND_FIFTEENTH:
        return day.replace(day=15) if day.day < 15 else _in_months(day, 1, on=1)
    return _in_months(day, _MONTHS[frequency], on=start.day)


def after_run(plan: Plan) -> Plan | None:
    """The plan after one run; None when that was the last."""
    count = plan.current_count + 1
    if count >= plan.total_count:
        return None
    next_on = following(plan.next_on, Frequency(plan.frequency), start=plan.start_on)
    return replace(plan, current_count=count, next_on=next_on)


def _in_months(day: date, months: int, *, on: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(on, calendar.monthrange(year, month + 1)[1]))

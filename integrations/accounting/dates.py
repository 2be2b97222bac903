"""Which day a payment belongs to in the books, and whether that day may be posted to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from integrations.canonical.ledger_documents import FiscalPeriod


def accounting_date(created_at: datetime, *, zone: str, cut_off: time | None = None) -> date:
    """The business day of an instant in `zone`; at or after `cut_off` it is the next day.

    23:30 Pacific on 31 January with an 18:00 cut-off is 1 February. The instant decides, so
    an hour that a clock change skips or repeats is never in doubt. Raises ValueError for a
    naive time, ZoneInfoNotFoundError for an unknown zone.
    """
    if created_at.tzinfo is None or created_at.utcoffset() is None:
        raise ValueError("An accounting date needs a time with a time zone")
    local = created_at.astimezone(ZoneInfo(zone))
    if cut_off is not None and local.time() >= cut_off:
        return local.date() + timedelta(days=1)
    return local.date()


class PeriodState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    NONE = "none"
    """Sage has no period for that day."""


@dataclass(frozen=True)
class PeriodAnswer:
    """Whether the day may be posted to, and the sentence that says so."""

    state: PeriodState
    why: str
    period: FiscalPeriod | None = None


def period_for(day: date, *, periods: Sequence[FiscalPeriod]) -> PeriodAnswer:
    """The period a day falls in. Where periods overlap, a closed one wins: it asks a person."""
    holding = [period for period in periods if period.starts_on <= day <= period.ends_on]
    if not holding:
        return PeriodAnswer(PeriodState.NONE, f"Sage has no fiscal period for {day}.")
    period = next((period for period in holding if period.is_closed), holding[0])
    name = f"Period {period.period} of {period.year}"
    if period.is_closed:
        return PeriodAnswer(PeriodState.CLOSED, f"{name} is closed, so {day} is too.", period)
    return PeriodAnswer(PeriodState.OPEN, f"{name} is open on {day}.", period)

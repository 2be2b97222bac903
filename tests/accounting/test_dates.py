from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.accounting.dates import PeriodAnswer, PeriodState, accounting_date, period_for
from integrations.canonical.ledger_documents import FiscalPeriod

PACIFIC = "America/Los_Angeles"


@pytest.mark.parametrize(
    ("created_at", "zone", "cut_off", "day"),
    [
        ("2026-02-01T07:30:00+00:00", PACIFIC, "18:00", "2026-02-01"),
        ("2026-02-01T07:30:00+00:00", PACIFIC, None, "2026-01-31"),
        ("2026-02-01T01:59:59+00:00", PACIFIC, "18:00", "2026-01-31"),
        ("2026-02-01T02:00:00+00:00", PACIFIC, "18:00", "2026-02-01"),
        ("2026-01-31T23:30:00-08:00", PACIFIC, "18:00", "2026-02-01"),
        ("2026-12-31T23:30:00-08:00", PACIFIC, "18:00", "2027-01-01"),
        ("2026-02-01T07:30:00+00:00", "UTC", "18:00", "2026-02-01"),
        # 8 March 2026: 02:00 to 03:00 does not exist in Pacific time.
        ("2026-03-08T09:59:59+00:00", PACIFIC, "02:30", "2026-03-08"),
        ("2026-03-08T10:00:00+00:00", PACIFIC, "02:30", "2026-03-09"),
        # 1 November 2026: 01:00 to 02:00 happens twice; both 01:15 are before the cut-off.
        ("2026-11-01T08:15:00+00:00", PACIFIC, "01:30", "2026-11-01"),
        ("2026-11-01T09:15:00+00:00", PACIFIC, "01:30", "2026-11-01"),
        ("2026-11-01T08:45:00+00:00", PACIFIC, "01:30", "2026-11-02"),
        ("2026-11-01T09:45:00+00:00", PACIFIC, "01:30", "2026-11-02"),
    ],
)
def test_the_business_day_follows_zone_and_cut_off(
    created_at: str, zone: str, cut_off: str | None, day: str
) -> None:
    found = accounting_date(
        datetime.fromisoformat(created_at),
        zone=zone,
        cut_off=time.fromisoformat(cut_off) if cut_off else None,
    )
    assert found == date.fromisoformat(day)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        accounting_date(datetime(2026, 1, 1), zone=PACIFIC)


MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(
    lambda moment: moment.replace(tzinfo=UTC)
)


@given(moment=MOMENTS, cut_off=st.times(), offset=st.integers(-12, 12))
def test_how_an_instant_is_written_never_changes_its_day(
    moment: datetime, cut_off: time, offset: int
) -> None:
    elsewhere = moment.astimezone(ZoneInfo(f"Etc/GMT{offset:+d}"))
    day = accounting_date(moment, zone=PACIFIC, cut_off=cut_off)
    assert accounting_date(elsewhere, zone=PACIFIC, cut_off=cut_off) == day
    calendar = moment.astimezone(ZoneInfo(PACIFIC)).date()
    assert day - calendar in {timedelta(0), timedelta(days=1)}


JANUARY = FiscalPeriod(2026, 1, date(2026, 1, 1), date(2026, 1, 31), is_closed=True)
FEBRUARY = FiscalPeriod(2026, 2, date(2026, 2, 1), date(2026, 2, 28), is_closed=False)


@pytest.mark.parametrize(
    ("day", "answer"),
    [
        (
            date(2026, 1, 31),
            PeriodAnswer(
                PeriodState.CLOSED, "Period 1 of 2026 is closed, so 2026-01-31 is too.", JANUARY
            ),
        ),
        (
            date(2026, 2, 1),
            PeriodAnswer(PeriodState.OPEN, "Period 2 of 2026 is open on 2026-02-01.", FEBRUARY),
        ),
        (
            date(2026, 3, 1),
            PeriodAnswer(PeriodState.NONE, "Sage has no fiscal period for 2026-03-01.", None),
        ),
    ],
)
def test_a_day_is_in_an_open_period_a_closed_one_or_none(day: date, answer: PeriodAnswer) -> None:
    assert period_for(day, periods=[JANUARY, FEBRUARY]) == answer


def test_where_periods_overlap_the_closed_one_wins() -> None:
    wide = FiscalPeriod(2026, 99, date(2026, 1, 1), date(2026, 12, 31), is_closed=False)
    assert period_for(date(2026, 1, 5), periods=[wide, JANUARY]).state is PeriodState.CLOSED

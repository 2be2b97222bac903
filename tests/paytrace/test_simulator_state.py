"""The simulator's rules, without a process: settlement hours, batch numbers, the story's order."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from integrations.paytrace.simulator.shapes import write_moment
from integrations.paytrace.simulator.state import next_batch_number, settlement_moments
from integrations.paytrace.simulator.traffic import OPENING, kind_of


@pytest.mark.parametrize(("number", "following"), [(0, 1), (1, 2), (998, 999), (999, 1)])
def test_batch_numbers_wrap_after_three_digits(number: int, following: int) -> None:
    assert next_batch_number(number) == following


def test_each_evening_at_eight_pacific_is_a_settlement_across_the_clock_change() -> None:
    saturday = datetime(2026, 3, 8, 4, 0, tzinfo=UTC)  # 20:00 on the 7th, itself excluded
    tuesday = datetime(2026, 3, 11, 3, 0, tzinfo=UTC)
    assert [
        moment.astimezone(UTC) for moment in settlement_moments(after=saturday, until=tuesday)
    ] == [datetime(2026, 3, day, 3, 0, tzinfo=UTC) for day in (9, 10, 11)]


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2015, 4, 10, 23, 6, 30, tzinfo=UTC), "4/10/2015 4:06:30 PM"),
        (datetime(2015, 12, 1, 8, 0, 5, tzinfo=UTC), "12/1/2015 12:00:05 AM"),
        (None, ""),
    ],
)
def test_times_are_written_as_paytrace_writes_them(moment: datetime | None, text: str) -> None:
    assert write_moment(moment) == text


def test_the_first_minute_shows_one_of_each_kind() -> None:
    assert len(OPENING) == 15
    assert set(OPENING) == {
        "pay",
        "part",
        "decline",
        "unknown_invoice",
        "duplicate",
        "told_twice",
        "untold",
        "settle",
        "refund",
    }
    assert OPENING.index("settle") < OPENING.index("refund")


def test_the_story_is_the_same_every_time() -> None:
    assert [kind_of(step) for step in range(200)] == [kind_of(step) for step in range(200)]
    assert {kind_of(step) for step in range(15, 200)} == set(OPENING)

"""Silence is measured against the account's own week."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from integrations.alerts.facts import conditions
from integrations.events import rhythm
from integrations.events.models import InboundNotice, Rhythm
from tenants.scope import tenant_transaction
from tests import factories
from tests.factories import Books

PACIFIC = "America/Los_Angeles"
# Two each hour of every working day from nine to five, Pacific.
WORKING = [2.0 if day < 5 and 9 <= hour < 17 else 0.0 for day in range(7) for hour in range(24)]
TUESDAY_TEN = factories.at("2026-11-17 18:00")


@pytest.fixture
def books(db: None) -> Books:
    return factories.company()


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        ("2026-11-17 18:00", "2026-11-17 18:30", 1.0),
        ("2026-11-17 18:45", "2026-11-17 20:15", 3.0),
        ("2026-11-18 01:00", "2026-11-18 16:00", 0.0),
        # Friday 16:00 to Monday 10:00 Pacific: one hour on Friday and one on Monday.
        ("2026-11-21 00:00", "2026-11-23 18:00", 4.0),
        # A year of silence is told as thirty days of it: 21 working days and an hour.
        ("2025-11-17 18:00", "2026-11-17 18:00", 21 * 16.0 + 2.0),
    ],
)
def test_what_usually_comes_is_summed_over_the_hours_of_the_week(
    since: str, until: str, expected: float
) -> None:
    found = rhythm.expected(
        WORKING, since=factories.at(since), until=factories.at(until), zone=PACIFIC
    )
    assert found == pytest.approx(expected, abs=0.01)
    assert rhythm.expected([], since=TUESDAY_TEN, until=factories.at(until), zone=PACIFIC) == 0.0


def test_notices_that_stop_on_a_tuesday_at_ten_are_missed_the_same_day_and_not_at_night(
    books: Books,
) -> None:
    with tenant_transaction(books.tenant.id):
        Rhythm.objects.create(connection=books.paytrace, stream="notices", hours=WORKING)
        InboundNotice.objects.create(
            connection=books.paytrace, source="signed", body=b"", body_length=0,
            body_hmac=b"\x01" * 32, received_at=TUESDAY_TEN,
        )  # fmt: skip
    told = {hours: _silent(books, hours) for hours in (1, 2.9, 3.1, 24)}
    assert told[1] == told[2.9] == []
    assert told[3.1] == [
        (
            "No notice has come from PayTrace, store since Tuesday 10:00, where about 6 are usual "
            "by now. Nothing is lost: payments are found by looking through PayTrace every few "
            "minutes."
        )
    ]
    assert len(told[24]) == 1


def test_a_rhythm_is_worked_out_from_what_came_and_once_a_day(books: Books) -> None:
    with time_machine.travel(TUESDAY_TEN), tenant_transaction(books.tenant.id):
        for weeks in range(1, 9):
            factories.effect(books, occurred_at=TUESDAY_TEN - timedelta(weeks=weeks))
        for _ in range(2):
            rhythm.work_out(connection_id=books.paytrace.id, zone=PACIFIC, now=timezone.now())
        hours = Rhythm.objects.get(stream="payments").hours
        usual = {hour: count for hour, count in enumerate(hours) if count}
    # Before the clocks changed it was eleven there; the eighth week lies just outside.
    assert usual == {24 + 10: 2 / 8, 24 + 11: 5 / 8}
    assert _silent(books, 0.5) == []


def _silent(books: Books, hours: float) -> list[str]:
    with (
        time_machine.travel(TUESDAY_TEN + timedelta(hours=hours), tick=False),
        tenant_transaction(books.tenant.id),
    ):
        found = conditions(books.environment)
    return [one.sentence for one in found if one.kind == "connection_silent"]

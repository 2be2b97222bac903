"""Signs of life are told by the database's clock."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tenants.heartbeat import age, beat, youngest_age
from tenants.models import Heartbeat

pytestmark = pytest.mark.usefixtures("db")


def test_what_never_beat_has_no_age() -> None:
    assert age("sweeper") is None
    assert youngest_age(prefix="worker") is None


def test_a_beat_makes_it_young_again() -> None:
    beat("sweeper")
    Heartbeat.objects.update(beat_at="2026-01-01T00:00:00Z")
    old = age("sweeper")
    beat("sweeper")
    young = age("sweeper")
    assert old is not None
    assert young is not None
    assert young < timedelta(seconds=30) < old
    assert Heartbeat.objects.count() == 1


def test_the_youngest_of_several_workers_counts() -> None:
    beat("worker:1")
    Heartbeat.objects.update(beat_at="2026-01-01T00:00:00Z")
    beat("worker:2")
    beat("sweeper")
    young = youngest_age(prefix="worker:")
    assert young is not None
    assert young < timedelta(seconds=30)

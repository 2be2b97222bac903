"""Signs of life are told by the database's clock."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tenants.heartbeat import age, beat
from tenants.models import Heartbeat

pytestmark = pytest.mark.usefixtures("db")


def test_what_never_beat_has_no_age() -> None:
    assert age("sweeper") is None


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

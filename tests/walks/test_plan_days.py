"""Which payments of a plan have been made, when it is changed late or its answer was lost: what is
left is charged when it is resumed, not one more and not one less."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
import time_machine

from integrations.instructions.kinds import Kind
from integrations.instructions.wishes import Wish
from integrations.paytrace.recurring import Frequency
from tests.walks.test_instructions import PLAN, again, ask, held, look_now, till, usd
from tests.walks.test_unreferenced import approved
from tests.walks.world import World

pytestmark = pytest.mark.walk
__all__ = ["till"]

DAILY = replace(PLAN, frequency=Frequency.DAILY, start_on=date(2026, 11, 21), total_count=10)


@contextmanager
def on(world: World, day: int) -> Iterator[None]:
    """Noon of that day of November; what is due at PayTrace until then was charged."""
    noon = datetime(2026, 11, day, 20, 0, tzinfo=UTC)
    world.simulator.control("clock", now=noon.isoformat())
    with time_machine.travel(noon, tick=True):
        yield


def _left(world: World, plan: Wish) -> list[tuple[str, int]]:
    """Resumed, what PayTrace is told to charge still."""
    again_on = replace(plan, kind=Kind.PLAN_RESUME, start_on=date(2027, 3, 1))
    assert ask(world, again_on, key="resume").state == "done"
    return [(one["next_on"], one["total_count"]) for one in held(world, "plans")]


def test_a_pause_that_is_found_out_days_later_counts_until_it_was_told(till: World) -> None:
    made = ask(till, DAILY, key="plan")
    pause = Wish(Kind.PLAN_PAUSE, plan_id=made.plan_id)
    with on(till, 23):
        path = "/v1/recurrence/delete"
        till.simulator.control("faults", kind="reply_lost", count=1, path_prefix=path)
        row = ask(till, pause, key="pause")
        assert (row.state, held(till, "plans")) == ("unknown", [])
    with on(till, 27):
        look_now(till)
        assert again(till, row).state == "done"
        assert _left(till, pause) == [("2027-03-01", 7)]


def test_a_change_that_is_approved_days_later_counts_what_was_charged_meanwhile(
    till: World,
) -> None:
    made = ask(till, DAILY, key="plan")
    change = Wish(
        Kind.PLAN_CHANGE, plan_id=made.plan_id, amount=usd("150.00"), next_on=date(2026, 12, 10)
    )
    with on(till, 22):
        row = ask(till, change, key="change")
        assert row.state == "waiting_approval"
    with on(till, 25):
        assert approved(till, row).state == "done"
        pause = Wish(Kind.PLAN_PAUSE, plan_id=made.plan_id)
        assert ask(till, pause, key="pause").state == "done"
        assert _left(till, pause) == [("2027-03-01", 5)]

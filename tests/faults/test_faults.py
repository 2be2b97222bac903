"""A short slice of the sweep, and its controls; `python3 run.py faults` runs the whole."""

from __future__ import annotations

import pytest

from portal.launch.faults import summed
from tests.faults.scene import Scene
from tests.faults.stories import Control, Delivery, Reading, templates
from tests.faults.sweep import Story, Strike, Tally, kill, pause, sweep
from tests.faults.told import Flagging, Sending, Unrecorded, open_till
from tests.faults.trap import ending, some, within
from tests.faults.workers import Workers

pytestmark = pytest.mark.fault


def test_a_struck_worker_neither_loses_nor_doubles(scene: Scene, staff: Workers) -> None:
    """And the same sweep sees both wrong ways of posting double."""
    made = templates(scene.world)
    slices: list[tuple[Story, Strike]] = [
        (Delivery("receipt", scene, made["receipt"]), kill),
        (Delivery("reversal", scene, made["reversal"]), pause),
        (Reading("notice", scene), pause),
        (Reading("poll", scene), kill),
    ]
    for story, strike in slices:
        tally = sweep(story, staff, strike, choose=some(5))
        # Now and then a worker is quicker than the one recorded, and a point is never come to.
        assert tally == Tally(struck=tally.struck, missed=tally.missed)
        assert tally.struck >= 4
    flag = Control("flag_in_transaction", scene, made["receipt"])
    assert sweep(flag, staff, kill, choose=ending(5)).double > 0
    two_calls = Control("read_back_then_write", scene, made["receipt"])
    assert (
        sweep(two_calls, staff, pause, choose=within("tests/faults/controls.py", every=3)).double
        > 0
    )


def test_paytrace_is_told_once_whoever_is_struck(scene: Scene, staff: Workers) -> None:
    """And the same sweep sees the way of telling it twice."""
    open_till(scene.world)
    slices: list[tuple[Story, Strike]] = [
        (Sending("charge", scene), kill),
        (Sending("give back", scene), pause),
        (Sending("capture", scene), kill),
        (Flagging("flagged row", scene), kill),
    ]
    for story, strike in slices:
        tally = sweep(story, staff, strike, choose=some(5))
        assert tally == Tally(struck=tally.struck, missed=tally.missed)
        assert tally.struck >= 4
    unrecorded = Unrecorded("tell_without_record", scene)
    assert sweep(unrecorded, staff, kill, choose=ending(6)).double > 0


def test_the_last_line_adds_up_what_was_struck_and_caught() -> None:
    found = summed(
        [
            {"strike": "kill", "struck": 700, "lost": 0, "double": 0},
            {"strike": "kill", "struck": 80, "lost": 1, "double": 0},
            {"strike": "pause", "struck": 600, "lost": 0, "double": 2},
            {"strike": "control", "struck": 20, "lost": 0, "double": 3},
            {"strike": "control", "struck": 20, "lost": 0, "double": 0},
        ]
    )
    assert str(found) == "faults: kill=780 pause=600 lost=1 double=2 controls=1/3"
    assert not found.is_good

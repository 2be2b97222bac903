"""The whole sweep: what `python3 run.py faults` runs. Not collected by a plain pytest run.

Every executed line of a worker is struck, by SIGKILL and by SIGSTOP. The stories of the second
kind strike only lines that the story named beside them does not have, and every exchange.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.faults.scene import Scene
from tests.faults.stories import Control, Delivery, Reading, settlement_template, templates
from tests.faults.sweep import Story, Strike, Tally, kill, lines_of, pause, sweep
from tests.faults.told import SENT, Flagging, Sending, Unrecorded, open_till
from tests.faults.trap import Choice, beyond, every_line
from tests.faults.workers import Workers

pytestmark = [pytest.mark.fault, pytest.mark.slow, pytest.mark.timeout(7200)]
# Where the tallies go, for the line at the end.
REPORT = "TIEOUT_FAULTS_REPORT"
STRIKES: dict[str, Strike] = {"kill": kill, "pause": pause}
CONTROLS: dict[str, str] = {"flag_in_transaction": "kill", "read_back_then_write": "pause"}


@pytest.mark.parametrize("strike", STRIKES)
@pytest.mark.parametrize("kind", ["receipt", "reversal", "on account"])
def test_a_posting_is_in_the_books_once(
    kind: str, strike: str, scene: Scene, staff: Workers
) -> None:
    made = templates(scene.world)
    story = Delivery(kind, scene, made[kind])
    known: Choice = every_line
    if kind != "receipt":
        known = beyond(lines_of(Delivery("receipt", scene, made["receipt"]), staff))
    _check(story, staff, strike, known)


@pytest.mark.parametrize("strike", STRIKES)
def test_the_entry_of_a_settled_batch_is_in_the_gl_once(
    strike: str, scene: Scene, staff: Workers
) -> None:
    # First of all, while there is no other batch.
    story = Delivery("settlement", scene, settlement_template(scene.world))
    known = beyond(lines_of(Delivery("receipt", scene, templates(scene.world)["receipt"]), staff))
    _check(story, staff, strike, known)


@pytest.mark.parametrize("strike", STRIKES)
@pytest.mark.parametrize("told_by", ["notice", "poll"])
def test_a_payment_that_was_told_is_never_lost(
    told_by: str, strike: str, scene: Scene, staff: Workers
) -> None:
    known: Choice = every_line
    if told_by == "poll":
        known = beyond(lines_of(Reading("notice", scene), staff))
    _check(Reading(told_by, scene), staff, strike, known)


@pytest.mark.parametrize("strike", STRIKES)
@pytest.mark.parametrize("kind", SENT)
def test_paytrace_is_told_once(kind: str, strike: str, scene: Scene, staff: Workers) -> None:
    open_till(scene.world)
    known: Choice = every_line
    if kind != "charge":
        known = beyond(lines_of(Sending("charge", scene), staff))
    _check(Sending(kind, scene), staff, strike, known)


@pytest.mark.parametrize("strike", STRIKES)
def test_a_flagged_row_is_asked_once_and_told(strike: str, scene: Scene, staff: Workers) -> None:
    open_till(scene.world)
    _check(Flagging("flagged row", scene), staff, strike, every_line)


def test_telling_paytrace_without_a_record_is_caught(scene: Scene, staff: Workers) -> None:
    open_till(scene.world)
    tally = sweep(Unrecorded("tell_without_record", scene), staff, kill)
    _report("control", "tell_without_record", tally)
    assert tally.double > 0, "the suite does not see what it must see"


@pytest.mark.parametrize("control", CONTROLS)
def test_a_wrong_way_of_posting_is_caught(control: str, scene: Scene, staff: Workers) -> None:
    story = Control(control, scene, templates(scene.world)["receipt"])
    tally = sweep(story, staff, STRIKES[CONTROLS[control]])
    _report("control", control, tally)
    assert tally.double > 0, "the suite does not see what it must see"


def _check(story: Story, staff: Workers, strike: str, choice: Choice) -> None:
    tally = sweep(story, staff, STRIKES[strike], choose=choice)
    _report(strike, story.name, tally)
    assert (tally.lost, tally.double, tally.told) == (0, 0, [])


def _report(strike: str, name: str, tally: Tally) -> None:
    folder = os.environ.get(REPORT)
    if folder:
        text = json.dumps({"strike": strike, **asdict(tally)})
        (Path(folder) / f"{strike}-{name}.json").write_text(text)

"""`python3 run.py properties` says in one line what was tried, and passes only when it is whole."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from portal.launch import places
from portal.launch.properties import (
    EXAMPLES,
    ORDERS,
    ORDERS_FILE,
    PARTS,
    REPORT,
    TIMES,
    command,
    summed,
)

REPORTS: list[dict[str, Any]] = [
    {"orders": 600, "told": ["paid", "voided"], "of": 3},
    {"orders": 400, "told": ["declined", "paid"], "of": 3},
    {"held": 40},
]


def test_the_last_line_adds_up_what_was_tried() -> None:
    found = summed(REPORTS)
    assert found.line(is_ok=True) == "properties: orders=1000 stories=3/3 held=40 ok"
    assert found.is_whole
    assert found.line(is_ok=False).endswith(" NOT ok")


def test_what_lacks_a_part_a_story_or_the_other_properties_is_not_whole() -> None:
    assert [summed(REPORTS[:1]), summed(REPORTS[:2]), summed([])] == [
        summed([{"orders": 600, "told": ["paid", "voided"], "of": 3}]),
        summed([{"orders": 1000, "told": ["declined", "paid", "voided"], "of": 3}]),
        summed([{"held": 0}]),
    ]
    lacking: tuple[list[dict[str, Any]], ...] = (
        REPORTS[:1],
        REPORTS[:2],
        REPORTS[1:],
        [],
        [*REPORTS[:2], {"held": 0}],
    )
    assert not any(summed(some).is_whole for some in lacking)
    one_story = [{**REPORTS[0], "orders": ORDERS}, REPORTS[2]]
    assert not summed(one_story).is_whole


def test_only_properties_are_tried_and_more_examples_of_each(tmp_path: Path) -> None:
    """Its own command, over two files of which one holds no property; nothing is run."""
    some = ["tests/canonical/test_identifiers.py", "tests/canonical/test_effects.py",
            "tests/walks"]  # fmt: skip
    asked = command(["-n0", "--collect-only", "-q"])
    environment = {**os.environ, TIMES: str(EXAMPLES), REPORT: str(tmp_path)}
    environment.pop("PYTEST_XDIST_WORKER", None)
    done = subprocess.run(
        [*asked, *some], cwd=places.CHECKOUT, env=environment, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    collected = [line for line in done.stdout.splitlines() if "::" in line]
    assert collected, done.stdout + done.stderr
    files = [line.partition("::")[0] for line in collected]
    assert files == [f"tests/walks/{ORDERS_FILE}"] * PARTS + some[1:2] * files.count(some[1])
    assert some[1] in files
    assert json.loads((tmp_path / "properties.json").read_text()) == {"held": 0}

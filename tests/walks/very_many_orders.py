"""A thousand random orders of events: part of `python3 run.py properties`. Not collected by a
plain pytest run.

In parts, so that they can be told at the same time; every part is random of its own.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings

from portal.launch.properties import ORDERS, PARTS, REPORT
from tests.walks.test_any_order import (
    SETTINGS,
    STORIES,
    Told,
    check,
    hold,
    invoices,
    tellings,
)
from tests.walks.world import World

__all__ = ["invoices"]
EACH = ORDERS // PARTS
# A part takes a minute or two on a machine of its own.
pytestmark = [pytest.mark.walk, pytest.mark.timeout(2400)]


@pytest.mark.parametrize("part", range(1, PARTS + 1))
def test_very_many_orders_end_in_the_same_ledger(
    part: int, world: World, invoices: Iterator[int]
) -> None:
    told: list[str] = []

    @settings(SETTINGS, max_examples=EACH)
    @given(telling=tellings())
    def all_of(telling: tuple[str, list[Told]]) -> None:
        told.append(telling[0])
        check(world, next(invoices), telling)

    all_of()
    hold(world)
    _report(part, told)


def _report(part: int, told: list[str]) -> None:
    folder = os.environ.get(REPORT)
    if folder:
        text = json.dumps({"orders": len(told), "told": sorted(set(told)), "of": len(STORIES)})
        (Path(folder) / f"part-{part}.json").write_text(text)

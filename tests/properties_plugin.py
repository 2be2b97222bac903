"""What `python3 run.py properties` makes of the suite: its properties alone, and many more
examples of each."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import settings

from portal.launch.properties import ORDERS_FILE, REPORT
from tests.examples import examples

USUAL = 100
"""Examples of a property that says nothing of its own; Hypothesis's default."""


def pytest_configure() -> None:
    """After the suite has loaded its own profile, and before a property is."""
    settings.register_profile("many", parent=settings.default, max_examples=examples(USUAL))
    settings.load_profile("many")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is no property, and begin with the orders, which take longest."""
    wanted = sorted(filter(_is_property, items), key=lambda one: not _is_order(one.nodeid))
    config.hook.pytest_deselected(items=[one for one in items if one not in wanted])
    items[:] = wanted


def _is_property(item: pytest.Item) -> bool:
    function = getattr(item, "obj", None)
    return _is_order(item.nodeid) or bool(getattr(function, "is_hypothesis_test", False))


def _is_order(nodeid: str) -> bool:
    return ORDERS_FILE in nodeid


class _Counted:
    """Properties that held, beside the orders, which report themselves."""

    held = 0


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call" and report.passed and not _is_order(report.nodeid):
        _Counted.held += 1


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Written once, by the process that hears of every test."""
    if not hasattr(session.config, "workerinput") and REPORT in os.environ:
        told = json.dumps({"held": _Counted.held})
        (Path(os.environ[REPORT]) / "properties.json").write_text(told)

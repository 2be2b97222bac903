"""`python3 run.py properties`: tells every story in a thousand random orders, and tries every
other property on many more examples than the suite does.

Ends with one line, `properties: orders=N stories=N/N held=N ok`. What follows the word goes to
pytest: `-k journal` tries some only, and says so by orders that lack.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portal.launch import places
from portal.launch.test import wait

ORDERS_FILE = "very_many_orders.py"
"""In tests/walks, and by its name left out of the suite."""
ORDERS = 1_000
PARTS = 8
"""Of the orders; told at the same time by as many processes as there are cores."""
EXAMPLES = 10
"""Times as many of every other property as in the suite."""
# Hands over to the tests where reports go, and how many times as many.
REPORT = "TIEOUT_PROPERTIES_REPORT"
TIMES = "TIEOUT_EXAMPLES_TIMES"
# Seconds for one property; the longest takes a minute.
_LIMIT = 1_800


@dataclass(frozen=True)
class Sum:
    """What was tried together."""

    orders: int
    told: int
    stories: int
    held: int

    @property
    def is_whole(self) -> bool:
        """Every order ended well, no story was left out, and other properties were tried."""
        return self.orders >= ORDERS and self.told == self.stories > 0 and self.held > 0

    def line(self, *, is_ok: bool) -> str:
        return (
            f"properties: orders={self.orders} stories={self.told}/{self.stories} "
            f"held={self.held} {'ok' if is_ok else 'NOT ok'}"
        )


def main(arguments: Sequence[str]) -> int:
    """0 when every property held in all that was to be tried."""
    with tempfile.TemporaryDirectory(prefix="tieout-properties-") as folder:
        code = _run(arguments, folder)
        found = summed([json.loads(one.read_text()) for one in Path(folder).glob("*.json")])
    is_ok = code == 0 and found.is_whole
    print(found.line(is_ok=is_ok), flush=True)
    return 0 if is_ok else 1


def summed(reports: Sequence[dict[str, Any]]) -> Sum:
    """Add up what the parts and the other properties reported; a part that failed reports
    nothing."""
    parts = [one for one in reports if "orders" in one]
    return Sum(
        orders=sum(one["orders"] for one in parts),
        told=len({name for one in parts for name in one["told"]}),
        stories=max((one["of"] for one in parts), default=0),
        held=sum(one["held"] for one in reports if "held" in one),
    )


def command(arguments: Sequence[str]) -> list[str]:
    """Arguments come last, so that they win."""
    return [
        sys.executable, "-m", "pytest", "-p", "tests.properties_plugin",
        "-o", f"python_files=test_*.py {ORDERS_FILE}", "-n", "2", "--timeout", str(_LIMIT),
        "--no-header", *arguments,
    ]  # fmt: skip


def _run(arguments: Sequence[str], folder: str) -> int:
    environment = {**os.environ, REPORT: folder, TIMES: str(EXAMPLES)}
    return wait(subprocess.Popen(command(arguments), cwd=places.CHECKOUT, env=environment))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

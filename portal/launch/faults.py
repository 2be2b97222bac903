"""`python3 run.py faults`: strikes workers at every executed line, and counts the books.

Ends with one line, `faults: kill=N pause=N lost=N double=N controls=C/T`. What follows the
word goes to pytest: `-k receipt` sweeps receipts only, and says so by controls that lack.
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

SWEEP = "tests/faults/every_line.py"
REPORT = "TIEOUT_FAULTS_REPORT"
# Ways of posting and of telling PayTrace that double: each must be caught, or the sweep is blind.
CONTROLS = 3


@dataclass(frozen=True)
class Sum:
    """What all sweeps counted together."""

    kill: int
    pause: int
    lost: int
    double: int
    caught: int

    @property
    def is_good(self) -> bool:
        return self.lost == 0 and self.double == 0 and self.caught == CONTROLS

    def __str__(self) -> str:
        return (
            f"faults: kill={self.kill} pause={self.pause} lost={self.lost} "
            f"double={self.double} controls={self.caught}/{CONTROLS}"
        )


def main(arguments: Sequence[str]) -> int:
    """0 when nothing was lost or doubled, all controls were caught and every sweep ended."""
    with tempfile.TemporaryDirectory(prefix="tieout-faults-") as folder:
        code = _run(arguments, Path(folder))
        found = summed([json.loads(one.read_text()) for one in Path(folder).glob("*.json")])
    print(found, flush=True)
    return 0 if code == 0 and found.is_good else 1


def summed(reports: Sequence[dict[str, Any]]) -> Sum:
    """Add up the reports of all sweeps; a control is caught when it doubled."""
    real = [one for one in reports if one["strike"] != "control"]
    controls = [one for one in reports if one["strike"] == "control"]
    return Sum(
        kill=sum(one["struck"] for one in real if one["strike"] == "kill"),
        pause=sum(one["struck"] for one in real if one["strike"] == "pause"),
        lost=sum(one["lost"] for one in real),
        double=sum(one["double"] for one in real),
        caught=sum(one["double"] > 0 for one in controls),
    )


def _run(arguments: Sequence[str], folder: Path) -> int:
    environment = {**os.environ, REPORT: str(folder)}
    command = [sys.executable, "-m", "pytest", SWEEP, "-n", "2", "-v", "--no-header", *arguments]
    return wait(subprocess.Popen(command, cwd=places.CHECKOUT, env=environment))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

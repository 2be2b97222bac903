"""A launcher with one program that has a child of its own; `python -m tests.launch.keeper DIR`.

The program writes both process ids to DIR/pids, a line per start.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from portal.launch.processes import Program
from portal.launch.supervisor import Supervisor

_PROGRAM = """
import os, subprocess, sys, signal
child = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
with open(sys.argv[1], "a") as file: file.write(f"{os.getpid()} {child.pid}\\n")
signal.pause()
"""


def main(folder: Path) -> None:
    supervisor = Supervisor()
    command = [sys.executable, "-c", _PROGRAM, str(folder / "pids")]
    program = Program("sleeper", command, dict(os.environ), grace_seconds=3, logs=folder)
    try:
        supervisor.start(program)
        supervisor.wait()
    finally:
        supervisor.stop_all()


if __name__ == "__main__":
    main(Path(sys.argv[1]))

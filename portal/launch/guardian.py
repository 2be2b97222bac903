"""Outlives a launcher that was killed, ends its children, then ends itself.

The launcher's end of a pipe closes when it dies, however it dies. Until then it writes
`+123` for a process group it started and `-123` for one that is gone. What is still listed
at the end of the pipe was orphaned: its leader is asked to end and gets time to finish; then
all of the group is killed.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

GRACE_SECONDS = 10


@dataclass
class Guardian:
    """The launcher's handle on its guardian."""

    process: subprocess.Popen[bytes]
    pipe: BinaryIO

    def watch(self, group: int) -> None:
        self.pipe.write(b"+%d\n" % group)

    def forget(self, group: int) -> None:
        self.pipe.write(b"-%d\n" % group)

    def dismiss(self) -> None:
        """End it. Call when every group is gone."""
        self.pipe.close()
        self.process.wait(timeout=30)


def post() -> Guardian:
    """Start a guardian for this process."""
    process = subprocess.Popen(
        [sys.executable, "-m", "portal.launch.guardian"],
        stdin=subprocess.PIPE,
        start_new_session=True,
        bufsize=0,
    )
    assert process.stdin is not None  # noqa: S101 PIPE was asked for; this tells the type
    return Guardian(process=process, pipe=process.stdin)  # type: ignore[arg-type]


def keep_watch(lines: Iterable[str]) -> None:
    """Read the launcher's lines to their end, then end what it left behind."""
    groups: set[int] = set()
    for line in lines:
        group = int(line[1:])
        (groups.add if line[0] == "+" else groups.discard)(group)
    for group in groups:
        with contextlib.suppress(OSError):
            os.kill(group, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    while any(_lives(leader) for leader in groups) and time.monotonic() < deadline:
        time.sleep(0.2)
    # Whoever outlives its leader has nobody left to work for.
    for group in groups:
        with contextlib.suppress(OSError):
            os.killpg(group, signal.SIGKILL)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    keep_watch(sys.stdin)

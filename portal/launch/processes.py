"""One child process: started in a group of its own, logged to a file, stopped for good."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from portal.launch import places

_PR_SET_PDEATHSIG = 1
LOGS = places.VAR / "log"
LARGEST_LOG = 20_000_000  # bytes; one former file is kept beside it


@dataclass
class Program:
    """What to run: a command, its whole environment, and open files it inherits."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    inherits: Sequence[int] = ()
    grace_seconds: float = 10
    logs: Path = LOGS
    has_log: bool = True

    @property
    def log(self) -> Path:
        return self.logs / f"{self.name}.log"

    def start(self) -> subprocess.Popen[bytes]:
        """Start it in a new session; it is told to end when this process dies, even by
        SIGKILL (Linux; elsewhere the guardian does that)."""
        with self._output() as log:
            return subprocess.Popen(
                self.command,
                cwd=places.CHECKOUT,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=self.inherits,
                start_new_session=True,
                preexec_fn=end_with_parent(),  # noqa: PLW1509 the launcher has one thread
            )

    def with_our_output(self) -> Program:
        """The same program, writing where this process writes instead of to a file."""
        return replace(self, has_log=False)

    @contextlib.contextmanager
    def _output(self) -> Iterator[BinaryIO | None]:
        if not self.has_log:
            yield None
            return
        self.logs.mkdir(parents=True, exist_ok=True)
        roll(self.log)
        with self.log.open("ab") as log:
            yield log

    def ask_to_end(self, process: subprocess.Popen[bytes]) -> None:
        """Ask the leader only: a worker cluster whose inner processes get the signal too
        cannot finish what it holds."""
        if process.poll() is None:
            process.terminate()

    def stop(self, process: subprocess.Popen[bytes]) -> None:
        """Ask it to end, wait, then kill whatever is left of its group."""
        if process.poll() is None:
            self.ask_to_end(process)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=self.grace_seconds)
        kill_group(process)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL to everything in the process's group, and collect the leader."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=5)


def roll(log: Path) -> None:
    """Keep a log from growing without end: copy it aside and empty it in place, because
    the child that writes it has it open for appending."""
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        shutil.copyfile(log, log.with_suffix(".log.1"))
        os.truncate(log, 0)


def last_lines(log: Path, count: int = 3) -> str:
    text = log.read_text(errors="replace") if log.exists() else ""
    return "\n  ".join(line.strip() for line in text.strip().splitlines()[-count:])


def wait_until(ready: Callable[[], bool], *, seconds: float) -> bool:
    """Ask every tenth of a second; False when the time is over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if ready():
            return True
        time.sleep(0.1)
    return False


def end_with_parent() -> Callable[[], None] | None:
    """For a child to run before its program: have the kernel send it SIGTERM when the thread
    that started it dies. None where that does not exist."""
    if os.uname().sysname != "Linux":
        return None
    libc = ctypes.CDLL(None, use_errno=True)

    def prepare() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)

    return prepare

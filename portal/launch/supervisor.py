"""Keeps programs running until told to stop, and leaves none behind."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from portal.launch import guardian, processes
from portal.launch.postgres import LaunchError
from portal.launch.progress import say

LONGEST_PAUSE = 30.0  # seconds between two starts of a program that keeps ending
HEALTHY_AFTER = 60.0  # seconds of running after which an end counts as the first again
CHECKS_EVERY = 5.0
LOGS_EVERY = 60.0


class Keepable(Protocol):
    """Something that runs as a process, and knows how it is started and stopped."""

    @property
    def name(self) -> str: ...

    @property
    def log(self) -> Path: ...

    def start(self) -> subprocess.Popen[bytes]: ...

    def ask_to_end(self, process: subprocess.Popen[bytes]) -> None: ...

    def stop(self, process: subprocess.Popen[bytes]) -> None: ...


@dataclass
class Running:
    """A program, its process now, and when it may start again after it ended."""

    program: Keepable
    process: subprocess.Popen[bytes]
    started_at: float
    failures: int = 0
    again_at: float | None = None


@dataclass
class Supervisor:
    """Starts programs, restarts what ends, stops all of them in the opposite order.

    SIGINT, SIGTERM and SIGHUP raise KeyboardInterrupt while things are being set up, and
    end `wait` afterwards. Use from one thread only: children are told of the death of the
    thread that started them. `checks` run every few seconds while it waits.
    """

    checks: list[Callable[[], None]] = field(default_factory=list)
    running: dict[str, Running] = field(default_factory=dict)
    _stop_asked: bool = field(default=False, init=False)
    _is_patient: bool = field(default=False, init=False)
    _guardian: guardian.Guardian = field(default_factory=guardian.post, init=False)

    def __post_init__(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._hear)

    def start(self, program: Keepable) -> Running:
        """Start a program and keep it. Raises LaunchError when it cannot be started."""
        with self._undisturbed():
            process = program.start()
            self._guardian.watch(process.pid)
            one = Running(program=program, process=process, started_at=time.monotonic())
            self.running[program.name] = one
        return one

    def wait(self) -> None:
        """Keep everything running until a signal asks to stop."""
        self._is_patient = True
        next_check = next_logs = 0.0
        while not self._stop_asked:
            now = time.monotonic()
            for one in self.running.values():
                self._keep(one, now)
            if now >= next_check:
                next_check = now + CHECKS_EVERY
                for check in self.checks:
                    check()
            if now >= next_logs:
                next_logs = now + LOGS_EVERY
                for one in self.running.values():
                    processes.roll(one.program.log)
            time.sleep(0.2)

    def restart(self, name: str, *, why: str) -> None:
        """Kill a program's whole group and start it afresh at once."""
        one = self.running[name]
        say(f"{name}: {why}; starting it again.")
        processes.kill_group(one.process)
        self._begin_again(one, time.monotonic())

    def stop_all(self) -> None:
        """Stop everything, last started first, whatever signal comes; then let the guardian go."""
        self._is_patient = True
        for one in self.running.values():
            one.program.ask_to_end(one.process)
        for one in reversed(list(self.running.values())):
            one.program.stop(one.process)
            self._guardian.forget(one.process.pid)
        self.running.clear()
        self._guardian.dismiss()

    def _keep(self, one: Running, now: float) -> None:
        if one.again_at is not None:
            if now >= one.again_at:
                self._begin_again(one, now)
            return
        if one.process.poll() is None:
            return
        ended = _ended(one.process.returncode)
        processes.kill_group(one.process)
        if now - one.started_at > HEALTHY_AFTER:
            one.failures = 0
        self._pause(one, now, f"{one.program.name} ended ({ended})")

    def _begin_again(self, one: Running, now: float) -> None:
        self._guardian.forget(one.process.pid)
        try:
            one.process = one.program.start()
        except (LaunchError, OSError) as error:
            self._pause(one, now, f"{one.program.name} did not start ({error})")
            return
        self._guardian.watch(one.process.pid)
        one.started_at = now
        one.again_at = None

    def _pause(self, one: Running, now: float, sentence: str) -> None:
        one.failures += 1
        pause = min(2.0 ** (one.failures - 1), LONGEST_PAUSE)
        one.again_at = now + pause
        say(f"{sentence}; starting it again in {pause:.0f} s. Its log: {one.program.log}")

    @contextmanager
    def _undisturbed(self) -> Iterator[None]:
        """No signal gets between a process and the note that it runs."""
        self._is_patient = True
        try:
            yield
        finally:
            self._is_patient = False
        if self._stop_asked:
            raise KeyboardInterrupt

    def _hear(self, _number: int, _frame: object) -> None:
        self._stop_asked = True
        if not self._is_patient:
            raise KeyboardInterrupt


def _ended(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"

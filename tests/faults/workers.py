"""The parent's hand on the zygote: workers that are watched, killed, stopped and woken."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.faults.trap import ROOT, Point

# What the workers' sessions are called in PostgreSQL.
APPLICATION = "tieout-fault-worker"


@dataclass(frozen=True)
class Job:
    """A job by name, with what it is called with."""

    name: str
    arguments: Mapping[str, str]


@dataclass(frozen=True)
class Workers:
    """Starts workers, and waits for those that were not only started."""

    _zygote: subprocess.Popen[str]

    def warm(self, job: Job) -> None:
        """Do the job once where all later workers come from."""
        self._order(job, warm=True)

    def record(self, job: Job) -> list[Point]:
        """Let a worker do the job undisturbed; every point it passed, in order."""
        told = self._order(job, record=True)["points"]
        return [(file, line, exchanges) for file, line, exchanges in told]

    def kill(self, job: Job, at: int) -> bool:
        """Start a worker that dies at its `at`-th point; False when it never came there."""
        return bool(self._order(job, at=at, signal="SIGKILL")["became"] == "SIGKILL")

    def stop(self, job: Job, at: int) -> int | None:
        """Start a worker that stops at its `at`-th point; its process, None when it never came."""
        told = self._order(job, at=at, signal="SIGSTOP")
        return int(told["pid"]) if told["became"] == "stopped" else None

    def start(self, job: Job) -> int:
        """Let a worker begin the job undisturbed; its process, to be waited for."""
        return int(self._order(job)["pid"])

    def wait(self, process: int) -> bool:
        """Until a started worker has ended; False when it failed."""
        told = self._send({"wait": process})
        return bool(told["became"] == "ended" and told["code"] == 0)

    def go_on(self, process: int) -> None:
        """Wake a stopped worker and wait for its end. Fails when it has to be ended."""
        told = self._send({"go_on": process})
        assert told["became"] == "ended", f"A woken worker became {told['became']}"

    def _order(self, job: Job, **more: Any) -> dict[str, Any]:
        return self._send({"job": job.name, "arguments": dict(job.arguments), **more})

    def _send(self, order: Mapping[str, Any]) -> dict[str, Any]:
        assert self._zygote.stdin is not None
        assert self._zygote.stdout is not None
        self._zygote.stdin.write(json.dumps(order) + "\n")
        self._zygote.stdin.flush()
        answer: dict[str, Any] = json.loads(self._zygote.stdout.readline())
        return answer


@contextmanager
def workers(**settings: str) -> Iterator[Workers]:
    """A zygote for as long as this lasts, with these settings from the environment.

    What its workers complain about is shown with FAULTS_TALK=1 only.
    """
    zygote = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.zygote"],
        cwd=ROOT,
        env={**os.environ, "PGAPPNAME": APPLICATION, "LOG_LEVEL": "CRITICAL", **settings},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=None if os.environ.get("FAULTS_TALK") else subprocess.DEVNULL,
        text=True,
    )
    try:
        yield Workers(zygote)
    finally:
        zygote.communicate(timeout=30)

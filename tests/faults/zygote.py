"""Forks workers that are set up already, and tells what became of them.

`python -m tests.faults.zygote` reads one JSON order per line and answers with one JSON line.
It holds no database connection itself, so every worker opens its own, as a new process would.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TextIO

import django
import time_machine

from tests.faults.trap import Point, recording, trapped

# Longer than any worker may take; then the kernel ends it and the sweep fails.
_PATIENCE_SECONDS = 60
_PR_SET_PDEATHSIG = 1


def main(orders: TextIO, answers: TextIO) -> None:
    """Answer orders until there are no more."""
    django.setup()
    from tests.faults.jobs import JOBS, NOON  # noqa: PLC0415 needs the set-up

    with time_machine.travel(NOON, tick=True):
        for line in orders:
            answers.write(json.dumps(_obey(json.loads(line), JOBS)) + "\n")
            answers.flush()


def _obey(order: Mapping[str, Any], jobs: Mapping[str, Callable[..., object]]) -> dict[str, Any]:
    if "go_on" in order:
        os.kill(order["go_on"], signal.SIGCONT)
    if pid := order.get("go_on") or order.get("wait"):
        return _outcome(pid, options=0)
    if order.get("warm"):
        return _warmed(order, jobs)
    if order.get("record"):
        return {"points": _recorded(order, jobs)}
    pid = os.fork()
    if pid == 0:
        _work(order, jobs, _trap(order))
    return _outcome(pid, options=os.WUNTRACED) if "at" in order else {"pid": pid}


def _trap(order: Mapping[str, Any]) -> AbstractContextManager[None]:
    if "at" not in order:
        return nullcontext()
    return trapped(order["at"], signal=signal.Signals[order["signal"]])


def _warmed(order: Mapping[str, Any], jobs: Mapping[str, Callable[..., object]]) -> dict[str, Any]:
    """Do the job here once, so that workers inherit what is computed once per process."""
    jobs[order["job"]](**order["arguments"])
    _forget_connections()
    return {}


def _forget_connections() -> None:
    from django.db import connections  # noqa: PLC0415 needs the set-up

    from integrations.connections import clients  # noqa: PLC0415

    clients.close_all()
    connections.close_all()


def _recorded(order: Mapping[str, Any], jobs: Mapping[str, Callable[..., object]]) -> list[Point]:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        points: list[Point] = []
        _work(order, jobs, recording(points), last=lambda: _tell(writing, points))
    os.close(writing)
    with os.fdopen(reading) as pipe:
        told: list[Point] = json.loads(pipe.read() or "[]")
    os.waitpid(pid, 0)
    return told


def _tell(pipe: int, points: list[Point]) -> None:
    with os.fdopen(pipe, "w") as writer:
        json.dump(points, writer)


def _work(
    order: Mapping[str, Any],
    jobs: Mapping[str, Callable[..., object]],
    watch: AbstractContextManager[None],
    *,
    last: Callable[[], None] = lambda: None,
) -> None:
    """One worker's life; never returns."""
    _die_with_parent()
    signal.alarm(_PATIENCE_SECONDS)
    code = 1
    try:
        with watch:
            jobs[order["job"]](**order["arguments"])
        last()
        code = 0
    except Exception as error:  # noqa: BLE001 a worker's failure is an outcome
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        sys.stderr.flush()
    finally:
        os._exit(code)


def _die_with_parent() -> None:
    """A stopped worker would outlive an interrupted sweep, and keep its locks."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _outcome(pid: int, *, options: int) -> dict[str, Any]:
    _, status = os.waitpid(pid, options)
    if os.WIFSTOPPED(status):
        return {"pid": pid, "became": "stopped"}
    if os.WIFSIGNALED(status):
        return {"pid": pid, "became": signal.Signals(os.WTERMSIG(status)).name}
    return {"pid": pid, "became": "ended", "code": os.WEXITSTATUS(status)}


if __name__ == "__main__":
    main(sys.stdin, sys.stdout)

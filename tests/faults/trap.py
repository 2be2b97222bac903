"""Stops a worker at one executed line of ours: by SIGKILL for good, by SIGSTOP for a while.

Built on `sys.settrace`, so nothing in the worker knows of it. A line executed again with no
word to the outside in between is the same point: nobody could tell the two apart afterwards.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).parents[2]
# Where a payment moves; the pure parts (canonical, engines, profiles) touch nothing outside.
OURS = (
    "integrations/tasks.py", "integrations/pipeline/", "integrations/posting/",
    "integrations/exceptions/", "integrations/events/", "integrations/connections/",
    "integrations/instructions/",
    "integrations/sagepro/backends/", "integrations/workflows/", "integrations/paytrace/",
    "tenants/", "tests/faults/controls.py",
)  # fmt: skip
# Each call of these is one exchange with PostgreSQL or with the gateway.
_EXCHANGES = {"psycopg/connection.py": "wait", "urllib3/connection.py": "getresponse"}
_NOT_OURS, _EXCHANGE = "", "exchange"

Point = tuple[str, int, int]
"""File, line, and how many exchanges with the outside came before."""
Line = tuple[str, int]
Choice = Callable[[Sequence[Point]], list[int]]
"""Which points to strike at: their numbers, counted from 1."""
_Tracer = Callable[[FrameType, str, Any], Any]


def _tracer(on_point: Callable[[Point], None]) -> _Tracer:
    """A trace function that reports every point once, at its first arrival."""
    passed: set[Point] = set()
    names: dict[str, str] = {}
    exchanges = 0

    # Called for every function of every library: a look-up, and away.
    def enter(frame: FrameType, event: str, _: Any) -> _Tracer | None:
        nonlocal exchanges
        code = frame.f_code
        name = names.get(code.co_filename)
        if name is None:
            name = names[code.co_filename] = _named(code.co_filename)
        if name is _NOT_OURS:
            return None
        if name is _EXCHANGE:
            exchanges += code.co_name in _EXCHANGES.values()
            return None
        return line

    def line(frame: FrameType, event: str, _: Any) -> _Tracer:
        if event == "line":
            point = (names[frame.f_code.co_filename], frame.f_lineno, exchanges)
            if point not in passed:
                passed.add(point)
                on_point(point)
        return line

    return enter


def _named(file: str) -> str:
    if file.endswith(tuple(f"site-packages/{name}" for name in _EXCHANGES)):
        return _EXCHANGE
    try:
        name = Path(file).relative_to(ROOT).as_posix()
    except ValueError:
        return _NOT_OURS
    return name if name.startswith(OURS) else _NOT_OURS


@contextmanager
def recording(points: list[Point]) -> Iterator[None]:
    """Keep every point that is passed, in order."""
    sys.settrace(_tracer(points.append))
    try:
        yield
    finally:
        sys.settrace(None)


@contextmanager
def trapped(number: int, *, signal: int) -> Iterator[None]:
    """Send this process `signal` when it arrives at its `number`-th point, counted from 1."""
    left = number

    def spring(_: Point) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal)
            sys.settrace(None)

    sys.settrace(_tracer(spring))
    try:
        yield
    finally:
        sys.settrace(None)


def every_line(points: Sequence[Point]) -> list[int]:
    """The numbers of the points that strike each executed line at least once, and the first
    line after each exchange: in between, the world outside is the same."""
    return beyond(frozenset())(points)


def some(count: int) -> Choice:
    """That many of them, evenly spread: for a quick look."""

    def choose(points: Sequence[Point]) -> list[int]:
        every = every_line(points)
        return every[:: max(1, len(every) // count)]

    return choose


def within(name: str, *, every: int) -> Choice:
    """Every `every`-th point in the file of this name."""

    def choose(points: Sequence[Point]) -> list[int]:
        numbers = [number for number, (file, *_) in enumerate(points, 1) if file == name]
        return numbers[::every]

    return choose


def ending(count: int) -> Choice:
    """The last that many of them."""
    return lambda points: every_line(points)[-count:]


def beyond(known: Set[Line]) -> Choice:
    """The same without the lines that are known from another story."""

    def choose(points: Sequence[Point]) -> list[int]:
        lines = set(known)
        exchanges: set[int] = set()
        chosen = []
        for number, (file, line, exchange) in enumerate(points, start=1):
            if (file, line) not in lines or exchange not in exchanges:
                chosen.append(number)
            lines.add((file, line))
            exchanges.add(exchange)
        return chosen

    return choose

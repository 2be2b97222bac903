"""The sweep: one worker is struck at every point, others take over, the books are counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from tests.faults.trap import Choice, Line, Point, every_line
from tests.faults.workers import Job, Workers


@dataclass(frozen=True)
class Verdict:
    """How often the payment is in the books, and what else is not as it should be."""

    times: int
    problems: tuple[str, ...] = ()

    @property
    def is_lost(self) -> bool:
        return self.times < 1 or (self.times == 1 and bool(self.problems))

    @property
    def is_double(self) -> bool:
        return self.times > 1


class Story(Protocol):
    """One thing a worker does, again and again, each time with something fresh to do."""

    name: str

    def prepare(self) -> Job:
        """Make something to do."""
        ...

    def take_over(self) -> None:
        """Let time pass until the struck worker counts as gone, and others finish its work."""
        ...

    def verdict(self) -> Verdict:
        """What came of it."""
        ...


@dataclass
class Tally:
    """What a sweep counted."""

    struck: int = 0
    lost: int = 0
    double: int = 0
    missed: int = 0
    """Points the worker did not come to: it was a little quicker than the one recorded."""
    told: list[str] = field(default_factory=list)

    def count(self, verdict: Verdict, *, what: str, was_struck: bool) -> None:
        self.struck += was_struck
        self.missed += not was_struck
        self.lost += verdict.is_lost
        self.double += verdict.is_double
        if verdict.is_lost or verdict.is_double:
            self.told.append(f"{what}: {verdict.times} times; {'; '.join(verdict.problems)}")


Strike = Callable[[Story, Workers, Job, int], bool]


def kill(story: Story, workers: Workers, job: Job, at: int) -> bool:
    """Kill the worker at a point and let others take over; False when it never came there."""
    was_killed = workers.kill(job, at)
    story.take_over()
    return was_killed


def pause(story: Story, workers: Workers, job: Job, at: int) -> bool:
    """Stop the worker at a point, let others take over, then wake it and let it finish."""
    process = workers.stop(job, at)
    story.take_over()
    if process is None:
        return False
    workers.go_on(process)
    story.take_over()
    return True


def sweep(story: Story, workers: Workers, strike: Strike, *, choose: Choice = every_line) -> Tally:
    """Strike at the chosen points, each time on something fresh."""
    points = points_of(story, workers)
    tally = Tally()
    for at in choose(points):
        was_struck = strike(story, workers, story.prepare(), at)
        what = f"{story.name} {strike.__name__} at {points[at - 1]}"
        tally.count(story.verdict(), what=what, was_struck=was_struck)
    return tally


def points_of(story: Story, workers: Workers) -> list[Point]:
    """Every point of an undisturbed worker."""
    workers.warm(story.prepare())
    story.take_over()
    points = workers.record(story.prepare())
    story.take_over()
    assert points, f"{story.name}: the worker passed no line of ours"
    return points


def lines_of(story: Story, workers: Workers) -> frozenset[Line]:
    """Every line of an undisturbed worker."""
    return frozenset((file, line) for file, line, _ in points_of(story, workers))

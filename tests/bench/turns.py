"""Ours and the bare way in turn, so that what disturbs the machine disturbs both.

What counts is the ratio of each round, and of the rounds the median: one that was disturbed in
the middle is forgotten.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from tests.bench.report import Aim, Row


@dataclass(frozen=True)
class Turns:
    """Seconds that each round took, ours and the bare way's."""

    ours: tuple[float, ...]
    bare: tuple[float, ...]

    def row(
        self,
        measure: str,
        count: int,
        unit: str,
        *,
        beside: str,
        aim: Aim | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> Row:
        """A rate, where `count` things were done in each round of either."""
        return Row(
            measure,
            count / median(self.ours),
            unit,
            limit=count / median(self.bare),
            beside=beside,
            aim=aim or Aim(),
            details=details or {},
            ratios=tuple(bare / ours for ours, bare in zip(self.ours, self.bare, strict=True)),
        )


def take_turns(
    rounds: int,
    *,
    ours: Callable[[int], object],
    bare: Callable[[int], object],
    before: Callable[[int], object] = lambda _: None,
) -> Turns:
    """Do both in every round, which is given its number from 0 on; `before` is not counted."""
    taken = []
    for number in range(rounds):
        before(number)
        taken.append((_seconds(ours, number), _seconds(bare, number)))
    return Turns(tuple(one for one, _ in taken), tuple(other for _, other in taken))


def _seconds(act: Callable[[int], object], number: int) -> float:
    began = time.perf_counter()
    act(number)
    return time.perf_counter() - began

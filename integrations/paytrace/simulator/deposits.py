"""Deposits: what ACH payments come to at the merchant's bank. Pure.

A payment stands in the deposit of the day it settled; one that is returned after that is kept
back from the deposit of the day it came back, as a line below zero (inferred).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from integrations.canonical.ach import AchType
from integrations.paytrace.simulator.ach_state import Check


@dataclass(frozen=True)
class Line:
    check: Check
    at: datetime
    is_return: bool = False

    @property
    def signed(self) -> Decimal:
        counts = self.check.type is AchType.SALE and not self.is_return
        return self.check.amount if counts else -self.check.amount


@dataclass(frozen=True)
class Deposit:
    id: str
    lines: tuple[Line, ...]

    @property
    def made_at(self) -> datetime:
        return min(line.at for line in self.lines)

    @property
    def fees(self) -> Decimal:
        return sum((one.check.fee for one in self.lines if not one.is_return), Decimal(0))

    @property
    def net(self) -> Decimal:
        return sum((one.signed for one in self.lines), Decimal(0)) - self.fees


def of(checks: Iterable[Check]) -> list[Deposit]:
    """Every deposit these payments stand in, by id."""
    grouped: dict[str, list[Line]] = {}
    for check in checks:
        for name, line in _lines(check):
            grouped.setdefault(name, []).append(line)
    return [Deposit(name, tuple(grouped[name])) for name in sorted(grouped)]


def _lines(check: Check) -> Iterator[tuple[str, Line]]:
    if check.deposit_id and check.settled_at:
        yield check.deposit_id, Line(check, check.settled_at)
    if check.returned_in and check.returned_at:
        yield check.returned_in, Line(check, check.returned_at, is_return=True)

"""Whether a person has allocated stock in Sage: decided from the one quantity the books hold."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from enum import Enum

from integrations.canonical.stock import Allocation

_ZERO = Decimal(0)


class Proof(Enum):
    KEYED = "keyed"
    MISSING = "missing"
    UNPROVEN = "unproven"
    """Something else moved the quantity too."""


def judge(
    wanted: Allocation,
    *,
    stood: Decimal,
    stands: Decimal,
    since: Sequence[Allocation],
    said: Sequence[Allocation],
) -> Proof:
    """`stood` was allocated when it was listed, `stands` is now.

    `since` was found in Sage after that, `said` is what a person says they keyed with it: all
    of that stands there too, or none of it yet.
    """
    without = stood + _moved(wanted, since)
    keyed = without + wanted.quantity
    if stands in {keyed, keyed + _moved(wanted, said)}:
        return Proof.KEYED
    return Proof.MISSING if stands == without else Proof.UNPROVEN


def _moved(wanted: Allocation, moves: Sequence[Allocation]) -> Decimal:
    place = _place(wanted)
    return sum((move.quantity for move in moves if _place(move) == place), _ZERO)


def _place(move: Allocation) -> tuple[str, str]:
    return move.item.strip(), move.location.strip()

"""By how much the amount of a hold may be changed, before PayTrace is asked. Pure.

The Adjust page bounds it "by 30 % of the original" and leaves open whether that is
measured against what was held first or last, and whether it may go below. The careful reading
(inferred): from 30 % below to 30 % above what was held first, however often it was changed.
PayTrace itself decides about what lies within.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from integrations.canonical.errors import NeverWorks
from integrations.canonical.money import Money, exponent

_PART = Decimal("0.30")


@dataclass(frozen=True)
class Range:
    """From the least to the most that a hold may be changed to, both included."""

    least: Money
    most: Money


def range_of(first: Money) -> Range:
    """Of what was held first, in whole cents within the bounds."""
    cent = Decimal(1).scaleb(-exponent(first.currency))
    least = (first.amount * (1 - _PART)).quantize(cent, ROUND_CEILING)
    most = (first.amount * (1 + _PART)).quantize(cent, ROUND_FLOOR)
    return Range(Money(max(least, cent), first.currency), Money(most, first.currency))


def check_range(amount: Money, *, first: Money) -> None:
    """Raise NeverWorks `paytrace.outside_what_may_change` outside of it."""
    within = range_of(first)
    if amount < within.least or within.most < amount:
        raise NeverWorks(
            f"PayTrace changes a hold by at most 30 % of what was held first, {first}: from "
            f"{within.least} to {within.most}.",
            code="paytrace.outside_what_may_change",
            field="amount",
            remedy="Give an amount between them, or let the hold go and make another.",
        )

"""What went back of a payment, and what of it is left to give back, as the books know it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from integrations.canonical.money import Money
from integrations.posting import queries as posting
from integrations.posting.models import Effect


@dataclass(frozen=True)
class Left:
    """Of one payment, in its currency. PayTrace is asked again before money moves."""

    taken: Money
    """What was given or taken back, or is about to be."""
    left: Money

    @property
    def is_part(self) -> bool:
        return bool(self.taken.amount and self.left.amount)


def left_of(payment: Effect) -> Left:
    """A void takes all of it; a refund or chargeback takes its amount."""
    if posting.is_voided(payment.source_id, payment.transaction_id):
        taken = payment.amount
    else:
        parts = posting.taken_back(payment.source_id, payment.transaction_id)
        taken = sum(parts.values(), start=Decimal(0))
    left = max(payment.amount - taken, Decimal(0))
    return Left(Money(taken, payment.currency), Money(left, payment.currency))

"""Runs: the payments a recurring plan makes at PayTrace by itself, told apart from all others.

PayTrace names no plan in a transaction (facts seen so far), so a run is known by the word in
the plan's description, which we gave it; where that was changed, by customer, amount and day.
"""

from __future__ import annotations

from datetime import date
from itertools import takewhile
from uuid import UUID

from integrations.canonical.transactions import GatewayTransaction, TransactionType
from integrations.instructions.calendar import dates
from integrations.instructions.models import InstructionAttempt, RecurringPlan
from integrations.paytrace.recurring import Frequency


def plan_of(
    transaction: GatewayTransaction, *, connection_id: UUID, day: date
) -> RecurringPlan | None:
    """The plan that made this payment; None when none did, or when it could be two.

    `day` is the payment's in the gateway's zone. Inside the open company's transaction.
    """
    if transaction.type is not TransactionType.SALE:
        return None
    plans = list(RecurringPlan.objects.filter(connection_id=connection_id))
    if not plans or _is_ours(transaction, connection_id):
        return None
    named = _named(transaction, connection_id)
    found = [plan for plan in plans if plan.id == named] or [
        plan for plan in plans if _fits(plan, transaction, day)
    ]
    return found[0] if len(found) == 1 else None


def _is_ours(transaction: GatewayTransaction, connection_id: UUID) -> bool:
    """Whether an instruction made it: a charge carries its attempt's own invoice id."""
    return InstructionAttempt.objects.filter(
        instruction__connection_id=connection_id, invoice_id=transaction.invoice_reference
    ).exists()


def _named(transaction: GatewayTransaction, connection_id: UUID) -> UUID | None:
    """The plan whose making put this word into the description."""
    words = transaction.description.split()
    if not words:
        return None
    return (
        InstructionAttempt.objects.filter(
            instruction__connection_id=connection_id, invoice_id=words[-1]
        )
        .values_list("instruction__plan_id", flat=True)
        .first()
    )


def _fits(plan: RecurringPlan, transaction: GatewayTransaction, day: date) -> bool:
    same = (plan.vault_id, plan.amount, plan.currency) == (
        transaction.customer_id, transaction.amount.amount, transaction.amount.currency
    )  # fmt: skip
    if not same:
        return False
    until_then = takewhile(
        lambda one: one <= day, dates(Frequency(plan.frequency), start=plan.counts_from)
    )
    return day in until_then

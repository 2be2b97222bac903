"""Holds at PayTrace: an amount is reserved on a stored card, and captured later.

Letting one go is giving it back: PayTrace voids it. Outside of transactions.
"""

# Every kind is called alike, needed or not.
# ruff: noqa: ARG001
from __future__ import annotations

from integrations.canonical.errors import NeverWorks
from integrations.canonical.money import Money
from integrations.canonical.transactions import GatewayTransaction, TransactionState
from integrations.instructions.card_outcomes import charged
from integrations.instructions.kinds import Kind
from integrations.instructions.models import InstructionState
from integrations.instructions.outcomes import Outcome
from integrations.instructions.protocol import Told
from integrations.instructions.subjects import Subject
from integrations.paytrace.cards import Charge
from integrations.paytrace.client import PayTraceClient
from integrations.paytrace.people import HostedFields, VaultPayer

S = InstructionState
CAPTURED = frozenset({TransactionState.PENDING_SETTLEMENT, TransactionState.SETTLED})


def hold(told: Told, subject: Subject, client: PayTraceClient, _: HostedFields | None) -> Outcome:
    """Reserve the amount on a stored card."""
    wish, amount = told.wish, _amount(told)
    answer = client.cards.authorize(
        Charge(
            payer=VaultPayer(wish.vault_id), amount=amount, invoice_id=told.invoice_id,
            customer_reference=wish.invoice_number, description=wish.description,
            email=wish.email,
        )
    )  # fmt: skip
    return charged(answer, amount=amount, kind=Kind.HOLD)


def capture(
    told: Told, subject: Subject, client: PayTraceClient, _: HostedFields | None
) -> Outcome:
    """Take a hold's money, all or a part, after looking whether it is one and how much it
    holds: what PayTrace does about more than that is not documented."""
    number, amount = told.wish.transaction_id, _amount(told)
    found = client.transaction(number)
    # The export may lag behind: what it does not show yet, PayTrace itself decides.
    if found is not None:
        _check(found, amount)
    client.cards.capture(transaction_id=number, amount=amount)
    return captured(number, amount)


def captured(transaction_id: str, amount: Money) -> Outcome:
    """A hold's money was taken."""
    return Outcome(S.DONE, "", f"{amount} was captured: it settles next.", transaction_id)


def _check(found: GatewayTransaction, amount: Money) -> None:
    if found.state in CAPTURED:
        raise NeverWorks("This hold was captured already.", code="paytrace.not_capturable")
    if found.state is not TransactionState.AUTHORIZED:
        raise NeverWorks(
            "This is no hold that can be captured: PayTrace shows it as "
            f"{found.state.value.replace('_', ' ')}.",
            code="paytrace.not_capturable",
        )
    if found.amount < amount:
        raise NeverWorks(
            f"Only {found.amount} is held.", code="paytrace.above_what_is_held", field="amount"
        )


def _amount(told: Told) -> Money:
    assert told.wish.amount is not None  # noqa: S101 checked when it was asked
    return told.wish.amount

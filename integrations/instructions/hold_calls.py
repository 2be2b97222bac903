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


def adjust(told: Told, subject: Subject, client: PayTraceClient, _: HostedFields | None) -> Outcome:
    """Hold another amount, after looking whether it is one and what it holds. How far it may be
    changed was checked when it was asked for."""
    number, amount = told.wish.transaction_id, _amount(told)
    found = client.transaction(number)
    if found is not None:
        _check_is_held(found)
        if found.amount == amount:
            raise NeverWorks(f"{amount} is held already.", code="paytrace.nothing_to_change")
    client.cards.adjust(transaction_id=number, amount=amount)
    return adjusted(number, amount)


def adjusted(transaction_id: str, amount: Money) -> Outcome:
    """Another amount is held."""
    sentence = f"{amount} is held now. Nothing is charged before the hold is captured."
    return Outcome(S.DONE, "", sentence, transaction_id)


def look_for_adjusted(told: Told, subject: Subject, client: PayTraceClient) -> Outcome | None:
    """What became of it, by the amount that PayTrace shows; None where that tells nothing (yet)."""
    amount = _amount(told)
    found = client.transaction(told.wish.transaction_id)
    if found is None:
        return None
    if found.state is not TransactionState.AUTHORIZED:
        return Outcome(
            S.REFUSED,
            "paytrace.not_capturable",
            f"This is no hold any more: PayTrace shows {found.amount} as {_words(found)}.",
        )
    return adjusted(found.transaction_id, amount) if found.amount == amount else None


def captured(transaction_id: str, amount: Money) -> Outcome:
    """A hold's money was taken."""
    return Outcome(S.DONE, "", f"{amount} was captured: it settles next.", transaction_id)


def _check(found: GatewayTransaction, amount: Money) -> None:
    _check_is_held(found)
    if found.amount < amount:
        raise NeverWorks(
            f"Only {found.amount} is held.", code="paytrace.above_what_is_held", field="amount"
        )


def _check_is_held(found: GatewayTransaction) -> None:
    if found.state in CAPTURED:
        raise NeverWorks("This hold was captured already.", code="paytrace.not_capturable")
    if found.state is not TransactionState.AUTHORIZED:
        raise NeverWorks(
            f"This is no hold that can be captured: PayTrace shows it as {_words(found)}.",
            code="paytrace.not_capturable",
        )


def _words(found: GatewayTransaction) -> str:
    return found.state.value.replace("_", " ")


def _amount(told: Told) -> Money:
    assert told.wish.amount is not None  # noqa: S101 checked when it was asked
    return told.wish.amount

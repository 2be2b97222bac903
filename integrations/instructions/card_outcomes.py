"""What charging or holding a card came to, from PayTrace's answer or from its record. Pure."""

from __future__ import annotations

from integrations.canonical.money import Money
from integrations.canonical.transactions import (
    GatewayTransaction,
    TransactionState,
    TransactionType,
)
from integrations.instructions.kinds import Kind
from integrations.instructions.models import InstructionState
from integrations.instructions.outcomes import Outcome
from integrations.paytrace.cards import SaleResult
from integrations.paytrace.vault import VaultCustomer

S = InstructionState
_NOT_PAID = frozenset({TransactionState.DECLINED, TransactionState.AUTO_VOIDED})


def charged(
    answer: SaleResult, *, amount: Money, kind: Kind, keeps: bool = False, asked_id: str = ""
) -> Outcome:
    """What the answer says. With `keeps` the card was stored as well, as `asked_id`."""
    result = {
        "approval_code": answer.approval_code,
        "last_four": answer.last_four,
        "card_brand": answer.card_brand,
        "message": answer.message,
    }
    if not answer.is_approved:
        return Outcome(
            S.DECLINED, "paytrace.declined", _why_declined(answer, amount, kind),
            answer.transaction_id, result,
        )  # fmt: skip
    stored = None
    if keeps:
        stored = VaultCustomer(
            customer_id=answer.customer_id or asked_id, label=asked_id, last_four=answer.last_four
        )
    return Outcome(S.DONE, "", _done(amount, kind), answer.transaction_id, result, customer=stored)


def is_its_own(found: GatewayTransaction, *, kind: Kind) -> bool:
    """Whether it goes the way that was asked for: a refund may carry the invoice id of the payment
    that it gives back."""
    return (found.type is TransactionType.REFUND) is (kind is Kind.REFUND_CUSTOMER)


def says_nothing(found: GatewayTransaction) -> bool:
    """Whether its state does not tell if money moves."""
    return found.state in {TransactionState.UNKNOWN, TransactionState.ERROR}


def of_transaction(found: GatewayTransaction, *, amount: Money, kind: Kind) -> Outcome:
    """What it came to, from the payment itself as PayTrace shows it."""
    result = {
        "approval_code": found.approval_code,
        "last_four": found.last_four,
        "card_brand": found.card_brand,
    }
    if found.state in _NOT_PAID:
        return Outcome(
            S.DECLINED, "paytrace.declined", f"The {_word(kind)} of {amount} was declined.",
            found.transaction_id, result,
        )  # fmt: skip
    return Outcome(S.DONE, "", _done(amount, kind), found.transaction_id, result)


def _done(amount: Money, kind: Kind) -> str:
    if kind is Kind.HOLD:
        return f"{amount} is held. Nothing is charged before the hold is captured."
    if kind is Kind.REFUND_CUSTOMER:
        return f"{amount} was refunded to the stored card, of no earlier payment."
    return f"{amount} was charged."


def refunded(transaction_id: str, amount: Money) -> Outcome:
    """A stored card was refunded without an earlier payment."""
    sentence = _done(amount, Kind.REFUND_CUSTOMER)
    return Outcome(S.DONE, "", sentence, transaction_id, {"way": "refund"})


def _word(kind: Kind) -> str:
    return "refund" if kind is Kind.REFUND_CUSTOMER else kind.value


def _why_declined(answer: SaleResult, amount: Money, kind: Kind) -> str:
    if answer.state is TransactionState.AUTO_VOIDED:
        return (
            f"The {kind} of {amount} was approved and taken back by PayTrace’s address or "
            "security-code rules. Nothing was paid."
        )
    said = f" The bank says: {answer.message}." if answer.message else ""
    return f"The {kind} of {amount} was declined.{said} Nothing was paid."

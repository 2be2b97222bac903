"""What one transaction does to the books, derived from what the gateway says about it.

The key of an effect depends on the transaction and its state alone, never on what was seen
before or how often: facts in any order, told any number of times, derive the same keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from integrations.canonical.money import Money
from integrations.canonical.statuses import is_allowed
from integrations.canonical.transactions import (
    GatewayTransaction,
    TransactionState,
    TransactionType,
)

_CAPTURED = frozenset({TransactionState.PENDING_SETTLEMENT, TransactionState.SETTLED})
_DECLINED = frozenset({TransactionState.DECLINED, TransactionState.AUTO_VOIDED})


class EffectKind(StrEnum):
    SALE = "sale"
    REFUND = "refund"
    VOID = "void"
    CHARGEBACK = "chargeback"
    ACH_RETURN = "ach_return"
    FEE = "fee"
    SETTLEMENT = "settlement"
    DECLINE = "decline"
    """No receipt: it writes a status and tells someone."""
    REVIEW = "review"
    """A state nobody knows: only a person can say what it does to the books."""


@dataclass(frozen=True)
class EffectSpec:
    """One effect on the books, before anything is decided about it."""

    kind: EffectKind
    effect_key: str
    amount: Money
    """As the gateway says it: positive; VOID and REFUND take it away."""
    parent_key: str | None = None
    parent_transaction_id: str = ""


def effect_key(*, account: str, transaction_id: str, kind: EffectKind, n: int = 1) -> str:
    """`paytrace:<account>:<transaction>:<kind>:<n>`; a colon inside a part is written %3A."""
    return ":".join(("paytrace", _part(account), _part(transaction_id), kind.value, str(n)))


def derive(
    transaction: GatewayTransaction, *, previous_states: Sequence[TransactionState] = ()
) -> tuple[EffectSpec, ...]:
    """The effects of the transaction in its present state; empty when there are none.

    `previous_states` never changes a key; it decides only `person_needed`, which says when
    these effects, or their absence, need a person.
    """
    del previous_states
    if _unreadable(transaction):
        return ()
    state = transaction.state
    if state in _DECLINED:
        return (_effect(transaction, EffectKind.DECLINE),)
    if not transaction.amount.amount:
        return ()
    money_kind = _money_kind(transaction)
    if state in _CAPTURED:
        return (_captured(transaction, money_kind),)
    if state is TransactionState.VOIDED:
        return (_effect(transaction, EffectKind.VOID, parent=money_kind),)
    return ()


def person_needed(
    transaction: GatewayTransaction, *, previous_states: Sequence[TransactionState] = ()
) -> str:
    """Why a person must look at this fact, in a sentence; empty when nobody needs to.

    Order does not matter here either: two states that no life cycle joins are strange
    whichever of them came first.
    """
    unreadable = _unreadable(transaction)
    if unreadable:
        return unreadable
    state = transaction.state
    for before in previous_states:
        if not is_allowed(before, state) and not is_allowed(state, before):
            return (
                f"Transaction {transaction.transaction_id} was {_words(before)} "
                f"and is now {_words(state)}, which PayTrace does not allow."
            )
    return ""


def _unreadable(transaction: GatewayTransaction) -> str:
    name = f"Transaction {transaction.transaction_id}"
    if transaction.type is TransactionType.UNKNOWN:
        return f"{name} has a type we do not know."
    if transaction.state is TransactionState.UNKNOWN:
        return f"{name} has a status we do not know: ‘{transaction.status_code}’."
    if transaction.amount.amount < 0:
        return f"{name} has an amount below zero: {transaction.amount}."
    is_refund = transaction.type is TransactionType.REFUND
    if is_refund and transaction.state is TransactionState.AUTHORIZED:
        return f"{name} is a refund that is only authorized, which PayTrace does not do."
    return ""


def _money_kind(transaction: GatewayTransaction) -> EffectKind:
    is_refund = transaction.type is TransactionType.REFUND
    return EffectKind.REFUND if is_refund else EffectKind.SALE


def _captured(transaction: GatewayTransaction, kind: EffectKind) -> EffectSpec:
    original = transaction.original_transaction_id
    if kind is not EffectKind.REFUND or not original:
        return _effect(transaction, kind)
    return EffectSpec(
        kind=kind,
        effect_key=_key(transaction, kind),
        amount=transaction.amount,
        parent_key=effect_key(
            account=transaction.account, transaction_id=original, kind=EffectKind.SALE
        ),
        parent_transaction_id=original,
    )


def _effect(
    transaction: GatewayTransaction, kind: EffectKind, *, parent: EffectKind | None = None
) -> EffectSpec:
    return EffectSpec(
        kind=kind,
        effect_key=_key(transaction, kind),
        amount=transaction.amount,
        parent_key=_key(transaction, parent) if parent else None,
        parent_transaction_id=transaction.transaction_id if parent else "",
    )


def _key(transaction: GatewayTransaction, kind: EffectKind) -> str:
    return effect_key(
        account=transaction.account, transaction_id=transaction.transaction_id, kind=kind
    )


def _part(text: str) -> str:
    return text.replace("%", "%25").replace(":", "%3A")


def _words(state: TransactionState) -> str:
    return state.value.replace("_", " ")

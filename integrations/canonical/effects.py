"""What one transaction does to the books, derived from what the gateway says about it.

The key of an effect depends on the transaction and its state alone, never on what was seen
before or how often: facts in any order, told any number of times, derive the same keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import combinations

from integrations.canonical.arrows import arrows_of, is_allowed
from integrations.canonical.money import Money
from integrations.canonical.transactions import (
    GatewayTransaction,
    TransactionState,
    TransactionType,
)

_S = TransactionState
_CAPTURED = frozenset(
    {_S.PENDING_SETTLEMENT, _S.SETTLED, _S.PARTLY_REFUNDED, _S.REFUNDED, _S.RETURNED}
)
_DECLINED = frozenset({_S.DECLINED, _S.AUTO_VOIDED})
# No money moves, or it never did: what was captured before is taken back, or not posted at all.
UNDONE = frozenset({_S.VOIDED, *_DECLINED})
_DISPUTE = frozenset({_S.OPENED, _S.WON, _S.LOST})
# What the gateway tells and yet only a person can say what it does to the books.
_UNCLEAR = {
    _S.ERROR: "PayTrace does not say whether its money moves",
    _S.PARTLY_SETTLED: "PayTrace does not say how much of it",
}


# Once one of these is told, what was not clear on the way there has answered itself.
_CLEAR = frozenset(
    {_S.SETTLED, _S.PARTLY_REFUNDED, _S.REFUNDED, _S.RETURNED, _S.VOIDED, *_DECLINED}
)


class EffectKind(StrEnum):
    SALE = "sale"
    REFUND = "refund"
    VOID = "void"
    CHARGEBACK = "chargeback"
    """A dispute was opened: the payment is taken back."""
    CHARGEBACK_WON = "chargeback_won"
    """The money came back: the payment stands again, as a new receipt."""
    CHARGEBACK_LOST = "chargeback_lost"
    """Nothing more moves: the payment stays taken back."""
    ACH_RETURN = "ach_return"
    FEE = "fee"
    SETTLEMENT = "settlement"
    DECLINE = "decline"
    """No receipt: it writes a status and tells someone."""
    REVIEW = "review"
    """A state nobody knows: only a person can say what it does to the books."""
    UNREADABLE = "unreadable"
    """A record that cannot be read: it may be anything, so a person looks."""
    FAILED_RUN = "failed_run"
    """A recurring plan charged and got no money: nothing is posted for it, and a person decides
    whether to charge again."""
    FLAGGED_ROW = "flagged_row"
    """A row flagged in Sage that cannot be understood: nothing is asked of PayTrace."""


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


def derive(transaction: GatewayTransaction) -> tuple[EffectSpec, ...]:
    """The effects of the transaction in its present state; empty when there are none.

    A state implies what must have gone before it: a returned payment was a payment, a won
    dispute was opened, whether or not anybody saw that.
    """
    if _unreadable(transaction) or _unclear(transaction):
        return ()
    if transaction.type is TransactionType.CHARGEBACK:
        return _dispute(transaction)
    return _payment(transaction)


def _payment(transaction: GatewayTransaction) -> tuple[EffectSpec, ...]:
    state = transaction.state
    money_kind = _money_kind(transaction)
    if state in _DECLINED:
        return (_effect(transaction, EffectKind.DECLINE, parent=money_kind),)
    if not transaction.amount.amount:
        return ()
    if state is _S.VOIDED:
        return (_effect(transaction, EffectKind.VOID, parent=money_kind),)
    captured = (_captured(transaction, money_kind),) if state in _CAPTURED else ()
    if state is _S.RETURNED:
        return (*captured, _effect(transaction, EffectKind.ACH_RETURN, parent=money_kind))
    return captured


def happened_at(transaction: GatewayTransaction, kind: EffectKind) -> datetime:
    """When this effect of it happened, which decides its accounting date.

    A return or dispute is booked on the day it came; all else on the payment's own.
    """
    own_day = transaction.type is TransactionType.CHARGEBACK or kind is EffectKind.ACH_RETURN
    return (transaction.changed_at if own_day else None) or transaction.created_at


def behind(history: Sequence[GatewayTransaction], *, effect_key: str) -> GatewayTransaction | None:
    """The fact an effect stands on: the furthest of `history` that derives its key.

    Of a dispute the first: it was opened when it was opened, however it ended.
    """
    telling = [t for t in history if any(spec.effect_key == effect_key for spec in derive(t))]
    if not telling:
        return None
    return telling[0] if telling[0].type is TransactionType.CHARGEBACK else telling[-1]


def person_needed(
    transaction: GatewayTransaction, *, history: Sequence[GatewayTransaction] = ()
) -> str:
    """Why a person must look at this fact, in a sentence; empty when nobody needs to.

    `history` is everything told of the transaction. Order does not matter here either: two
    states that no life cycle joins are strange whichever of them came first.
    """
    return (
        _unreadable(transaction)
        or _still_unclear((*history, transaction))
        or _off_the_arrows((*history, transaction))
        or _another_amount((*history, transaction))
    )


def _off_the_arrows(told: Sequence[GatewayTransaction]) -> str:
    for one, other in combinations(told, 2):
        arrows = arrows_of(other)
        back_and_forth = ((one.state, other.state), (other.state, one.state))
        if not any(is_allowed(*move, arrows=arrows) for move in back_and_forth):
            return (
                f"{_name(other)} was {_words(one.state)} "
                f"and is now {_words(other.state)}, which PayTrace does not allow."
            )
    return ""


def _another_amount(told: Sequence[GatewayTransaction]) -> str:
    """Two facts that mean the same effect and differ in its amount; or one that takes back what
    was captured, which it does whole, and is over another amount."""
    amounts: dict[str, Money] = {}
    for one in told:
        for spec in derive(one):
            before = amounts.setdefault(spec.effect_key, spec.amount)
            if before != spec.amount:
                return f"{_name(one)} was over {before} and is now over {spec.amount}."
    captured = next((one.amount for one in told if one.state in _CAPTURED), None)
    undone = (one for one in told if one.state in UNDONE and one.amount != captured)
    other = next(undone, None) if captured is not None else None
    if other is None:
        return ""
    return (
        f"{_name(other)} was over {captured} and is {_words(other.state)} over {other.amount}. "
        "What of it stands in Sage has to be looked at."
    )


def _unreadable(transaction: GatewayTransaction) -> str:
    name = _name(transaction)
    state, kind = transaction.state, transaction.type
    if kind is TransactionType.UNKNOWN:
        return f"{name} has a type we do not know."
    if state is _S.UNKNOWN:
        return f"{name} has a status we do not know: ‘{transaction.status_code}’."
    if transaction.amount.amount < 0:
        return f"{name} has an amount below zero: {transaction.amount}."
    if kind is TransactionType.REFUND and state is _S.AUTHORIZED:
        return f"{name} is a refund that is only authorized, which PayTrace does not do."
    if (kind is TransactionType.CHARGEBACK) is not (state in _DISPUTE):
        return f"{name} is a {kind.value} and {_words(state)}, which does not go together."
    return ""


def _still_unclear(told: Sequence[GatewayTransaction]) -> str:
    if any(one.state in _CLEAR for one in told):
        return ""
    return next((why for one in told if (why := _unclear(one))), "")


def _unclear(transaction: GatewayTransaction) -> str:
    why = _UNCLEAR.get(transaction.state)
    if why is None:
        return ""
    told = transaction.status_code or _words(transaction.state)
    return f"{_name(transaction)} stands at ‘{told}’, and {why}."


def _dispute(transaction: GatewayTransaction) -> tuple[EffectSpec, ...]:
    opened = EffectSpec(
        kind=EffectKind.CHARGEBACK,
        effect_key=_key(transaction, EffectKind.CHARGEBACK),
        amount=transaction.amount,
        **_sale_of(transaction),
    )
    specs = [opened]
    if transaction.state is _S.WON:
        specs.append(_effect(transaction, EffectKind.CHARGEBACK_WON, parent=opened.kind))
    if transaction.state is _S.LOST:
        specs.append(_effect(transaction, EffectKind.CHARGEBACK_LOST, parent=opened.kind))
    if transaction.fee is not None and transaction.fee.amount > 0:
        key = _key(transaction, EffectKind.FEE)
        specs.append(EffectSpec(EffectKind.FEE, key, transaction.fee))
    return tuple(specs)


def _money_kind(transaction: GatewayTransaction) -> EffectKind:
    is_refund = transaction.type is TransactionType.REFUND
    return EffectKind.REFUND if is_refund else EffectKind.SALE


def _captured(transaction: GatewayTransaction, kind: EffectKind) -> EffectSpec:
    if kind is not EffectKind.REFUND or not transaction.original_transaction_id:
        return _effect(transaction, kind)
    return EffectSpec(
        kind=kind,
        effect_key=_key(transaction, kind),
        amount=transaction.amount,
        **_sale_of(transaction),
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


def _sale_of(transaction: GatewayTransaction) -> dict[str, str]:
    """The sale it names, as the parent of a refund or chargeback."""
    original = transaction.original_transaction_id
    key = effect_key(account=transaction.account, transaction_id=original, kind=EffectKind.SALE)
    return {"parent_key": key, "parent_transaction_id": original}


def _key(transaction: GatewayTransaction, kind: EffectKind) -> str:
    return effect_key(
        account=transaction.account, transaction_id=transaction.transaction_id, kind=kind
    )


def _part(text: str) -> str:
    return text.replace("%", "%25").replace(":", "%3A")


def _name(transaction: GatewayTransaction) -> str:
    return f"Transaction {transaction.transaction_id}"


def _words(state: TransactionState) -> str:
    return state.value.replace("_", " ")

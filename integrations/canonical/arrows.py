"""Which moves between states are real, for cards, ACH and disputes: the whole life cycle.

A poll may miss the states in between, so an arrow stands for every way there is. Nothing
follows from the order in which states are seen: exports lag, notices overtake one another.
"""

from __future__ import annotations

from collections.abc import Mapping

from integrations.canonical.transactions import (
    GatewayTransaction,
    PaymentMethod,
    TransactionState,
    TransactionType,
)

S = TransactionState
Arrows = Mapping[TransactionState, frozenset[TransactionState]]

_GIVEN_BACK = frozenset({S.PARTLY_REFUNDED, S.REFUNDED})

# PayTrace's record schema: status codes Y, N and GB<batch>; void only before settlement, refund
# only after (codes 818, 817). An approval may turn out auto-voided by a rule (code 103). What is
# settled is final: money moves back only through a transaction of its own.
CARD: Arrows = {
    S.AUTHORIZED: frozenset(
        {S.PENDING_SETTLEMENT, S.SETTLED, S.VOIDED, S.AUTO_VOIDED, S.DECLINED, *_GIVEN_BACK}
    ),
    S.PENDING_SETTLEMENT: frozenset({S.SETTLED, S.VOIDED, S.AUTO_VOIDED, *_GIVEN_BACK}),
    S.SETTLED: _GIVEN_BACK,
    S.PARTLY_REFUNDED: frozenset({S.REFUNDED}),
}

# PayTrace's fourteen ACH states (B2B API, ACHTransactionRecords). Unlike a card payment, one that
# was accepted may still be refused by the payer's bank, and one that settled may come back.
_ACH_ENDS = frozenset({S.DECLINED, S.RETURNED, S.ERROR})
ACH: Arrows = {
    S.PENDING: frozenset(
        {S.PENDING_SETTLEMENT, S.PARTLY_SETTLED, S.SETTLED, S.VOIDED, *_ACH_ENDS, *_GIVEN_BACK}
    ),
    S.AUTHORIZED: frozenset(
        {S.PENDING, S.PENDING_SETTLEMENT, S.PARTLY_SETTLED, S.SETTLED, S.VOIDED,
         *_ACH_ENDS, *_GIVEN_BACK}
    ),
    S.PENDING_SETTLEMENT: frozenset(
        {S.PARTLY_SETTLED, S.SETTLED, S.VOIDED, *_ACH_ENDS, *_GIVEN_BACK}
    ),
    S.PARTLY_SETTLED: frozenset({S.SETTLED, S.RETURNED, S.ERROR, *_GIVEN_BACK}),
    S.SETTLED: frozenset({S.RETURNED, *_GIVEN_BACK}),
    S.PARTLY_REFUNDED: frozenset({S.REFUNDED, S.RETURNED}),
    # A technical error can be mended, and then the payment goes its way.
    S.ERROR: frozenset(
        {S.PENDING, S.PENDING_SETTLEMENT, S.PARTLY_SETTLED, S.SETTLED, S.VOIDED, S.DECLINED,
         S.RETURNED}
    ),
}  # fmt: skip

DISPUTE: Arrows = {S.OPENED: frozenset({S.WON, S.LOST})}

# How far along its life a transaction is; states that exclude one another share a step.
_STEPS = (
    (S.UNKNOWN,),
    (S.ERROR,),
    (S.PENDING, S.AUTHORIZED, S.OPENED),
    (S.PENDING_SETTLEMENT,),
    (S.PARTLY_SETTLED,),
    (S.SETTLED,),
    (S.PARTLY_REFUNDED,),
    (S.REFUNDED,),
    (S.DECLINED, S.AUTO_VOIDED, S.VOIDED, S.RETURNED, S.WON, S.LOST),
)
_PROGRESS = {state: step for step, states in enumerate(_STEPS) for state in states}


def arrows_of(transaction: GatewayTransaction) -> Arrows:
    """The life cycle that this kind of transaction goes through."""
    if transaction.type is TransactionType.CHARGEBACK:
        return DISPUTE
    return ACH if transaction.method is PaymentMethod.ACH else CARD


def is_allowed(before: TransactionState, after: TransactionState, *, arrows: Arrows = CARD) -> bool:
    """Whether a transaction may be seen moving so. Staying where it is always may, and from a
    state nobody knew it may be found in any."""
    if before is after or before is S.UNKNOWN:
        return True
    return after in arrows.get(before, frozenset())


def progress(state: TransactionState) -> tuple[int, str]:
    """Sorts states along a life; a total order, so that the latest never depends on who told."""
    return _PROGRESS[state], state.value

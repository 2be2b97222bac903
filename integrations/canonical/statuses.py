"""Which status text Sage shows for a payment, and which moves between states are real.

The table is data a tenant edits. A pair that is not in it has no status: a person decides,
nothing is guessed. Arrows follow PayTrace's card life cycle (PayTrace record schema: status codes
Y, N and GB<batch>; void only before settlement, codes 817 and 818).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from integrations.canonical.transactions import TransactionState, TransactionType

_TYPE = TransactionType
_STATE = TransactionState


@dataclass(frozen=True)
class StatusRow:
    """One line of the table: this type in this state shows as `status` in Sage."""

    type: TransactionType
    state: TransactionState
    status: str


DEFAULT_STATUSES: tuple[StatusRow, ...] = (
    StatusRow(_TYPE.SALE, _STATE.AUTHORIZED, "Pending"),
    StatusRow(_TYPE.SALE, _STATE.PENDING_SETTLEMENT, "Paid"),
    StatusRow(_TYPE.SALE, _STATE.SETTLED, "Paid"),
    StatusRow(_TYPE.SALE, _STATE.VOIDED, "Voided"),
    StatusRow(_TYPE.SALE, _STATE.AUTO_VOIDED, "Failed"),
    StatusRow(_TYPE.SALE, _STATE.DECLINED, "Failed"),
    StatusRow(_TYPE.AUTHORIZATION, _STATE.AUTHORIZED, "Pending"),
    StatusRow(_TYPE.AUTHORIZATION, _STATE.PENDING_SETTLEMENT, "Paid"),
    StatusRow(_TYPE.AUTHORIZATION, _STATE.SETTLED, "Paid"),
    StatusRow(_TYPE.AUTHORIZATION, _STATE.VOIDED, "Voided"),
    StatusRow(_TYPE.AUTHORIZATION, _STATE.AUTO_VOIDED, "Failed"),
    StatusRow(_TYPE.AUTHORIZATION, _STATE.DECLINED, "Failed"),
    StatusRow(_TYPE.REFUND, _STATE.PENDING_SETTLEMENT, "Refunded"),
    StatusRow(_TYPE.REFUND, _STATE.SETTLED, "Refunded"),
    StatusRow(_TYPE.REFUND, _STATE.VOIDED, "Refund voided"),
    StatusRow(_TYPE.REFUND, _STATE.AUTO_VOIDED, "Refund failed"),
    StatusRow(_TYPE.REFUND, _STATE.DECLINED, "Refund failed"),
)

# A poll may miss the states in between, so an authorization can be seen settled next. An
# approval may turn out auto-voided by an AVS/CSC rule (code 103). The rest is final: money
# moves back only through a new transaction.
ALLOWED: Mapping[TransactionState, frozenset[TransactionState]] = {
    _STATE.AUTHORIZED: frozenset(
        {
            _STATE.PENDING_SETTLEMENT,
            _STATE.SETTLED,
            _STATE.VOIDED,
            _STATE.AUTO_VOIDED,
            _STATE.DECLINED,
        }
    ),
    _STATE.PENDING_SETTLEMENT: frozenset({_STATE.SETTLED, _STATE.VOIDED, _STATE.AUTO_VOIDED}),
    _STATE.SETTLED: frozenset(),
    _STATE.VOIDED: frozenset(),
    _STATE.AUTO_VOIDED: frozenset(),
    _STATE.DECLINED: frozenset(),
    _STATE.UNKNOWN: frozenset(set(TransactionState) - {_STATE.UNKNOWN}),
}


def status_for(
    *,
    type: TransactionType,  # noqa: A002 - the trade's word, as on GatewayTransaction
    state: TransactionState,
    table: Sequence[StatusRow] = DEFAULT_STATUSES,
) -> str | None:
    """The Sage status text; None when the table does not say, so a person must."""
    if _TYPE.UNKNOWN is type or _STATE.UNKNOWN is state:
        return None
    for row in table:
        if row.type is type and row.state is state:
            return row.status or None
    return None


def is_allowed(before: TransactionState, after: TransactionState) -> bool:
    """Whether a transaction may be seen moving so. Staying where it is always may."""
    return before is after or after in ALLOWED[before]

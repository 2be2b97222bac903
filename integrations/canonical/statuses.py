"""Which status text Sage shows for a payment.

The table is data a tenant edits. A pair that is not in it has no status: a person decides,
nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
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


_PAYMENT = (
    (_STATE.PENDING, "Pending"),
    (_STATE.AUTHORIZED, "Pending"),
    (_STATE.PENDING_SETTLEMENT, "Paid"),
    (_STATE.SETTLED, "Paid"),
    (_STATE.PARTLY_REFUNDED, "Partly refunded"),
    (_STATE.REFUNDED, "Refunded"),
    (_STATE.RETURNED, "Returned"),
    (_STATE.VOIDED, "Voided"),
    (_STATE.AUTO_VOIDED, "Failed"),
    (_STATE.DECLINED, "Failed"),
)
_REFUND = (
    (_STATE.PENDING, "Refund pending"),
    (_STATE.PENDING_SETTLEMENT, "Refunded"),
    (_STATE.SETTLED, "Refunded"),
    (_STATE.RETURNED, "Refund returned"),
    (_STATE.VOIDED, "Refund voided"),
    (_STATE.AUTO_VOIDED, "Refund failed"),
    (_STATE.DECLINED, "Refund failed"),
)
_CHARGEBACK = (
    (_STATE.OPENED, "Disputed"),
    (_STATE.WON, "Paid"),
    (_STATE.LOST, "Charged back"),
)

DEFAULT_STATUSES: tuple[StatusRow, ...] = tuple(
    StatusRow(kind, state, status)
    for kind, rows in (
        (_TYPE.SALE, _PAYMENT),
        (_TYPE.AUTHORIZATION, _PAYMENT),
        (_TYPE.REFUND, _REFUND),
        (_TYPE.CHARGEBACK, _CHARGEBACK),
    )
    for state, status in rows
)


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

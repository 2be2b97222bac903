"""An ACH payment as a transaction like any other: fourteen states of PayTrace, told in ours.

States are PayTrace's B2B API, ACHTransactionRecords page. What each means for the money is
read from its word; the two that say that something went wrong, and not what, are left unclear.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from zoneinfo import ZoneInfo

from integrations.canonical.ach import AchDeposit, AchStatus, AchTransaction, AchType
from integrations.canonical.transactions import (
    Batch,
    GatewayTransaction,
    PaymentMethod,
    TransactionState,
    TransactionType,
)

_A, _S = AchStatus, TransactionState
STATES: Mapping[AchStatus, TransactionState] = {
    _A.INITIATED: _S.PENDING,
    _A.VERIFYING: _S.PENDING,
    _A.ACCEPTED: _S.PENDING_SETTLEMENT,
    _A.ORIGINATED: _S.PENDING_SETTLEMENT,
    _A.PARTIALLY_SETTLED: _S.PARTLY_SETTLED,
    _A.SETTLED: _S.SETTLED,
    _A.RETURNED: _S.RETURNED,
    _A.VOIDED: _S.VOIDED,
    _A.DECLINED: _S.DECLINED,
    _A.NSF_DECLINED: _S.DECLINED,
    _A.REJECTED: _S.DECLINED,
    _A.FAILED: _S.DECLINED,
    _A.ERROR: _S.ERROR,
    _A.TECHNICAL_ERROR: _S.ERROR,
    _A.UNKNOWN: _S.UNKNOWN,
}
# What a payment that had settled, or was on its way, can still turn into.
TURNS = (_A.RETURNED, _A.DECLINED, _A.NSF_DECLINED, _A.REJECTED, _A.FAILED)
_TYPES = {
    AchType.SALE: TransactionType.SALE,
    AchType.REFUND: TransactionType.REFUND,
    AchType.UNKNOWN: TransactionType.UNKNOWN,
}


def to_payment(ach: AchTransaction, *, seen_at: datetime) -> GatewayTransaction:
    """The same payment in the words of all others. A return without a date is one of `seen_at`."""
    state = STATES[ach.status]
    is_returned = state is _S.RETURNED
    return GatewayTransaction(
        account=ach.account,
        transaction_id=ach.transaction_id,
        type=_TYPES[ach.type],
        state=state,
        method=PaymentMethod.ACH,
        amount=ach.amount,
        created_at=ach.created_at,
        settled_at=ach.settled_at,
        changed_at=(ach.returned_at or seen_at) if is_returned else None,
        invoice_reference=ach.invoice_reference,
        description=ach.description,
        customer_id=ach.customer_id,
        customer_name=ach.customer_name,
        email=ach.email,
        last_four=ach.last_four,
        message=ach.return_code,
        status_code=ach.status_text,
        original_transaction_id=ach.original_transaction_id,
    )


def to_batch(deposit: AchDeposit, *, zone: str) -> Batch:
    """A deposit in the words of all batches. Only its day is told, so noon stands for its time."""
    day = deposit.deposited_on
    return Batch(
        account=deposit.account,
        number=deposit.deposit_id,
        settled_at=datetime.combine(day, time(12), tzinfo=ZoneInfo(zone)) if day else None,
        transaction_count=deposit.transaction_count,
        net=deposit.net,
        sales_count=None,
        sales=None,
        refunds_count=None,
        refunds=None,
        method=PaymentMethod.ACH,
        fees=deposit.fees,
    )

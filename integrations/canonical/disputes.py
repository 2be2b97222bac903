"""Chargebacks in our words, through whichever door they are told.

PayTrace's own API tells nothing of them (v1 and v3 have no such call); the acquirer does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from integrations.canonical.money import Money
from integrations.canonical.redaction import redact_text
from integrations.canonical.transactions import (
    GatewayTransaction,
    PaymentMethod,
    TransactionState,
    TransactionType,
)

STATES = (TransactionState.OPENED, TransactionState.WON, TransactionState.LOST)
# So that a case number is never mistaken for the number of a payment.
_PREFIX = "CB-"
LONGEST_CASE = 40
LONGEST_PAYMENT = 64
_NAME = re.compile(r"[A-Za-z0-9_.\-]+")


@dataclass(frozen=True)
class Dispute:
    """One state of one case, as somebody tells it. Amounts are above zero, fees at least zero."""

    case_number: str
    """The acquirer's number of the case: the same through every door."""
    payment_id: str
    """The PayTrace transaction that is disputed."""
    state: TransactionState
    amount: Money
    happened_on: date
    """When it was opened or decided, in the gateway's zone."""
    fee: Money | None = None
    reason: str = ""
    respond_by: date | None = None
    """The last day to contest it, where the door tells it."""


def is_name(text: str, *, longest: int) -> bool:
    """Whether this can be the number of a case or payment, and is no card number."""
    return bool(_NAME.fullmatch(text)) and len(text) <= longest and redact_text(text) == text


def to_transaction(
    dispute: Dispute, *, account: str, zone: str, payment: GatewayTransaction | None
) -> GatewayTransaction:
    """A transaction of its own that names the payment; `payment` is that one, where known."""
    day = datetime.combine(dispute.happened_on, time(), tzinfo=ZoneInfo(zone))
    told = payment or GatewayTransaction(
        account=account,
        transaction_id=dispute.payment_id,
        type=TransactionType.SALE,
        state=TransactionState.UNKNOWN,
        method=PaymentMethod.CARD,
        amount=dispute.amount,
        created_at=day,
    )
    return replace(
        told,
        account=account,
        transaction_id=f"{_PREFIX}{dispute.case_number}",
        type=TransactionType.CHARGEBACK,
        state=dispute.state,
        amount=dispute.amount,
        created_at=day,
        changed_at=day,
        settled_at=None,
        batch_number="",
        message=dispute.reason,
        status_code="",
        original_transaction_id=dispute.payment_id,
        fee=dispute.fee,
        respond_by=dispute.respond_by,
    )


def case_number(transaction_id: str) -> str:
    """The case number behind the id that `to_transaction` made."""
    return transaction_id.removeprefix(_PREFIX)

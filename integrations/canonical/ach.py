"""ACH payments in our words. Unlike a card payment, one may come back after it has settled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from integrations.canonical.money import Money
from integrations.canonical.transactions import PartKind


class AchStatus(StrEnum):
    """PayTrace's fourteen states of an ACH payment (B2B API, ACHTransactionRecords page), and
    UNKNOWN, which goes to a person and is never guessed."""

    INITIATED = "initiated"
    ACCEPTED = "accepted"
    VOIDED = "voided"
    ORIGINATED = "originated"
    """On its way through the ACH network; it can no longer be voided."""
    SETTLED = "settled"
    PARTIALLY_SETTLED = "partially_settled"
    ERROR = "error"
    DECLINED = "declined"
    NSF_DECLINED = "nsf_declined"
    """Refused for lack of funds."""
    REJECTED = "rejected"
    FAILED = "failed"
    VERIFYING = "verifying"
    RETURNED = "returned"
    """Taken back by the payer's bank, up to weeks after it settled."""
    TECHNICAL_ERROR = "technical_error"
    UNKNOWN = "unknown"


class AchType(StrEnum):
    SALE = "sale"
    REFUND = "refund"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class AchTransaction:
    """One ACH payment as the gateway reports it now. Times are aware; ids are strings."""

    account: str
    """The gateway account (merchant) it belongs to."""
    transaction_id: str
    type: AchType
    status: AchStatus
    amount: Money
    created_at: datetime
    settled_at: datetime | None = None
    returned_at: datetime | None = None
    return_code: str = ""
    """NACHA's reason for a return, such as R01, when the gateway names it."""
    invoice_reference: str = ""
    description: str = ""
    customer_id: str = ""
    customer_name: str = ""
    email: str = ""
    last_four: str = ""
    entry_class: str = ""
    """NACHA's standard entry class, such as CCD or WEB."""
    idempotency_key: str = ""
    reversible: Money | None = None
    """How much of it can still be given back, when the gateway says so."""
    status_text: str = ""
    """The gateway's own status word, kept as evidence and never branched on later."""
    original_transaction_id: str = ""


@dataclass(frozen=True)
class AchDeposit:
    """One payment of ACH money to the merchant's bank; a debit of it when the net is below zero."""

    account: str
    deposit_id: str
    deposited_on: date | None
    """The day in the gateway's zone; None while it is under way."""
    net: Money
    """What reaches the bank: payments less refunds, returns and fees."""
    transaction_count: int
    fees: Money | None = None
    """What the processor kept back, above zero, when it says so."""


@dataclass(frozen=True)
class AchDepositPart:
    """One line of a deposit: the payment as it stands now, and what of it the deposit holds."""

    payment: AchTransaction
    kind: PartKind

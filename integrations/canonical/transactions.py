"""What a gateway says about one transaction, in our words, whichever API version said it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from integrations.canonical.money import Money


class PaymentMethod(StrEnum):
    CARD = "card"
    ACH = "ach"


class TransactionType(StrEnum):
    SALE = "sale"
    AUTHORIZATION = "authorization"
    REFUND = "refund"
    CHARGEBACK = "chargeback"
    """A dispute of a payment: a transaction of its own that names the payment."""
    BATCH = "batch"
    """A settled batch, where GL rules choose its accounts; the gateway tells none such."""
    UNKNOWN = "unknown"


class TransactionState(StrEnum):
    """The state a transaction is in at the gateway; `statuses` has the arrows between them.

    UNKNOWN is a value, not an accident: it goes to a person and is never guessed
    (PayTrace record schema: status codes Y, N and GB<batch>, N being ambiguous).
    """

    PENDING = "pending"
    """Taken in, not accepted yet; ACH only."""
    AUTHORIZED = "authorized"
    PENDING_SETTLEMENT = "pending_settlement"
    """Captured: it settles next."""
    PARTLY_SETTLED = "partly_settled"
    """ACH only; how much of it has settled is not told, so a person looks."""
    SETTLED = "settled"
    PARTLY_REFUNDED = "partly_refunded"
    REFUNDED = "refunded"
    RETURNED = "returned"
    """The payer's bank took it back, up to weeks after it settled; ACH only."""
    VOIDED = "voided"
    AUTO_VOIDED = "auto_voided"
    """Approved, then taken back by an address or security-code rule (code 103): a failure."""
    DECLINED = "declined"
    ERROR = "error"
    """Something went wrong at the gateway, and it does not say whether money moves."""
    OPENED = "opened"
    """Of a chargeback: the money is taken back while it is disputed."""
    WON = "won"
    LOST = "lost"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class GatewayTransaction:
    """One transaction as the gateway reports it now. Times are aware; ids are strings."""

    account: str
    """The gateway account (merchant) it belongs to."""
    transaction_id: str
    type: TransactionType
    state: TransactionState
    method: PaymentMethod
    amount: Money
    created_at: datetime
    settled_at: datetime | None = None
    batch_number: str = ""
    """1 to 3 digits and wrapping: only unique with account and settled date."""
    invoice_reference: str = ""
    description: str = ""
    customer_reference: str = ""
    customer_id: str = ""
    customer_name: str = ""
    email: str = ""
    card_brand: str = ""
    last_four: str = ""
    approval_code: str = ""
    message: str = ""
    """The approval or decline text, trimmed."""
    status_code: str = ""
    """The gateway's own status text, kept as evidence and never branched on later."""
    original_transaction_id: str = ""
    """For a refund or chargeback: the sale it gives back, when it is named."""
    changed_at: datetime | None = None
    """When it entered this state, if told: a return or dispute is booked on that day."""
    fee: Money | None = None
    """What the processor takes for a chargeback, beside the amount."""
    respond_by: date | None = None
    """Of a chargeback: the last day to contest it, where that is told."""
    discretionary: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Unreadable:
    """A record the gateway told that cannot be read whole: kept as told, never guessed at."""

    account: str
    record_id: str
    """The gateway's number of it; empty where even that cannot be read."""
    field: str
    """What of it cannot be read, in the gateway's own name."""
    record: object
    """As it was told, without card numbers and secrets: JSON."""
    amount: Money | None = None
    """Where that much can be read."""
    created_at: datetime | None = None


Record = GatewayTransaction | Unreadable


class PartKind(StrEnum):
    """What one line of a settlement batch did: payments count for its net, the others against."""

    SALE = "sale"
    REFUND = "refund"
    RETURN = "return"
    """A payment that its bank took back, kept back from a later ACH deposit."""


@dataclass(frozen=True)
class Batch:
    """One settlement batch: card payments, or an ACH deposit. Key: account + number + settled
    date (numbers of card batches wrap)."""

    account: str
    number: str
    settled_at: datetime | None
    transaction_count: int
    net: Money
    """Sales less refunds: below zero when more was given back."""
    sales_count: int | None
    sales: Money | None
    refunds_count: int | None
    refunds: Money | None
    """Above zero. None where it is not told apart."""
    method: PaymentMethod = PaymentMethod.CARD
    fees: Money | None = None
    """What the processor kept back of it, above zero: it is not in the net."""

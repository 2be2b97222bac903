"""What a gateway says about one transaction, in our words, whichever API version said it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from integrations.canonical.money import Money


class PaymentMethod(StrEnum):
    CARD = "card"
    ACH = "ach"


class TransactionType(StrEnum):
    SALE = "sale"
    AUTHORIZATION = "authorization"
    REFUND = "refund"
    UNKNOWN = "unknown"


class TransactionState(StrEnum):
    """The state a transaction is in at the gateway.

    UNKNOWN is a value, not an accident: it goes to a person and is never guessed
    (PayTrace record schema: status codes Y, N and GB<batch>, N being ambiguous).
    """

    AUTHORIZED = "authorized"
    PENDING_SETTLEMENT = "pending_settlement"
    SETTLED = "settled"
    VOIDED = "voided"
    AUTO_VOIDED = "auto_voided"
    DECLINED = "declined"
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
    """For a refund: the sale it gives back, when the gateway names it."""
    discretionary: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Batch:
    """One settlement batch. Key: account + number + settled date (numbers wrap)."""

    account: str
    number: str
    settled_at: datetime | None
    transaction_count: int
    net: Money
    sales_count: int
    sales: Money
    refunds_count: int
    refunds: Money

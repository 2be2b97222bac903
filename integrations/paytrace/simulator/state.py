"""What a transaction is and which moves it allows. Pure: time and ids are arguments.

Rules: void only before settlement, refund only after (codes 818, 817), cumulative refunds up to
the original; settlement at 20:00 Pacific (help.paytrace.com/modify-auto-settle); amounts 1.12
and 0.29 decline in the sandbox (ActiveMerchant's PayTrace tests). Batch numbers have one to
three digits (PayTrace API data definitions), so they wrap after 999 (inferred).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from integrations.canonical.transactions import TransactionState, TransactionType

PACIFIC = ZoneInfo("America/Los_Angeles")
SETTLES_AT = 20  # hour of the day, Pacific
FIRST_ID = 392_483_001
LAST_BATCH = 999

_DECLINES = {
    Decimal("1.12"): "    DECLINE - Do not honor",
    Decimal("0.29"): "  EXPIRED CARD - Expired card",
}


class RefusedError(Exception):
    """PayTrace says no: `code` goes into `errors`, `response_code` beside it."""

    def __init__(self, code: int, *, response_code: int = 1) -> None:
        super().__init__(code)
        self.code = code
        self.response_code = response_code


@dataclass(frozen=True)
class Customer:
    """A vault customer. `number` is PayTrace's own integer, which v3 uses."""

    account: str
    customer_id: str
    number: int
    name: str
    masked_number: str = "************5439"
    email: str = ""
    auto_void: bool = False
    """This customer's charges trip the security-code rule and come back as code 103."""


@dataclass(frozen=True)
class Transaction:
    account: str
    id: int
    type: TransactionType
    state: TransactionState
    amount: Decimal
    created_at: datetime
    created_by: str = ""
    invoice_id: str = ""
    description: str = ""
    customer_reference_id: str = ""
    customer_id: str = ""
    customer_number: int = 0
    customer_name: str = ""
    email: str = ""
    masked_number: str = ""
    approval_code: str = ""
    approval_message: str = ""
    settled_at: datetime | None = None
    batch_number: int = 0
    original_id: int = 0
    discretionary: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Order:
    """What a charge asks for."""

    amount: Decimal
    invoice_id: str = ""
    description: str = ""
    customer_reference_id: str = ""


def sell(
    customer: Customer, order: Order, *, transaction_id: int, now: datetime, user: str
) -> Transaction:
    """Charge a stored customer; a decline is a transaction too."""
    decline = _DECLINES.get(order.amount, "")
    state = TransactionState.PENDING_SETTLEMENT
    if decline:
        state = TransactionState.DECLINED
    elif customer.auto_void:
        state = TransactionState.AUTO_VOIDED
    return Transaction(
        account=customer.account,
        id=transaction_id,
        type=TransactionType.SALE,
        state=state,
        amount=order.amount,
        created_at=now,
        created_by=user,
        invoice_id=order.invoice_id,
        description=order.description,
        customer_reference_id=order.customer_reference_id,
        customer_id=customer.customer_id,
        customer_number=customer.number,
        customer_name=customer.name,
        email=customer.email,
        masked_number=customer.masked_number,
        approval_code="" if decline else approval_code(transaction_id),
        approval_message=decline or "  NO  MATCH - Approved and completed",
    )


def void(transaction: Transaction) -> Transaction:
    """Take back what has not settled. Raises RefusedError 818."""
    waiting = (TransactionState.PENDING_SETTLEMENT, TransactionState.AUTHORIZED)
    if transaction.state not in waiting:
        raise RefusedError(818, response_code=110)
    return replace(transaction, state=TransactionState.VOIDED)


def refund(
    sale: Transaction,
    *,
    amount: Decimal | None,
    refunded: Decimal,
    transaction_id: int,
    now: datetime,
    user: str,
) -> Transaction:
    """A new REFUND transaction for a settled sale, of what is left or of `amount`.

    Raises RefusedError 817 before settlement, and 107 (the code itself is not documented for
    this case) when more would be given back than was taken.
    """
    if sale.type is not TransactionType.SALE or sale.state is not TransactionState.SETTLED:
        raise RefusedError(817, response_code=107)
    left = sale.amount - refunded
    given = left if amount is None else amount
    if given <= 0 or given > left:
        raise RefusedError(107, response_code=107)
    return replace(
        sale,
        id=transaction_id,
        type=TransactionType.REFUND,
        state=TransactionState.PENDING_SETTLEMENT,
        amount=given,
        created_at=now,
        created_by=user,
        settled_at=None,
        batch_number=0,
        original_id=sale.id,
        approval_code=approval_code(transaction_id),
    )


def settle(transaction: Transaction, *, batch_number: int, at: datetime) -> Transaction:
    return replace(
        transaction, state=TransactionState.SETTLED, batch_number=batch_number, settled_at=at
    )


def next_batch_number(number: int) -> int:
    return number % LAST_BATCH + 1


def settlement_moments(*, after: datetime, until: datetime) -> Iterator[datetime]:
    """Each 20:00 Pacific in (after, until]."""
    day = after.astimezone(PACIFIC).date()
    while True:
        moment = datetime(day.year, day.month, day.day, SETTLES_AT, tzinfo=PACIFIC)
        if moment > until:
            return
        if moment > after:
            yield moment
        day += timedelta(days=1)


def approval_code(transaction_id: int) -> str:
    return f"TAS{transaction_id % 1000:03d}"

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
from typing import Any
from zoneinfo import ZoneInfo

from integrations.canonical.transactions import TransactionState, TransactionType
from integrations.paytrace.codes import ErrorCode, ResponseCode

PACIFIC = ZoneInfo("America/Los_Angeles")
SETTLES_AT = 20  # hour of the day, Pacific
FIRST_ID = 392_483_001
LAST_BATCH = 999
_ADJUSTED_BY = Decimal("0.30")

APPROVED_MESSAGE = "  NO  MATCH - Approved and completed"
DECLINED_MESSAGE = "    DECLINE - Do not honor"
_DECLINES = {
    Decimal("1.12"): DECLINED_MESSAGE,
    Decimal("0.29"): "  EXPIRED CARD - Expired card",
}


class RefusedError(Exception):
    """PayTrace says no: `code` goes into `errors`, `response_code` beside it."""

    def __init__(self, code: int, *, response_code: int = ResponseCode.GENERAL) -> None:
        super().__init__(code)
        self.code = int(code)
        self.response_code = int(response_code)


@dataclass(frozen=True)
class Customer:
    """A vault customer, or whoever else pays. `number` is PayTrace's own integer, which v3 uses."""

    account: str
    customer_id: str
    number: int
    name: str
    masked_number: str = "************5439"
    email: str = ""
    auto_void: bool = False
    """This customer's charges trip the security-code rule and come back as code 103."""
    is_declined: bool = False
    """The bank refuses every charge of this card."""
    phone: str = ""
    billing: dict[str, str] = field(default_factory=dict)
    shipping: dict[str, str] = field(default_factory=dict)
    expiration_month: int = 12
    expiration_year: int = 30
    bank_account: dict[str, str] = field(default_factory=dict)
    """Of a stored bank account: `last_four`, which may be unknown, and `account_type`."""


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
    first_amount: Decimal = Decimal(0)
    """Of one whose amount was changed: what it was first."""
    discretionary: dict[str, str] = field(default_factory=dict)
    tax_amount: str = "0.00"
    level_three: dict[str, Any] = field(default_factory=dict)
    chargeback: str = ""
    """opened, won or lost: a mark for people; PayTrace's API does not tell it."""


@dataclass(frozen=True)
class Order:
    """What a charge asks for."""

    amount: Decimal
    invoice_id: str = ""
    description: str = ""
    customer_reference_id: str = ""
    tax_amount: str = "0.00"
    email: str = ""
    discretionary: dict[str, str] = field(default_factory=dict)


def charge(
    payer: Customer,
    order: Order,
    *,
    kind: TransactionType,
    transaction_id: int,
    now: datetime,
    user: str,
) -> Transaction:
    """Charge or hold; a decline is a transaction too."""
    decline = _DECLINES.get(order.amount, "") or (DECLINED_MESSAGE if payer.is_declined else "")
    return Transaction(
        account=payer.account,
        id=transaction_id,
        type=kind,
        state=_first_state(kind, is_declined=bool(decline), is_auto_voided=payer.auto_void),
        amount=order.amount,
        created_at=now,
        created_by=user,
        invoice_id=order.invoice_id,
        description=order.description,
        customer_reference_id=order.customer_reference_id,
        customer_id=payer.customer_id,
        customer_number=payer.number,
        customer_name=payer.name,
        email=order.email or payer.email,
        masked_number=payer.masked_number,
        approval_code="" if decline else approval_code(transaction_id),
        approval_message=decline or APPROVED_MESSAGE,
        discretionary=order.discretionary,
        tax_amount=order.tax_amount,
    )


def _first_state(
    kind: TransactionType, *, is_declined: bool, is_auto_voided: bool
) -> TransactionState:
    if is_declined:
        return TransactionState.DECLINED
    if is_auto_voided:
        return TransactionState.AUTO_VOIDED
    is_held = kind is TransactionType.AUTHORIZATION
    return TransactionState.AUTHORIZED if is_held else TransactionState.PENDING_SETTLEMENT


def capture(held: Transaction, *, amount: Decimal | None) -> Transaction:
    """Take what is held, or a part of it. Raises RefusedError 816, for more than is held too
    (inferred)."""
    taken = held.amount if amount is None else amount
    if held.state is not TransactionState.AUTHORIZED or not 0 < taken <= held.amount:
        raise RefusedError(ErrorCode.NOT_CAPTURABLE, response_code=ResponseCode.NOT_CAPTURED)
    return replace(held, state=TransactionState.PENDING_SETTLEMENT, amount=taken)


def adjust(transaction: Transaction, *, amount: Decimal) -> Transaction:
    """Another amount for a hold or refund that has not settled, within 30 % of the first one
    (Adjust page; the code and the measure are inferred).

    Raises RefusedError 58 for what cannot be changed or not so far.
    """
    is_refund = transaction.type is TransactionType.REFUND
    waiting = TransactionState.PENDING_SETTLEMENT if is_refund else TransactionState.AUTHORIZED
    first = transaction.first_amount or transaction.amount
    is_far = abs(amount - first) > first * _ADJUSTED_BY
    if transaction.state is not waiting or is_far:
        raise RefusedError(ErrorCode.TRANSACTION_ID_INVALID)
    return replace(transaction, amount=amount, first_amount=first)


def add_level_three(sale: Transaction, detail: dict[str, Any]) -> Transaction:
    """Describe a sale; its invoice and reference are overwritten (Level3Data page).

    Raises RefusedError 58 (inferred) once it has settled.
    """
    if sale.state is not TransactionState.PENDING_SETTLEMENT:
        raise RefusedError(ErrorCode.TRANSACTION_ID_INVALID)
    return replace(
        sale,
        level_three=detail,
        invoice_id=str(detail.get("invoice_id", sale.invoice_id)),
        customer_reference_id=str(detail.get("customer_reference_id", sale.customer_reference_id)),
    )


def void(transaction: Transaction) -> Transaction:
    """Take back what has not settled. Raises RefusedError 818."""
    waiting = (TransactionState.PENDING_SETTLEMENT, TransactionState.AUTHORIZED)
    if transaction.state not in waiting:
        raise RefusedError(ErrorCode.NOT_VOIDABLE, response_code=ResponseCode.NOT_VOIDED)
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
    if sale.type is TransactionType.REFUND or sale.state is not TransactionState.SETTLED:
        raise RefusedError(ErrorCode.NOT_SETTLED, response_code=ResponseCode.NOT_REFUNDED)
    left = sale.amount - refunded
    given = left if amount is None else amount
    if given <= 0 or given > left:
        raise RefusedError(ResponseCode.NOT_REFUNDED, response_code=ResponseCode.NOT_REFUNDED)
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


def credit(
    customer: Customer, order: Order, *, transaction_id: int, now: datetime, user: str
) -> Transaction:
    """A refund to a stored customer's card, of no earlier payment."""
    made = charge(
        customer,
        order,
        kind=TransactionType.REFUND,
        transaction_id=transaction_id,
        now=now,
        user=user,
    )
    return replace(made, approval_message="")


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

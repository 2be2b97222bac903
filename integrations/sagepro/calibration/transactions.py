"""The transactions a person keys in Sage's test company, and what they say they keyed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from integrations.canonical.posting import PostingKind


class Transaction(StrEnum):
    """One thing to key, in the order of the wizard."""

    FULL = "full"
    PARTIAL = "partial"
    DISCOUNT = "discount"
    SPLIT = "split"
    ON_ACCOUNT = "on_account"
    APPLY = "apply"
    CREDIT_MEMO = "credit_memo"
    REVERSAL = "reversal"
    REFUND = "refund"
    VOID = "void"


@dataclass(frozen=True)
class Task:
    """What the person is asked to do."""

    title: str
    instruction: str
    proves: PostingKind | None = None
    """The kind of posting this is evidence for; None for what is only looked at."""
    is_needed: bool = False
    """Without it the kind stays off."""


_DATE = "Date the receipt some days back, so that its date differs from today's."
TASKS: dict[Transaction, Task] = {
    Transaction.FULL: Task(
        "A full payment",
        f"Pay one open invoice in full. {_DATE} Type a reference nobody has used.",
        PostingKind.RECEIPT,
        is_needed=True,
    ),
    Transaction.PARTIAL: Task(
        "A partial payment",
        f"Pay a part of another open invoice, with odd cents. {_DATE}",
        PostingKind.RECEIPT,
    ),
    Transaction.DISCOUNT: Task(
        "A payment with a discount",
        f"Pay an open invoice less a discount, so that both together close it. {_DATE}",
        PostingKind.RECEIPT,
        is_needed=True,
    ),
    Transaction.SPLIT: Task(
        "One payment for two invoices",
        f"Pay two open invoices of one customer by one receipt. {_DATE}",
        PostingKind.RECEIPT,
    ),
    Transaction.ON_ACCOUNT: Task(
        "A payment on account",
        f"Take a payment that names no invoice. {_DATE}",
        PostingKind.ON_ACCOUNT,
        is_needed=True,
    ),
    Transaction.APPLY: Task(
        "Apply the open credit", "Apply the payment on account to an open invoice."
    ),
    Transaction.CREDIT_MEMO: Task("A credit memo", "Enter a credit memo for a customer."),
    Transaction.REVERSAL: Task(
        "A reversal",
        f"Reverse the full payment, as for a cheque that bounced. {_DATE} "
        "Type a reference of its own.",
        PostingKind.REVERSAL,
        is_needed=True,
    ),
    Transaction.REFUND: Task("A refund", "Refund a payment to a customer, as you would do it."),
    Transaction.VOID: Task("A void", "Void an open invoice that nobody has paid."),
}


@dataclass(frozen=True)
class Part:
    """One invoice of a keyed receipt. Amounts in the company's currency, above zero."""

    invoice: str
    amount: Decimal
    discount: Decimal = Decimal(0)


@dataclass(frozen=True)
class Keyed:
    """What a person says they keyed. `amount` is the money, without discount, above zero."""

    transaction: Transaction
    customer: str
    amount: Decimal
    day: date
    """The date of the receipt."""
    entered_on: date
    """The day it was keyed, by the company's clock."""
    user: str
    """What Sage shows as the person who entered it."""
    reference: str
    parts: tuple[Part, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    """What was typed into other receipt fields: `check_number`, `payment_type`, `comment`."""
    takes_back: str = ""
    """The reference of the receipt that a reversal takes back."""

    @property
    def discount(self) -> Decimal:
        return sum((part.discount for part in self.parts), Decimal(0))


def keyed_to_json(keyed: Keyed) -> dict[str, object]:
    """A JSON form with amounts as text; `keyed_from_json` reads it back."""
    return {
        "transaction": keyed.transaction.value,
        "customer": keyed.customer,
        "amount": str(keyed.amount),
        "day": keyed.day.isoformat(),
        "entered_on": keyed.entered_on.isoformat(),
        "user": keyed.user,
        "reference": keyed.reference,
        "parts": [[p.invoice, str(p.amount), str(p.discount)] for p in keyed.parts],
        "fields": dict(keyed.fields),
        "takes_back": keyed.takes_back,
    }


def keyed_from_json(data: Mapping[str, object]) -> Keyed:
    """What `keyed_to_json` wrote."""
    parts, fields = data["parts"], data["fields"]
    if not isinstance(parts, list) or not isinstance(fields, Mapping):
        raise TypeError("Not a keyed transaction")
    return Keyed(
        transaction=Transaction(str(data["transaction"])),
        customer=str(data["customer"]),
        amount=Decimal(str(data["amount"])),
        day=date.fromisoformat(str(data["day"])),
        entered_on=date.fromisoformat(str(data["entered_on"])),
        user=str(data["user"]),
        reference=str(data["reference"]),
        parts=tuple(Part(number, Decimal(paid), Decimal(off)) for number, paid, off in parts),
        fields={str(name): str(text) for name, text in fields.items()},
        takes_back=str(data["takes_back"]),
    )

"""The transactions a person keys in Sage's test company, in the order of the wizard."""

from __future__ import annotations

from dataclasses import dataclass
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
    CHARGEBACK = "chargeback"
    REFUND = "refund"
    SETTLEMENT = "settlement"
    FEE = "fee"
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
_JOURNAL = "Date it some days back. Type a reference nobody has used, as its document number."
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
        "Apply the open credit",
        "Apply the payment on account, or a part of it, to an open invoice of the same customer. "
        f"{_DATE} Type a reference of its own.",
        PostingKind.APPLICATION,
        is_needed=True,
    ),
    Transaction.CREDIT_MEMO: Task("A credit memo", "Enter a credit memo for a customer."),
    Transaction.REVERSAL: Task(
        "A reversal",
        f"Reverse the full payment, as for a cheque that bounced. {_DATE} "
        "Type a reference of its own.",
        PostingKind.REVERSAL,
        is_needed=True,
    ),
    Transaction.CHARGEBACK: Task(
        "A chargeback with its fee",
        "Take back another payment, as when the bank has charged it back, and book the bank's "
        f"fee with it, as you would do it. {_DATE} Type a reference of its own.",
        PostingKind.CHARGEBACK,
        is_needed=True,
    ),
    Transaction.REFUND: Task("A refund", "Refund a payment to a customer, as you would do it."),
    Transaction.SETTLEMENT: Task(
        "A settlement journal",
        "Enter a journal that moves a deposit from the clearing account to the bank account. "
        f"{_JOURNAL}",
        PostingKind.SETTLEMENT,
        is_needed=True,
    ),
    Transaction.FEE: Task(
        "A fee journal",
        f"Enter a journal that books a fee of the card processor. {_JOURNAL}",
        PostingKind.FEE,
        is_needed=True,
    ),
    Transaction.VOID: Task("A void", "Void an open invoice that nobody has paid."),
}

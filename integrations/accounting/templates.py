"""What each kind of event does to the books: which role is debited, which is credited.

A payment applied to an invoice clears receivables; revenue is recognised by Sage's invoice,
never here. A payment without an invoice is a liability until it is applied.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from integrations.accounting.rules import AccountRole
from integrations.canonical.transactions import PaymentMethod


class JournalKind(StrEnum):
    RECEIPT = "receipt"
    """A payment applied to open invoices."""
    ON_ACCOUNT = "on_account"
    """A payment with no invoice."""
    SETTLEMENT = "settlement"
    """A batch reaches the bank, in full."""
    FEE = "fee"
    """Fees the processor takes from the bank account."""
    SETTLEMENT_FEE = "settlement_fee"
    """Fees the processor keeps back from a batch."""
    CHARGEBACK_OPENED = "chargeback_opened"
    CHARGEBACK_WON = "chargeback_won"
    CHARGEBACK_LOST = "chargeback_lost"
    REFUND_WITHOUT_SALE = "refund_without_sale"
    """A refund whose sale was never posted here; a person chose to book it so."""
    ACH_RETURN = "ach_return"
    """A returned ACH payment: the invoice is open again."""
    SURCHARGE = "surcharge"


# Stands for card or ACH clearing, whichever the payment's method uses.
CLEARING = "clearing"


@dataclass(frozen=True)
class Template:
    """One debit and one credit of the same amount, each told in words."""

    debit: AccountRole | str
    credit: AccountRole | str
    words: str


TEMPLATES: Mapping[JournalKind, Template] = {
    JournalKind.RECEIPT: Template(
        CLEARING, AccountRole.RECEIVABLES, "A payment clears what the customer owes."
    ),
    JournalKind.ON_ACCOUNT: Template(
        CLEARING,
        AccountRole.CUSTOMER_DEPOSITS,
        "A payment without an invoice is owed to the customer until it is applied.",
    ),
    JournalKind.SETTLEMENT: Template(
        AccountRole.BANK, CLEARING, "The processor paid a batch into the bank."
    ),
    JournalKind.FEE: Template(
        AccountRole.MERCHANT_FEES, AccountRole.BANK, "The processor took its fees from the bank."
    ),
    JournalKind.SETTLEMENT_FEE: Template(
        AccountRole.MERCHANT_FEES, CLEARING, "The processor kept its fees back from a batch."
    ),
    JournalKind.CHARGEBACK_OPENED: Template(
        AccountRole.DISPUTED, CLEARING, "The bank took the money back while the dispute is open."
    ),
    JournalKind.CHARGEBACK_WON: Template(
        CLEARING, AccountRole.DISPUTED, "The dispute was won and the money came back."
    ),
    JournalKind.CHARGEBACK_LOST: Template(
        AccountRole.CHARGEBACK_LOSS, AccountRole.DISPUTED, "The dispute was lost."
    ),
    JournalKind.REFUND_WITHOUT_SALE: Template(
        AccountRole.SALES_RETURNS, CLEARING, "A refund whose sale is not in these books."
    ),
    JournalKind.ACH_RETURN: Template(
        AccountRole.RECEIVABLES, CLEARING, "The bank returned the payment; it is owed again."
    ),
    JournalKind.SURCHARGE: Template(
        CLEARING, AccountRole.SURCHARGE_RECOVERY, "The customer paid a surcharge."
    ),
}


def roles_of(kind: JournalKind, *, method: PaymentMethod) -> tuple[AccountRole, AccountRole]:
    """The debited and the credited role, clearing made card or ACH by the method."""
    template = TEMPLATES[kind]
    return _role(template.debit, method=method), _role(template.credit, method=method)


def _role(role: AccountRole | str, *, method: PaymentMethod) -> AccountRole:
    if isinstance(role, AccountRole):
        return role
    is_ach = method is PaymentMethod.ACH
    return AccountRole.ACH_CLEARING if is_ach else AccountRole.CARD_CLEARING

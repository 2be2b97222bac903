"""A small chart of accounts, and the rules most companies start with."""

from __future__ import annotations

from integrations.accounting.rules import AccountRole, GLRule
from integrations.canonical.ledger_documents import GLAccount

ACCOUNTS = (
    GLAccount("1010", "Card clearing"),
    GLAccount("1011", "Amex clearing"),
    GLAccount("1012", "ACH clearing"),
    GLAccount("1000", "Bank"),
    GLAccount("1200", "Accounts receivable"),
    GLAccount("1250", "Disputed receivables"),
    GLAccount("2300", "Customer deposits"),
    GLAccount("4900", "Sales returns"),
    GLAccount("4950", "Surcharge recovery"),
    GLAccount("6100", "Merchant fees"),
    GLAccount("6200", "Chargeback loss"),
    GLAccount("1999", "Old clearing", is_active=False),
)

_NUMBERS = {
    AccountRole.CARD_CLEARING: "1010",
    AccountRole.ACH_CLEARING: "1012",
    AccountRole.RECEIVABLES: "1200",
    AccountRole.CUSTOMER_DEPOSITS: "2300",
    AccountRole.SALES_RETURNS: "4900",
    AccountRole.MERCHANT_FEES: "6100",
    AccountRole.BANK: "1000",
    AccountRole.DISPUTED: "1250",
    AccountRole.CHARGEBACK_LOSS: "6200",
    AccountRole.SURCHARGE_RECOVERY: "4950",
}

DEFAULTS = tuple(GLRule(f"Default {role}", role, number) for role, number in _NUMBERS.items())

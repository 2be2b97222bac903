"""Finding records in the books; every search by document number looks in history too."""

from __future__ import annotations

from collections.abc import Sequence

from integrations.canonical.ledger_documents import (
    CompanyProfile,
    Customer,
    FiscalPeriod,
    GLAccount,
    Invoice,
    Receipt,
)
from integrations.canonical.open_items import Holding, OpenItem
from integrations.canonical.redaction import redact_text
from integrations.sagepro.backends import documents
from integrations.sagepro.backends.books import Company, H, Row

INVOICES = ("invoices", "invoice_history")
RECEIPTS = ("receipts", "receipt_history")
_SHORTEST_CARD = 13
_OPEN_ITEM = ("number", "customer_number", "invoice_date", "amount", "balance", "currency")


def customer_rows(connection: H, company: Company[H], number: str) -> list[Row]:
    where = company.matches("customers", "number", [number])
    return company.rows(connection, "customers", where)


def customer(connection: H, company: Company[H], number: str) -> Customer | None:
    rows = customer_rows(connection, company, number)
    return documents.customer(company, rows[0]) if rows else None


def invoices(
    connection: H, company: Company[H], column: str, values: Sequence[str]
) -> list[Invoice]:
    """Documents whose `column` is one of `values`, current ones first."""
    wanted = [value for value in values if value.strip()]
    if not wanted:
        return []
    found = []
    for table in INVOICES:
        if company.has(table, column):
            where = company.matches(table, column, wanted)
            rows = company.rows(connection, table, where, order_by=("invoice_date", "number"))
            found += [documents.invoice(company, table, row) for row in rows]
    return found


def open_invoices(connection: H, company: Company[H], customer_number: str) -> list[Invoice]:
    where = company.is_open(customer_number)
    rows = company.rows(connection, "invoices", where, order_by=("invoice_date", "number"))
    return [documents.invoice(company, "invoices", row) for row in rows]


def open_items(connection: H, company: Company[H]) -> Holding:
    """Every open document of the company, current ones: history holds closed ones only."""
    rows = company.rows(connection, "invoices", company.is_open(), only=_OPEN_ITEM)
    return Holding(
        OpenItem(
            _safe(row["customer_number"]),
            _safe(row["number"]),
            row["invoice_date"],
            row["amount"],
            row["balance"],
            documents.currency_of(company.profile, row),
        )
        for row in rows
    )


def _safe(number: str) -> str:
    # No card number is shorter; looking into each of a hundred thousand costs more than reading.
    return redact_text(number) if len(number) >= _SHORTEST_CARD else number


def receipts(connection: H, company: Company[H], column: str, value: str) -> list[Receipt]:
    """Receipts whose `column` is `value`, those taken out left aside; none for a blank one."""
    if not value.strip():
        return []
    found = []
    for table in reversed(RECEIPTS):
        where = company.matches(table, column, [value])
        rows = company.rows(connection, table, where, order_by=("paid_date", "row_id"))
        found += [documents.receipt(company, table, row) for row in rows if stands(row)]
    return found


def stands(row: Row) -> bool:
    """The receipt is not flagged as taken out (recdel)."""
    return not row.get("deleted", False)


def gl_accounts(connection: H, company: Company[H]) -> list[GLAccount]:
    rows = company.rows(connection, "accounts", order_by=("number",))
    return [documents.account(company, row) for row in rows]


def fiscal_periods(connection: H, company: Company[H]) -> list[FiscalPeriod]:
    rows = company.rows(connection, "periods", order_by=("starts_on",))
    return [documents.period(company, row) for row in rows]


def company_profile(connection: H, company: Company[H]) -> CompanyProfile:
    where = company.matches("companies", "number", [company.profile.company_number])
    rows = company.rows(connection, "companies", where)
    periods = fiscal_periods(connection, company)
    return CompanyProfile(
        company_number=company.profile.company_number,
        name=redact_text(rows[0]["name"]) if rows else "",
        edition=company.profile.edition,
        customer_count=company.count(connection, "customers"),
        open_invoice_count=company.count(connection, "invoices", company.is_open()),
        gl_account_count=company.count(connection, "accounts"),
        open_periods=tuple(period for period in periods if not period.is_closed),
    )

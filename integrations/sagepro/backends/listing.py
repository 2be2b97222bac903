"""Lists of a company: receipts of some days, customers page by page or since a day."""

from __future__ import annotations

from datetime import date

from integrations.canonical.ledger_documents import Customer, Receipt
from integrations.sagepro.backends import documents
from integrations.sagepro.backends.books import Company, H
from integrations.sagepro.backends.reading import RECEIPTS, stands
from integrations.sagepro.beyond_payments import not_offered

_LAST_DAY = date(9999, 12, 30)


def receipts_between(connection: H, company: Company[H], first: date, last: date) -> list[Receipt]:
    found = []
    for table in reversed(RECEIPTS):
        where = company.between(table, "paid_date", first, last)
        rows = company.rows(connection, table, where, order_by=("paid_date", "row_id"))
        found += [documents.receipt(company, table, row) for row in rows if stands(row)]
    return sorted(found, key=lambda one: one.paid_date or first)


def customers_after(connection: H, company: Company[H], number: str, limit: int) -> list[Customer]:
    # Compared and sorted by the books themselves, so by one collation.
    where = company.beyond("customers", "number", number.strip())
    rows = company.rows(connection, "customers", where, order_by=("number",), limit=limit)
    return [documents.customer(company, row) for row in rows]


def customers_changed_since(connection: H, company: Company[H], day: date) -> list[Customer]:
    if not company.has("customers", "changed_date"):
        raise not_offered("Changed customers are")
    where = company.between("customers", "changed_date", day, _LAST_DAY)
    rows = company.rows(connection, "customers", where, order_by=("number",))
    return [documents.customer(company, row) for row in rows]

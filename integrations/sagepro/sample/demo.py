"""What a demonstration may pay: open invoices nobody is editing."""

from __future__ import annotations

from integrations.canonical.ledger_documents import Invoice
from integrations.sagepro.backends import documents, reading
from integrations.sagepro.backends.company import SqlCompany
from integrations.sagepro.sample.company import engine_for
from integrations.sagepro.sample.profile import sample_profile


def open_invoices_for_demo(dsn: str) -> list[Invoice]:
    """Open invoices with a balance in the company's own currency, oldest first.

    Void and locked documents, credits and foreign currency are left out.
    """
    company = SqlCompany.of(sample_profile())
    with engine_for(dsn) as engine, engine.connect() as connection:
        where = company.column("invoices", "balance") > 0
        where &= company.column("invoices", "status").not_in(company.profile.void_statuses)
        rows = company.rows(connection, "invoices", where, order_by=("invoice_date", "number"))
    found = [documents.invoice(company, reading.INVOICES[0], row) for row in rows]
    home = company.profile.home_currency
    return [one for one in found if one.currency == home and not one.is_locked]

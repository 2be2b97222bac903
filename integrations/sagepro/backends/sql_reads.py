"""What the SQL edition tells: each question is one read-only transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from integrations.canonical.flagged import FlaggedRow
from integrations.canonical.keyed import KeyedAnswer, KeyedQuestion
from integrations.canonical.keyed_changes import ChangeQuestion, ChangeSeen
from integrations.canonical.ledger_documents import (
    CompanyProfile,
    Customer,
    FiscalPeriod,
    GLAccount,
    Invoice,
    Receipt,
)
from integrations.canonical.open_items import OpenItemsAnswer, OpenItemsQuestion
from integrations.canonical.stock import Item, SalesOrder, Stock
from integrations.sagepro.backends import (
    by_hand,
    fingerprint,
    flagging,
    keyed,
    listing,
    looking,
    order_reading,
    reading,
)
from integrations.sagepro.backends.company import SqlCompany
from integrations.sagepro.backends.looking import Look
from integrations.sagepro.backends.session import Session
from integrations.sagepro.beyond_payments import BeyondPayments
from integrations.sagepro.calibration.reading import read_snapshot
from integrations.sagepro.layout import Layout, layout_of


class SqlReads(BeyondPayments):
    """The questions of a `Connector` to a company in an SQL database; it promises what each
    method of that does. Nothing here writes."""

    def __init__(self, company: SqlCompany, session: Session) -> None:
        self._company = company
        self._session = session

    def company_profile(self) -> CompanyProfile:
        with self._session.reading() as connection:
            return reading.company_profile(connection, self._company)

    def fingerprint(self) -> str:
        with self._session.reading() as connection:
            return fingerprint.digest(fingerprint.read(connection, self._company))

    def layout(self) -> Layout:
        with self._session.reading() as connection:
            return layout_of(fingerprint.read(connection, self._company))

    def snapshot(self) -> str:
        with self._session.reading() as connection:
            return read_snapshot(connection, self._company.profile).to_text()

    def gl_accounts(self) -> list[GLAccount]:
        with self._session.reading() as connection:
            return reading.gl_accounts(connection, self._company)

    def fiscal_periods(self) -> list[FiscalPeriod]:
        with self._session.reading() as connection:
            return reading.fiscal_periods(connection, self._company)

    def customer(self, number: str) -> Customer | None:
        with self._session.reading() as connection:
            return reading.customer(connection, self._company, number)

    def invoices_by_number(self, numbers: Sequence[str]) -> list[Invoice]:
        with self._session.reading() as connection:
            return reading.invoices(connection, self._company, "number", numbers)

    def open_invoices(self, customer_number: str) -> list[Invoice]:
        with self._session.reading() as connection:
            return reading.open_invoices(connection, self._company, customer_number)

    def open_items(self, question: OpenItemsQuestion) -> OpenItemsAnswer:
        with self._session.reading() as connection:
            held = reading.open_items(connection, self._company)
        return held.answer(question)

    def invoices_by_order(self, order_number: str) -> list[Invoice]:
        with self._session.reading() as connection:
            return reading.invoices(connection, self._company, "order_number", [order_number])

    def receipts_for_invoice(self, number: str) -> list[Receipt]:
        with self._session.reading() as connection:
            return reading.receipts(connection, self._company, "invoice_number", number)

    def receipts_by_reference(self, reference: str) -> list[Receipt]:
        with self._session.reading() as connection:
            return reading.receipts(connection, self._company, "marker", reference)

    def receipts_between(self, *, first: date, last: date) -> list[Receipt]:
        with self._session.reading() as connection:
            return listing.receipts_between(connection, self._company, first, last)

    def customers_after(self, *, number: str, limit: int) -> list[Customer]:
        with self._session.reading() as connection:
            return listing.customers_after(connection, self._company, number, limit)

    def customers_changed_since(self, day: date) -> list[Customer]:
        with self._session.reading() as connection:
            return listing.customers_changed_since(connection, self._company, day)

    def orders_by_number(self, numbers: Sequence[str]) -> list[SalesOrder]:
        with self._session.reading() as connection:
            return order_reading.orders(connection, self._company, "number", numbers)

    def open_orders(self, customer_number: str) -> list[SalesOrder]:
        with self._session.reading() as connection:
            return order_reading.open_orders(connection, self._company, customer_number)

    def items(self, numbers: Sequence[str]) -> list[Item]:
        with self._session.reading() as connection:
            return order_reading.items(connection, self._company, numbers)

    def stock(self, items: Sequence[str]) -> list[Stock]:
        with self._session.reading() as connection:
            return order_reading.stock(connection, self._company, items)

    def flagged_rows(self, *, after: str, limit: int) -> list[FlaggedRow]:
        with self._session.reading() as connection:
            return flagging.flagged_rows(connection, self._company, after=after, limit=limit)

    def look_for_keyed(self, question: KeyedQuestion) -> KeyedAnswer:
        with self._session.reading() as connection:
            return keyed.look(connection, self._company, question)

    def look_for_change(self, question: ChangeQuestion) -> ChangeSeen:
        with self._session.reading() as connection:
            return by_hand.look(connection, self._company, question)

    def look(self) -> Look:
        """How many rows each mapped table has, how many are locked, and the code page."""
        with self._session.reading() as connection:
            return looking.look(connection, self._company)

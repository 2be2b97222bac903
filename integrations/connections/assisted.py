"""Assisted entry: a bookkeeper keys what the worksheet lists, and the books say when it is done.

Reading goes through another way into the same company; writing goes through a person. The
books are looked at before anything is listed and before anything is believed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

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
from integrations.canonical.orders import CustomerRequest, OrderRequest
from integrations.canonical.posting import (
    PostingRequest,
    PostingResult,
    WithdrawOutcome,
    marker_for,
)
from integrations.canonical.stock import Allocation, ChangeResult, Item, SalesOrder, Stock
from integrations.connections.keying import Desk
from integrations.connections.keying_changes import ChangeDesk
from integrations.sagepro.beyond_payments import BeyondPayments
from integrations.sagepro.connector import Connector, ShowsLayout
from integrations.sagepro.layout import Layout
from integrations.sagepro.profile import PostingProfile


class AssistedConnector(BeyondPayments):
    """A Sage Pro company that a person writes; see `Connector` for what each method promises.

    `post_if_absent`, and what changes customers, orders and stock, lists what Sage would take on
    the worksheet and answers HANDED_OVER until it is read in the books. Called outside of
    transactions.
    """

    def __init__(
        self, reader: Connector, *, tenant_id: UUID, company_id: UUID, profile: PostingProfile
    ) -> None:
        self._reader = reader
        self._rule = profile.marker
        self._desk = Desk(reader, tenant_id=tenant_id, company_id=company_id)
        self._changes = ChangeDesk(
            self._beyond(), profile, tenant_id=tenant_id, company_id=company_id
        )

    def post_if_absent(self, request: PostingRequest) -> PostingResult:
        return self._desk.answer(request)

    def withdraw(self, effect_key: str) -> WithdrawOutcome:
        return self._desk.withdraw(effect_key, self._marker(effect_key))

    def create_or_match_customer(self, customer: CustomerRequest) -> ChangeResult:
        return self._changes.answer(customer)

    def allocate_stock(self, allocation: Allocation) -> ChangeResult:
        return self._changes.answer(allocation)

    def upsert_order(self, order: OrderRequest) -> ChangeResult:
        return self._changes.answer(order)

    def look_for_change(self, question: ChangeQuestion) -> ChangeSeen:
        return self._beyond().look_for_change(question)

    def look_for_keyed(self, question: KeyedQuestion) -> KeyedAnswer:
        return self._reader.look_for_keyed(question)

    def _marker(self, effect_key: str) -> str:
        return marker_for(effect_key, self._rule.width, self._rule.prefix)

    def company_profile(self) -> CompanyProfile:
        return self._reader.company_profile()

    def fingerprint(self) -> str:
        return self._reader.fingerprint()

    def layout(self) -> Layout:
        return self._reader.layout() if isinstance(self._reader, ShowsLayout) else {}

    def gl_accounts(self) -> list[GLAccount]:
        return self._reader.gl_accounts()

    def fiscal_periods(self) -> list[FiscalPeriod]:
        return self._reader.fiscal_periods()

    def customer(self, number: str) -> Customer | None:
        return self._reader.customer(number)

    def invoices_by_number(self, numbers: Sequence[str]) -> list[Invoice]:
        return self._reader.invoices_by_number(numbers)

    def open_invoices(self, customer_number: str) -> list[Invoice]:
        return self._reader.open_invoices(customer_number)

    def open_items(self, question: OpenItemsQuestion) -> OpenItemsAnswer:
        return self._reader.open_items(question)

    def invoices_by_order(self, order_number: str) -> list[Invoice]:
        return self._reader.invoices_by_order(order_number)

    def receipts_for_invoice(self, number: str) -> list[Receipt]:
        return self._reader.receipts_for_invoice(number)

    def receipts_by_reference(self, reference: str) -> list[Receipt]:
        return self._reader.receipts_by_reference(reference)

    def receipts_between(self, *, first: date, last: date) -> list[Receipt]:
        return self._beyond().receipts_between(first=first, last=last)

    def customers_after(self, *, number: str, limit: int) -> list[Customer]:
        return self._beyond().customers_after(number=number, limit=limit)

    def customers_changed_since(self, day: date) -> list[Customer]:
        return self._beyond().customers_changed_since(day)

    def orders_by_number(self, numbers: Sequence[str]) -> list[SalesOrder]:
        return self._beyond().orders_by_number(numbers)

    def open_orders(self, customer_number: str) -> list[SalesOrder]:
        return self._beyond().open_orders(customer_number)

    def items(self, numbers: Sequence[str]) -> list[Item]:
        return self._beyond().items(numbers)

    def stock(self, items: Sequence[str]) -> list[Stock]:
        return self._beyond().stock(items)

    def _beyond(self) -> BeyondPayments:
        """What reads beside payments; what writes is a person's."""
        return self._reader if isinstance(self._reader, BeyondPayments) else BeyondPayments()

    def note_status(self, *, invoice_number: str, status: str) -> bool:
        """Nothing is written by us here, so no status either."""
        del invoice_number, status
        return False

    def close(self) -> None:
        self._reader.close()

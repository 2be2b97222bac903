"""Assisted entry: a bookkeeper keys what the worksheet lists, and the books say when it is done.

Reading goes through another way into the same company; writing goes through a person. The
books are looked at before anything is listed and before anything is believed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from integrations.canonical.ledger_documents import (
    CompanyProfile,
    Customer,
    FiscalPeriod,
    GLAccount,
    Invoice,
    Receipt,
)
from integrations.canonical.open_items import OpenItemsAnswer, OpenItemsQuestion
from integrations.canonical.posting import (
    Hands,
    PostingOutcome,
    PostingRequest,
    PostingResult,
    Refusal,
    WithdrawOutcome,
    marker_for,
)
from integrations.canonical.stock import Item, SalesOrder, Stock
from integrations.connections import worksheet
from integrations.connections.worksheet import EntryState, Looked
from integrations.matching.keyed import Keyed, find_keyed
from integrations.sagepro.beyond_payments import BeyondPayments
from integrations.sagepro.connector import Connector, ShowsLayout
from integrations.sagepro.layout import Layout
from integrations.sagepro.profile import PostingProfile
from tenants.scope import tenant_transaction


class AssistedConnector(BeyondPayments):
    """A Sage Pro company that a person writes; see `Connector` for what each method promises.

    `post_if_absent` answers EXISTS once the receipts are read in the books, and HANDED_OVER
    until then. Called outside of transactions.
    """

    def __init__(
        self, reader: Connector, *, tenant_id: UUID, company_id: UUID, profile: PostingProfile
    ) -> None:
        self._reader = reader
        self._rule = profile.marker
        self._tenant_id = tenant_id
        self._company_id = company_id

    def post_if_absent(self, request: PostingRequest) -> PostingResult:
        with tenant_transaction(self._tenant_id):
            looked = worksheet.look(company_id=self._company_id, effect_key=request.effect_key)
        found = find_keyed(
            request,
            marked=self._reader.receipts_by_reference(request.marker),
            on_invoices=self._on_invoices(request, looked),
            taken=looked.taken,
        )
        with tenant_transaction(self._tenant_id):
            if isinstance(found, Keyed):
                worksheet.see(request, found, company_id=self._company_id)
                return _seen(request, found)
            return self._listed(request, found.sentence)

    def withdraw(self, effect_key: str) -> WithdrawOutcome:
        marker = marker_for(effect_key, self._rule.width, self._rule.prefix)
        if self._reader.receipts_by_reference(marker):
            return WithdrawOutcome.EXISTS
        with tenant_transaction(self._tenant_id):
            return worksheet.withdraw(
                company_id=self._company_id, effect_key=effect_key, marker=marker
            )

    def _on_invoices(self, request: PostingRequest, looked: Looked) -> dict[str, list[Receipt]]:
        if looked.state is not EntryState.CONFIRMED:
            return {}
        numbers = [part.invoice_number for part in request.applications]
        return {number: self._reader.receipts_for_invoice(number) for number in numbers}

    def _listed(self, request: PostingRequest, missing: str) -> PostingResult:
        entry = worksheet.enter(request, company_id=self._company_id, missing=missing)
        if entry.state == EntryState.WITHDRAWN:
            return PostingResult(PostingOutcome.WITHDRAWN)
        if entry.state == EntryState.GIVEN_BACK:
            refusal = Refusal("not_keyed", entry.problem, remedy="Decide what it should be.")
            return PostingResult(PostingOutcome.REFUSED, refusal=refusal)
        if entry.payload_hash != request.payload_hash:
            return PostingResult(
                PostingOutcome.CONFLICT, evidence={"worksheet": "Listed with other contents."}
            )
        told = f"It stands on the worksheet, for a person to key into Sage. {missing}"
        evidence = {"waiting_for": told, "held_by": Hands.PERSON}
        return PostingResult(PostingOutcome.HANDED_OVER, evidence=evidence)

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
        """What reads beside payments; what writes is a person's, and not offered here."""
        return self._reader if isinstance(self._reader, BeyondPayments) else BeyondPayments()

    def note_status(self, *, invoice_number: str, status: str) -> bool:
        """Nothing is written by us here, so no status either."""
        del invoice_number, status
        return False

    def close(self) -> None:
        self._reader.close()


def _seen(request: PostingRequest, found: Keyed) -> PostingResult:
    numbers = ", ".join(dict.fromkeys(receipt.invoice_number for receipt in found.receipts))
    rows = [
        {
            "Invoice": receipt.invoice_number,
            "Customer": receipt.customer_number,
            "Date": receipt.paid_date.isoformat() if receipt.paid_date else "",
            "Amount": f"{receipt.amount:.2f}",
            "Discount": f"{receipt.discount:.2f}",
            "Reference": receipt.reference,
        }
        for receipt in found.receipts
    ]
    return PostingResult(
        PostingOutcome.EXISTS,
        sage_reference=f"Receipt {request.marker} on {numbers}, keyed by hand",
        evidence={"Cash receipts": rows, "known_by": found.why},
    )

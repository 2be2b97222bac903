"""The FoxPro edition: live tables are read, and postings handed over in our staging tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from integrations.canonical.errors import TryLater
from integrations.canonical.flagged import FlagAnswer, FlaggedRow
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
    PostingOutcome,
    PostingRequest,
    PostingResult,
    WithdrawOutcome,
    marker_for,
)
from integrations.canonical.stock import (
    Allocation,
    ChangeOutcome,
    ChangeResult,
    Item,
    SalesOrder,
    Stock,
)
from integrations.sagepro.backends import (
    allocating,
    by_hand,
    flagging,
    keyed,
    listing,
    matching_customers,
    order_reading,
    ordering,
    reading,
    values,
)
from integrations.sagepro.backends.books import Row
from integrations.sagepro.backends.dbf import fingerprint, looking, noting, site, whole
from integrations.sagepro.backends.dbf.answering import Writer
from integrations.sagepro.backends.dbf.changes import Act, Changes, Recorded
from integrations.sagepro.backends.dbf.company import Books, DbfCompany
from integrations.sagepro.backends.dbf.snapshot import Snapshot
from integrations.sagepro.backends.dbf.staging import Staging
from integrations.sagepro.backends.looking import Look
from integrations.sagepro.backends.plan import Answered
from integrations.sagepro.backends.preamble import Limits
from integrations.sagepro.backends.sentences import IN_USE
from integrations.sagepro.beyond_payments import BeyondPayments
from integrations.sagepro.layout import Layout, layout_of
from integrations.sagepro.profile import PostingProfile
from integrations.sagepro.self_test import SelfTest


def _utc_now() -> datetime:
    return datetime.now(UTC)


class FoxProConnector(BeyondPayments):
    """A Sage Pro company in FoxPro tables; see `Connector` for what each method promises.

    `folders` hold the live tables, searched in this order; our own tables are in the first.
    Live tables are opened for reading only. A posting is checked against them and handed over
    in our staging tables: HANDED_OVER until the program inside Sage Pro has posted it, POSTED
    once it was read back. Nothing is handed over to a site whose self-test has not passed.

    `writer_epoch` rises with each pairing; an older writer is refused. With `proof_key` only a
    self-test that was sealed with it counts (see `proof`). Safe to share between threads.
    """

    def __init__(
        self,
        folders: Sequence[Path],
        *,
        profile: PostingProfile,
        expected_fingerprint: str = "",
        expected_layout: Layout | None = None,
        writer_epoch: int = 0,
        limits: Limits | None = None,
        proof_key: bytes = b"",
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        self._folder = folders[0]
        self._company = DbfCompany(profile)
        self._live = Snapshot(folders, profile)
        self._expected = expected_fingerprint
        self._layout = expected_layout
        self._epoch = writer_epoch
        self._proof_key = proof_key
        self._now = now
        patience = (limits or Limits()).lock
        number = profile.company_number
        self._staging = Staging(self._folder, company=number, patience=patience)

    def company_profile(self) -> CompanyProfile:
        return reading.company_profile(self._reading(), self._company)

    def fingerprint(self) -> str:
        return fingerprint.digest(fingerprint.facts(self._live))

    def layout(self) -> Layout:
        return layout_of(fingerprint.facts(self._live))

    def snapshot(self) -> str:
        profile = self._company.profile
        number, page = profile.company_number, profile.code_page
        return whole.read_snapshot(self._live.folders, company=number, code_page=page).to_text()

    def gl_accounts(self) -> list[GLAccount]:
        return reading.gl_accounts(self._reading(), self._company)

    def fiscal_periods(self) -> list[FiscalPeriod]:
        return reading.fiscal_periods(self._reading(), self._company)

    def customer(self, number: str) -> Customer | None:
        return reading.customer(self._reading(), self._company, number)

    def invoices_by_number(self, numbers: Sequence[str]) -> list[Invoice]:
        return reading.invoices(self._reading(), self._company, "number", numbers)

    def open_invoices(self, customer_number: str) -> list[Invoice]:
        return reading.open_invoices(self._reading(), self._company, customer_number)

    def open_items(self, question: OpenItemsQuestion) -> OpenItemsAnswer:
        return reading.open_items(self._reading(), self._company).answer(question)

    def invoices_by_order(self, order_number: str) -> list[Invoice]:
        return reading.invoices(self._reading(), self._company, "order_number", [order_number])

    def receipts_for_invoice(self, number: str) -> list[Receipt]:
        return reading.receipts(self._reading(), self._company, "invoice_number", number)

    def receipts_by_reference(self, reference: str) -> list[Receipt]:
        return reading.receipts(self._reading(), self._company, "marker", reference)

    def receipts_between(self, *, first: date, last: date) -> list[Receipt]:
        return listing.receipts_between(self._reading(), self._company, first, last)

    def customers_after(self, *, number: str, limit: int) -> list[Customer]:
        return listing.customers_after(self._reading(), self._company, number, limit)

    def customers_changed_since(self, day: date) -> list[Customer]:
        return listing.customers_changed_since(self._reading(), self._company, day)

    def orders_by_number(self, numbers: Sequence[str]) -> list[SalesOrder]:
        return order_reading.orders(self._reading(), self._company, "number", numbers)

    def open_orders(self, customer_number: str) -> list[SalesOrder]:
        return order_reading.open_orders(self._reading(), self._company, customer_number)

    def items(self, numbers: Sequence[str]) -> list[Item]:
        return order_reading.items(self._reading(), self._company, numbers)

    def stock(self, items: Sequence[str]) -> list[Stock]:
        return order_reading.stock(self._reading(), self._company, items)

    def flagged_rows(self, *, after: str, limit: int) -> list[FlaggedRow]:
        return flagging.flagged_rows(self._reading(), self._company, after=after, limit=limit)

    def look_for_keyed(self, question: KeyedQuestion) -> KeyedAnswer:
        if question.request is None:
            with self._with_record() as held:
                return keyed.look(held, self._company, question)
        # A share may show an old time of a file; whoever decides on money looks again.
        self._live.forget()
        return keyed.look(self._reading(), self._company, question)

    def look_for_change(self, question: ChangeQuestion) -> ChangeSeen:
        with self._with_record() as held:
            return by_hand.look(held, self._company, question)

    def allocate_stock(self, allocation: Allocation) -> ChangeResult:
        company = self._company
        return self._change(allocation.key, lambda it: allocating.allocate(it, company, allocation))

    def upsert_order(self, order: OrderRequest) -> ChangeResult:
        company = self._company
        return self._change(order.key, lambda it: ordering.upsert(it, company, order))

    def create_or_match_customer(self, customer: CustomerRequest) -> ChangeResult:
        make, company = matching_customers.create_or_match, self._company
        return self._change(customer.key, lambda it: make(it, company, customer))

    def answer_flagged(self, answer: FlagAnswer) -> ChangeResult:
        company = self._company
        return self._change(answer.key, lambda it: flagging.answer(it, company, answer))

    def post_if_absent(self, request: PostingRequest) -> PostingResult:
        try:
            with self._writing() as writer:
                self._check_ready()
                return writer.answer(request)
        except Answered as answered:
            return answered.result
        except TryLater as error:
            if error.code != IN_USE:
                raise
            return PostingResult(PostingOutcome.WAIT, evidence={"waiting_for": error.sentence})

    def withdraw(self, effect_key: str) -> WithdrawOutcome:
        rule = self._company.profile.marker
        marker = marker_for(effect_key, rule.width, rule.prefix)
        with self._writing() as writer:
            return writer.withdraw(effect_key, marker)

    def note_status(self, *, invoice_number: str, status: str) -> bool:
        """True as well when it was handed over: Sage's own program writes it, never we."""
        column = self._company.profile.status_column
        if not column or not invoice_number.strip():
            return False
        values.check_status(self._company.profile, status)
        with self._writing() as writer:
            self._check_ready()
            return noting.note(writer, number=invoice_number, column=column, status=status)

    def self_test(self) -> SelfTest:
        """What the program inside Sage Pro found when it tested the site. Writes nothing."""
        return site.self_test(self._folder, self._company.profile, key=self._proof_key)

    def take_over(self) -> None:
        """Make this epoch the one that writes. Raises FixConfiguration when it is an older one.

        A site that was never prepared has no writer to take over from, and is only read.
        """
        profile = self._company.profile
        if not site.is_prepared(self._folder, profile):
            return
        with self._staging.locked():
            today = self._now().date()
            site.check_writer(self._folder, profile, epoch=self._epoch, today=today)

    def look(self) -> Look:
        """How full the mapped tables are, what is open in Sage, and their code page."""
        return looking.look(self._reading(), self._company)

    def close(self) -> None:
        self._live.forget()

    def _change(self, key: str, act: Act) -> ChangeResult:
        try:
            with self._writing() as writer:
                return Changes(writer, self._check_ready).make(key, act)
        except Answered as answered:
            told = answered.result
            return ChangeResult(ChangeOutcome(told.outcome.value), told.evidence, told.refusal)
        except TryLater as error:
            if error.code != IN_USE:
                raise
            return ChangeResult(ChangeOutcome.WAIT, {"waiting_for": error.sentence})

    def _check_ready(self) -> None:
        site.check_ready(self._folder, self._company.profile, key=self._proof_key)

    @contextmanager
    def _writing(self) -> Iterator[Writer]:
        with self._staging.locked() as desk:
            # A share may show an old time of a file; whoever decides on money looks again.
            self._live.forget()
            self._check_schema()
            now = self._now()
            profile = self._company.profile
            site.check_writer(self._folder, profile, epoch=self._epoch, today=now.date())
            yield Writer(self._company, Books(self._live, desk), desk, self._epoch, now)

    def _check_schema(self) -> None:
        if not self._expected:
            return
        found = fingerprint.facts(self._live)
        if fingerprint.digest(found) != self._expected:
            raise fingerprint.what_changed(found, expected=self._layout)

    @contextmanager
    def _with_record(self) -> Iterator[Books]:
        """The books as they are now with our record, which a site that was never prepared has
        not."""
        self._live.forget()
        if not site.is_prepared(self._folder, self._company.profile):
            yield self._reading()
            return
        with self._staging.locked() as desk:
            yield Books(self._live, Recorded(desk, desk.pending()))

    def _reading(self) -> Books:
        return Books(self._live, _NoPostings())


class _NoPostings:
    """Reading the books never asks for our own record."""

    def rows(self, _column: str, _keys: Sequence[str]) -> list[Row]:
        return []

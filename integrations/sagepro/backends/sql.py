"""The SQL edition: one transaction per posting, on SQLAlchemy Core and nothing string-built."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from sqlalchemy import Connection

from integrations.canonical.errors import IntegrationError, NeverWorks, TryLater
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
    Refusal,
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
    answering,
    by_hand,
    catalogue,
    documents,
    evidence,
    fingerprint,
    flagging,
    journals,
    keyed,
    ledger,
    listing,
    looking,
    matching_customers,
    order_reading,
    ordering,
    proving,
    reading,
    values,
    writers,
)
from integrations.sagepro.backends.company import SqlCompany
from integrations.sagepro.backends.looking import Look
from integrations.sagepro.backends.plan import Answered
from integrations.sagepro.backends.preamble import Limits
from integrations.sagepro.backends.reversing import receipts_by_marker
from integrations.sagepro.backends.sentences import IN_USE, OF_ONE
from integrations.sagepro.backends.session import open_session
from integrations.sagepro.beyond_payments import BeyondPayments
from integrations.sagepro.calibration.reading import read_snapshot
from integrations.sagepro.layout import Layout, layout_of
from integrations.sagepro.profile import PostingProfile
from integrations.sagepro.self_test import SelfTest


class SqlConnector(BeyondPayments):
    """A Sage Pro company in an SQL database; see `Connector` for what each method promises.

    Safe to share between threads. `expected_fingerprint`, when given, is compared before
    every write; a company that looks different now raises FixConfiguration, which says what
    changed when `expected_layout` is what that fingerprint was made of. With `writer_epoch` it
    writes as the agent of that pairing, and not any more once a later one has written.
    """

    def __init__(
        self,
        dsn: str,
        *,
        profile: PostingProfile,
        expected_fingerprint: str = "",
        expected_layout: Layout | None = None,
        limits: Limits | None = None,
        writer_epoch: int | None = None,
    ) -> None:
        self._company = SqlCompany.of(profile)
        self._expected = expected_fingerprint
        self._writer_epoch = writer_epoch
        self._layout = expected_layout
        self._compared: catalogue.Sign | None = None
        self._session = open_session(dsn, company=profile.company_number, limits=limits or Limits())

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

    def allocate_stock(self, allocation: Allocation) -> ChangeResult:
        return self._change(lambda held: allocating.allocate(held, self._company, allocation))

    def upsert_order(self, order: OrderRequest) -> ChangeResult:
        return self._change(lambda held: ordering.upsert(held, self._company, order))

    def create_or_match_customer(self, customer: CustomerRequest) -> ChangeResult:
        return self._change(
            lambda held: matching_customers.create_or_match(held, self._company, customer)
        )

    def flagged_rows(self, *, after: str, limit: int) -> list[FlaggedRow]:
        with self._session.reading() as connection:
            return flagging.flagged_rows(connection, self._company, after=after, limit=limit)

    def answer_flagged(self, answer: FlagAnswer) -> ChangeResult:
        return self._change(lambda held: flagging.answer(held, self._company, answer))

    def look_for_keyed(self, question: KeyedQuestion) -> KeyedAnswer:
        with self._session.reading() as connection:
            return keyed.look(connection, self._company, question)

    def look_for_change(self, question: ChangeQuestion) -> ChangeSeen:
        with self._session.reading() as connection:
            return by_hand.look(connection, self._company, question)

    def post_if_absent(self, request: PostingRequest) -> PostingResult:
        try:
            with self._session.writing() as connection:
                self._enter(connection)
                answer = answering.answer(connection, self._company, request)
        except Answered as answered:
            return answered.result
        except NeverWorks as error:
            if error.code not in OF_ONE:
                raise
            return PostingResult(PostingOutcome.REFUSED, refusal=_refusal(error))
        except TryLater as error:
            if error.code != IN_USE:
                raise
            return PostingResult(PostingOutcome.WAIT, evidence={"waiting_for": error.sentence})
        if isinstance(answer, PostingResult):
            return answer
        return self._seen_after_commit(request, answer)

    def withdraw(self, effect_key: str) -> WithdrawOutcome:
        rule = self._company.profile.marker
        marker = marker_for(effect_key, rule.width, rule.prefix)
        try:
            with self._session.writing() as connection:
                self._enter(connection)
                return self._withdraw(connection, effect_key, marker)
        except Answered as answered:
            waiting = answered.result.evidence.get("waiting_for", "A record is in use.")
            raise TryLater(str(waiting), code=IN_USE) from answered

    def note_status(self, *, invoice_number: str, status: str) -> bool:
        column = self._company.profile.status_column
        if not column or not invoice_number.strip():
            return False
        values.check_status(self._company.profile, status)
        with self._session.writing() as connection:
            self._enter(connection)
            return self._note_status(connection, invoice_number, column, status)

    def self_test(self) -> SelfTest:
        return proving.prove(self._session, self._company)

    def take_over(self) -> None:
        """Make this epoch the one that writes. Raises FixConfiguration when it is an older one."""
        with self._session.writing() as connection:
            if self._writer_epoch is not None:
                writers.enter(connection, self._company, epoch=self._writer_epoch)

    def look(self) -> Look:
        """How many rows each mapped table has, how many are locked, and the code page."""
        with self._session.reading() as connection:
            return looking.look(connection, self._company)

    def close(self) -> None:
        self._session.engine.dispose()

    def _change(self, act: Callable[[Connection], ChangeResult]) -> ChangeResult:
        try:
            with self._session.writing() as connection:
                self._enter(connection)
                return act(connection)
        except Answered as answered:
            told = answered.result
            return ChangeResult(ChangeOutcome(told.outcome.value), told.evidence, told.refusal)
        except NeverWorks as error:
            if error.code not in OF_ONE:
                raise
            return ChangeResult(ChangeOutcome.REFUSED, refusal=_refusal(error))
        except TryLater as error:
            if error.code != IN_USE:
                raise
            return ChangeResult(ChangeOutcome.WAIT, {"waiting_for": error.sentence})

    def _enter(self, connection: Connection) -> None:
        """What must hold before anything is written, under the writer lock."""
        if self._writer_epoch is not None:
            writers.enter(connection, self._company, epoch=self._writer_epoch)
        self._check_schema(connection)

    def _check_schema(self, connection: Connection) -> None:
        if not self._expected:
            return
        # Read before the facts: a change between the two is then found at the next write.
        sign = catalogue.sign(connection, self._company)
        if sign is not None and sign == self._compared:
            return
        facts = fingerprint.read(connection, self._company)
        if fingerprint.digest(facts) != self._expected:
            raise fingerprint.what_changed(facts, self._company, expected=self._layout)
        self._compared = sign

    def _withdraw(self, connection: Connection, key: str, marker: str) -> WithdrawOutcome:
        record = ledger.find_key(connection, self._company, key)
        if record is not None:
            is_buried = record["state"] == ledger.WITHDRAWN
            return WithdrawOutcome.WITHDRAWN if is_buried else WithdrawOutcome.EXISTS
        if receipts_by_marker(connection, self._company, marker) or journals.lines_by_marker(
            connection, self._company, marker
        ):
            return WithdrawOutcome.EXISTS
        ledger.bury(connection, self._company, key=key, marker=marker)
        return WithdrawOutcome.WITHDRAWN

    def _note_status(self, connection: Connection, number: str, column: str, status: str) -> bool:
        company = self._company
        where = company.matches("invoices", "number", [number])
        rows = company.rows(connection, "invoices", where)
        if len(rows) != 1:
            return False
        if documents.is_locked(rows[0]):
            raise TryLater(f"Invoice {number} is being edited in Sage.", code=IN_USE)
        if rows[0][column] == status.strip():
            return True
        return company.update(connection, "invoices", where, {column: status}) == 1

    def _seen_after_commit(
        self, request: PostingRequest, written: answering.Written
    ) -> PostingResult:
        """With the rows as they stand now; as they stood if Sage is gone meanwhile."""
        try:
            with self._session.reading() as connection:
                record = ledger.find_key(connection, self._company, request.effect_key)
                if record is None:
                    return written.result()
                found = evidence.read_back(connection, self._company, record)
        except IntegrationError:
            return written.result()
        return written.result(now=found)


def _refusal(error: NeverWorks) -> Refusal:
    """What the database itself does not take, before the commit: it is about this one alone, and
    must not keep the others from being written."""
    return Refusal("value_refused", error.sentence, error.field, error.remedy)

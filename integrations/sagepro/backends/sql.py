"""The SQL edition: one transaction per posting, on SQLAlchemy Core and nothing string-built."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection

from integrations.canonical.errors import IntegrationError, NeverWorks, TryLater
from integrations.canonical.flagged import FlagAnswer
from integrations.canonical.orders import CustomerRequest, OrderRequest
from integrations.canonical.posting import (
    PostingOutcome,
    PostingRequest,
    PostingResult,
    Refusal,
    WithdrawOutcome,
    marker_for,
)
from integrations.canonical.stock import Allocation, ChangeOutcome, ChangeResult
from integrations.sagepro.backends import (
    allocating,
    answering,
    catalogue,
    documents,
    evidence,
    fingerprint,
    flagging,
    journals,
    ledger,
    matching_customers,
    ordering,
    proving,
    values,
    writers,
)
from integrations.sagepro.backends.company import SqlCompany
from integrations.sagepro.backends.plan import Answered
from integrations.sagepro.backends.preamble import Limits
from integrations.sagepro.backends.reversing import receipts_by_marker
from integrations.sagepro.backends.sentences import IN_USE, OF_ONE
from integrations.sagepro.backends.session import open_session
from integrations.sagepro.backends.sql_reads import SqlReads
from integrations.sagepro.layout import Layout
from integrations.sagepro.profile import PostingProfile
from integrations.sagepro.self_test import SelfTest


class SqlConnector(SqlReads):
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
        super().__init__(
            SqlCompany.of(profile),
            open_session(dsn, company=profile.company_number, limits=limits or Limits()),
        )
        self._expected = expected_fingerprint
        self._writer_epoch = writer_epoch
        self._layout = expected_layout
        self._compared: catalogue.Sign | None = None

    def allocate_stock(self, allocation: Allocation) -> ChangeResult:
        return self._change(lambda held: allocating.allocate(held, self._company, allocation))

    def upsert_order(self, order: OrderRequest) -> ChangeResult:
        return self._change(lambda held: ordering.upsert(held, self._company, order))

    def create_or_match_customer(self, customer: CustomerRequest) -> ChangeResult:
        return self._change(
            lambda held: matching_customers.create_or_match(held, self._company, customer)
        )

    def answer_flagged(self, answer: FlagAnswer) -> ChangeResult:
        return self._change(lambda held: flagging.answer(held, self._company, answer))

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

"""A portal that serves real HTTP, a Sage company beside it, and agents between the two."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any, TypeVar
from uuid import UUID
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.core.wsgi import get_wsgi_application
from django.db import connections as database_connections
from django.db.models import F
from django.utils import timezone

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
)
from integrations.canonical.stock import (
    Allocation,
    ChangeOutcome,
    ChangeResult,
    Item,
    SalesOrder,
    Stock,
)
from integrations.connections.agents import companies, jobs, pairing
from integrations.connections.agents.connector import ASKED, AgentConnector
from integrations.connections.models import AgentJob
from integrations.sagepro.agent import __main__ as program
from integrations.sagepro.agent import ways
from integrations.sagepro.agent.journal import Journal
from integrations.sagepro.agent.keeping import kept
from integrations.sagepro.agent.portal import Portal
from integrations.sagepro.agent.worker import Worker
from integrations.sagepro.layout import Layout
from integrations.sagepro.sample.profile import foxpro_profile, sample_profile
from integrations.sagepro.self_test import SelfTest
from tenants.models import Environment, Tenant
from tenants.scope import tenant_transaction
from tests import factories

T = TypeVar("T")
# A FoxPro company is handed over twice, and again when something has moved meanwhile.
_ASKED_AT_MOST = 12


class _Threads(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    block_on_close = False


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 its own word
        return None


@contextmanager
def serving() -> Iterator[str]:
    """The portal on a free port of this machine; its address."""
    application = get_wsgi_application()

    def answer(environ: dict[str, Any], start_response: Any) -> Any:
        try:
            return application(environ, start_response)
        finally:
            database_connections.close_all()

    server = make_server("127.0.0.1", 0, answer, server_class=_Threads, handler_class=_Quiet)
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class AgentScene:
    """One company reached by an agent."""

    url: str
    sage_dsn: str = field(repr=False)
    folder: Path
    tenant: Tenant
    environment: Environment
    connection_id: UUID
    way: str = "sql"
    opened: list[Worker] = field(default_factory=list, repr=False)

    @contextmanager
    def inside(self) -> Iterator[None]:
        with tenant_transaction(self.tenant.id):
            yield

    def code(self, *, now: datetime | None = None) -> str:
        with self.inside():
            return pairing.new_code(
                connection_id=self.connection_id, actor="it@acme.example", now=now or timezone.now()
            )

    def pair(self, name: str = "first", *, code: str = "") -> Path:
        """Pair an agent by its own command; its folder."""
        home = self.folder / name
        arguments = [
            "--home", str(home), "pair", "--portal", self.url, "--code", code or self.code(),
            "--way", self.way, "--address", self.sage_dsn,
        ]  # fmt: skip
        assert program.main(arguments) == 0
        return home

    def worker(
        self,
        home: Path,
        *,
        step: Callable[[str], None] | None = None,
        open_company: ways.Open = ways.open_company,
        url: str = "",
    ) -> Worker:
        """The agent of this folder, without its lock."""
        found = kept(home)
        worker = Worker(
            folder=home,
            kept=found,
            portal=Portal(url or self.url, secret=found.secret),
            journal=Journal(home),
            open_company=open_company,
        )
        if step is not None:
            worker.step = step
        self.opened.append(worker)
        return worker

    def connector(self) -> AgentConnector:
        return AgentConnector(tenant_id=self.tenant.id, connection_id=self.connection_id)

    def minute_passes(self) -> None:
        """What was answered was answered a minute before."""
        with self.inside():
            answered = AgentJob.objects.filter(
                connection_id=self.connection_id, answered_at__isnull=False
            )
            answered.update(answered_at=F("answered_at") - timedelta(minutes=1))

    def forget_answers(self) -> None:
        """Minutes pass: no answer of a read is believed any more. In the transaction."""
        jobs.forget_reads(self.connection_id)

    def close(self) -> None:
        for worker in self.opened:
            worker.close()
            worker.journal.close()
            worker.portal.close()


def build(
    url: str, *, sage_dsn: str, folder: Path, way: str = "sql", is_dev: bool = False
) -> AgentScene:
    books = factories.company()
    environment = books.dev if is_dev else books.environment
    profile = sample_profile() if way == "sql" else foxpro_profile()
    with tenant_transaction(books.tenant.id):
        connection = companies.create_company(
            environment_id=environment.id,
            name="Northfield",
            edition=way,
            company_number="01",
            profile=profile.as_json(),
            actor="it@acme.example",
        )
    place = (books.tenant, environment, connection.id)
    return AgentScene(url, sage_dsn, folder, *place, way=way)


@dataclass
class Patient:
    """A connector that lets the agent work, and asks again, until the answer is there."""

    connector: AgentConnector
    work: Callable[[], object]
    turns: threading.RLock = field(default_factory=threading.RLock, repr=False)
    prepare: Callable[[], None] = lambda: None

    def company_profile(self) -> CompanyProfile:
        return self._asked(self.connector.company_profile)

    def fingerprint(self) -> str:
        return self._asked(self.connector.fingerprint)

    def receipts_by_reference(self, reference: str) -> list[Receipt]:
        return self._asked(lambda: self.connector.receipts_by_reference(reference))

    def self_test(self) -> SelfTest:
        return self._asked(self.connector.self_test)

    def layout(self) -> Layout:
        return self._asked(self.connector.layout)

    def snapshot(self) -> str:
        return self._asked(self.connector.snapshot)

    def gl_accounts(self) -> list[GLAccount]:
        return self._asked(self.connector.gl_accounts)

    def fiscal_periods(self) -> list[FiscalPeriod]:
        return self._asked(self.connector.fiscal_periods)

    def customer(self, number: str) -> Customer | None:
        return self._asked(lambda: self.connector.customer(number))

    def invoices_by_number(self, numbers: Sequence[str]) -> list[Invoice]:
        return self._asked(lambda: self.connector.invoices_by_number(numbers))

    def open_invoices(self, customer_number: str) -> list[Invoice]:
        return self._asked(lambda: self.connector.open_invoices(customer_number))

    def open_items(self, question: OpenItemsQuestion) -> OpenItemsAnswer:
        return self._asked(lambda: self.connector.open_items(question))

    def invoices_by_order(self, order_number: str) -> list[Invoice]:
        return self._asked(lambda: self.connector.invoices_by_order(order_number))

    def receipts_for_invoice(self, number: str) -> list[Receipt]:
        return self._asked(lambda: self.connector.receipts_for_invoice(number))

    def look_for_keyed(self, question: KeyedQuestion) -> KeyedAnswer:
        return self._asked(lambda: self.connector.look_for_keyed(question))

    def look_for_change(self, question: ChangeQuestion) -> ChangeSeen:
        return self._asked(lambda: self.connector.look_for_change(question))

    def post_if_absent(self, request: PostingRequest) -> PostingResult:
        with self._turn():
            for _ in range(_ASKED_AT_MOST):
                result = self.connector.post_if_absent(request)
                if result.outcome is not PostingOutcome.HANDED_OVER:
                    return result
                self.work()
        raise AssertionError("The agent never answered")

    def withdraw(self, effect_key: str) -> WithdrawOutcome:
        return self._asked(lambda: self.connector.withdraw(effect_key))

    def upsert_order(self, order: OrderRequest) -> ChangeResult:
        return self._changed(lambda: self.connector.upsert_order(order))

    def create_or_match_customer(self, customer: CustomerRequest) -> ChangeResult:
        return self._changed(lambda: self.connector.create_or_match_customer(customer))

    def orders_by_number(self, numbers: Sequence[str]) -> list[SalesOrder]:
        return self._asked(lambda: self.connector.orders_by_number(numbers))

    def open_orders(self, customer_number: str) -> list[SalesOrder]:
        return self._asked(lambda: self.connector.open_orders(customer_number))

    def items(self, numbers: Sequence[str]) -> list[Item]:
        return self._asked(lambda: self.connector.items(numbers))

    def stock(self, items: Sequence[str]) -> list[Stock]:
        return self._asked(lambda: self.connector.stock(items))

    def receipts_between(self, *, first: date, last: date) -> list[Receipt]:
        return self._asked(lambda: self.connector.receipts_between(first=first, last=last))

    def customers_after(self, *, number: str, limit: int) -> list[Customer]:
        return self._asked(lambda: self.connector.customers_after(number=number, limit=limit))

    def customers_changed_since(self, day: date) -> list[Customer]:
        return self._asked(lambda: self.connector.customers_changed_since(day))

    def flagged_rows(self, *, after: str, limit: int) -> list[FlaggedRow]:
        return self._asked(lambda: self.connector.flagged_rows(after=after, limit=limit))

    def allocate_stock(self, allocation: Allocation) -> ChangeResult:
        return self._changed(lambda: self.connector.allocate_stock(allocation))

    def answer_flagged(self, answer: FlagAnswer) -> ChangeResult:
        return self._changed(lambda: self.connector.answer_flagged(answer))

    def _changed(self, ask: Callable[[], ChangeResult]) -> ChangeResult:
        with self._turn():
            for _ in range(_ASKED_AT_MOST):
                result = ask()
                if result.outcome is not ChangeOutcome.HANDED_OVER:
                    return result
                self.work()
        raise AssertionError("The agent never answered")

    def note_status(self, *, invoice_number: str, status: str) -> bool:
        return self._asked(
            lambda: self.connector.note_status(invoice_number=invoice_number, status=status)
        )

    def close(self) -> None:
        self.connector.close()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """One asker at a time; a thread of its own leaves no connection of ours open."""
        with self.turns:
            self.prepare()
            try:
                yield
            finally:
                if threading.current_thread() is not threading.main_thread():
                    database_connections.close_all()

    def _asked(self, ask: Callable[[], T]) -> T:
        with self._turn():
            for _ in range(_ASKED_AT_MOST):
                try:
                    return ask()
                except TryLater as error:
                    if error.code != ASKED:
                        raise
                self.work()
        raise AssertionError("The agent never answered")

"""Companies to measure with: each connected to the simulator and to books of its own."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import requests

from integrations import tasks
from integrations.accounting import operations as accounting
from integrations.accounting.rules import AccountRole, GLRule
from integrations.connections import clients
from integrations.connections import operations as connections
from integrations.connections.models import Connection
from integrations.posting.models import Effect
from integrations.sagepro.sample.company import create_company
from integrations.sagepro.sample.profile import sample_profile
from integrations.sagepro.sample.rights import create_role
from portal.launch import databases, postgres, processes, programs
from portal.launch.postgres import LaunchError
from portal.launch.processes import Program
from tenants import operations as tenants
from tenants.models import DueWork, Environment, User
from tenants.scope import tenant_transaction
from tests.bench.stage import SAGE_LOGIN, Stage

ACTOR = "bench"
AMOUNT = Decimal("100.00")
CUSTOMER = "ACME01"
_FIRST_INVOICE = 600_000
_RULES = (
    GLRule("Card clearing", AccountRole.CARD_CLEARING, "1105-00"),
    GLRule("Receivables", AccountRole.RECEIVABLES, "1200-00"),
)


@dataclass
class Gateway:
    """The running simulator, through its controls."""

    url: str
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.session.trust_env = False

    def control(self, name: str, **fields: Any) -> Any:
        answer = self.session.post(f"{self.url}/_control/{name}", json=fields, timeout=10)
        if not answer.ok:
            raise LaunchError(f"The simulator refused {name}: {answer.text}")
        return answer.json()


@dataclass
class Company:
    """A tenant with one account at the gateway and one Sage company."""

    gateway: Gateway
    name: str
    tenant_id: UUID
    gateway_id: UUID
    company_id: UUID
    account: str
    database: str
    books_url: str = field(repr=False)
    notice_path: str = ""
    notice_secret: str = field(default="", repr=False)
    _next_invoice: int = _FIRST_INVOICE

    def pay(self) -> tuple[str, str]:
        """A sale at the gateway on the next open invoice; its id and the invoice's number."""
        self._next_invoice += 1
        number = str(self._next_invoice)
        made = self.gateway.control(
            "transactions",
            account=self.account,
            customer_id=CUSTOMER,
            invoice_id=number,
            amount=str(AMOUNT),
            last_four="5439",
        )
        return str(made["transaction_id"]), number

    def count(self, *states: str) -> int:
        """How many effects stand in these states."""
        with tenant_transaction(self.tenant_id):
            return Effect.objects.filter(state__in=states).count()

    def receipts(self, books_url: str = "") -> int:
        """How many of our invoices have a receipt in the books, or in a copy of them."""
        with psycopg.connect(books_url or self.books_url) as books:
            row = books.execute(
                "SELECT count(*) FROM arcash WHERE invno BETWEEN %s AND %s",
                [str(_FIRST_INVOICE).rjust(10), str(self._next_invoice).rjust(10)],
            ).fetchone()
        return int(row[0]) if row else 0


def make_company(stage: Stage, gateway: Gateway, *, name: str, invoices: int) -> Company:
    """A company as its owner would set it up, with `invoices` open ones of 100.00 each.

    Its connections are tested in this process; no worker may run yet.
    """
    database = f"sage_{name}"
    _make_books(stage, database, invoices=invoices)
    account = f"bench-{name}"
    gateway.control(
        "accounts",
        account=account,
        merchant_id=account,
        users=[{"username": account, "password": "only-for-a-bench"}],
        customers=[{"customer_id": CUSTOMER, "name": "Acme Tools Inc."}],
    )
    owner = User.objects.create_user(f"{name}@bench.example", "a-long-password")
    tenant = tenants.create_company(name=name.title(), owner=owner)
    with tenant_transaction(tenant.id):
        environment = Environment.objects.get(kind=Environment.Kind.PRODUCTION)
        books = connections.create_sagepro(
            environment_id=environment.id, name="Books", company_number="01",
            dsn=stage.url(database, role=SAGE_LOGIN), profile=sample_profile().as_json(),
            actor=ACTOR,
        )  # fmt: skip
        source = connections.create_paytrace(
            environment_id=environment.id, name="PayTrace", api_version="v1",
            gateway_environment="sandbox", base_url=gateway.url, username=account,
            password="only-for-a-bench", merchant_id=account, zone="America/Los_Angeles",
            currency="USD", posts_to_id=books.id, actor=ACTOR,
        )  # fmt: skip
        address = connections.new_notice_address(connection_id=source.id, actor=ACTOR)
        for one in (books, source):
            connections.request_test(connection_id=one.id, actor=ACTOR)
    company = Company(
        gateway, name, tenant.id, source.id, books.id, account, database,
        stage.url(database), address.path, address.secret,
    )  # fmt: skip
    work(until=lambda: _is_connected(company))
    with tenant_transaction(tenant.id):
        accounting.publish_rules(environment_id=environment.id, rules=_RULES, actor=ACTOR)
    return company


def work(*, until: Callable[[], bool], seconds: float = 60) -> None:
    """Answer every doorbell in this process until that holds. Raises LaunchError if it does not."""
    deadline = time.monotonic() + seconds
    while not until():
        due = DueWork.objects.extra(where=["due_at <= clock_timestamp()"])
        for row in list(due):
            tasks.drain(kind=row.kind, tenant_id=str(row.tenant_id), subject_id=str(row.subject_id))
        if time.monotonic() > deadline:
            raise LaunchError("The drains do not come to rest.")


def hush(stage: Stage) -> None:
    """Forget every doorbell rung so far, so that workers start with nothing to do."""
    clients.close_all()
    stage.execute("TRUNCATE django_q_ormq")
    stage.execute("TRUNCATE tenants_duenotice")
    stage.execute("DELETE FROM tenants_duework WHERE every_seconds = 0")
    stage.execute("UPDATE tenants_duework SET due_at = now() + interval '1 day'")


def start_gateway(stage: Stage) -> Gateway:
    """The PayTrace simulator in a process of its own. Raises LaunchError."""
    announced = stage.folder / "simulator.json"
    command = [
        sys.executable, "-m", "integrations.paytrace.simulator",
        "--state", str(stage.folder / "simulator.sqlite"), "--announce", str(announced),
    ]  # fmt: skip
    stage.start(Program("simulator", command, programs.environment(stage.settings)))
    if not processes.wait_until(announced.exists, seconds=30):
        raise LaunchError("The PayTrace simulator did not start.")
    return Gateway(json.loads(announced.read_text())["url"])


def _is_connected(company: Company) -> bool:
    with tenant_transaction(company.tenant_id):
        states = set(Connection.objects.values_list("state", flat=True))
    return states == {Connection.State.CONNECTED}


def _make_books(stage: Stage, database: str, *, invoices: int) -> None:
    databases.ensure_database(stage.server.url(), name=database, owner=postgres.SUPERUSER)
    create_company(stage.url(database), today=datetime.now(UTC).date())
    with psycopg.connect(stage.url(database), autocommit=True) as books:
        for statement in _MORE_INVOICES:
            books.execute(statement, {"first": _FIRST_INVOICE, "count": invoices})
    create_role(
        stage.url(database),
        role=SAGE_LOGIN,
        password=stage.passwords[SAGE_LOGIN],
        profile=sample_profile(),
    )


# Open invoices like 10432, numbered from 600001 on.
_MORE_INVOICES = (
    "CREATE TEMP TABLE one AS SELECT * FROM armast WHERE ltrim(invno) = '10432'",
    "ALTER TABLE one DROP COLUMN id_col",
    "CREATE TEMP TABLE many AS SELECT one.*, n FROM one, generate_series(1, %(count)s) n",
    """UPDATE many SET invno = lpad((%(first)s + n)::text, 10),
       invamt = 100, paidamt = 0, balance = 100, bbal = 100""",
    "ALTER TABLE many DROP COLUMN n",
    """DO $$ BEGIN EXECUTE (
         SELECT format('INSERT INTO armast (%%1$s) SELECT %%1$s FROM many',
                       string_agg(quote_ident(attname), ', '))
         FROM pg_attribute WHERE attrelid = 'many'::regclass AND attnum > 0 AND NOT attisdropped);
       END $$""",
    "UPDATE arcust SET balance = balance + 100 * %(count)s WHERE trim(custno) = 'ACME01'",
    "ANALYZE",
)

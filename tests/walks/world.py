"""A whole small world for walks: a company, the running simulator, a sample company.

Drains run in this process, one after another, exactly as a worker would run them; everything
they touch is real: PostgreSQL as the application role, the simulator over HTTP, the books.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import connection as database
from django.db import connections as connections_of_django
from django.test import Client
from sqlalchemy import make_url

from integrations import pipeline, tasks
from integrations.accounting import operations as accounting
from integrations.accounting.rules import AccountRole, GLRule
from integrations.canonical.disputes import Dispute
from integrations.canonical.ledger_documents import Invoice
from integrations.canonical.posting import PostingKind
from integrations.connections import operations as connections
from integrations.connections import site_tests
from integrations.connections.models import Connection
from integrations.connections.secrets import keep_secrets
from integrations.events import backfills
from integrations.events.dispute_file import read_one
from integrations.events.models import Backfill, InboundNotice
from integrations.events.signatures import sign
from integrations.exceptions.models import ExceptionCase
from integrations.mapping import operations as mapping_operations
from integrations.mapping import queries as mapping
from integrations.mapping.rows import MappingRow
from integrations.pipeline.chargebacks import Told
from integrations.posting.models import Effect, LedgerLine, PostingAttempt
from integrations.sagepro.sample.books import Books, Changes, Row, books, changes
from integrations.sagepro.sample.demo import open_invoices_for_demo
from integrations.sagepro.sample.profile import sample_profile
from tenants import operations as tenants
from tenants.errors import NotPossible
from tenants.ids import new_id
from tenants.models import DueWork, Environment, Tenant, User
from tenants.scope import tenant_transaction
from tests.factories import PROVED
from tests.paytrace.simulator_process import Simulator
from tests.sagepro.cutting_proxy import CuttingProxy

ACTOR = "alice@example.com"
# Every walk happens at noon Pacific of one Friday, so that dates in literals stay true.
NOON = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
RULES = (
    GLRule("Card clearing", AccountRole.CARD_CLEARING, "1105-00"),
    GLRule("ACH clearing", AccountRole.ACH_CLEARING, "1110-00"),
    GLRule("Receivables", AccountRole.RECEIVABLES, "1200-00"),
    GLRule("Customer deposits", AccountRole.CUSTOMER_DEPOSITS, "2300-00"),
    GLRule("Merchant fees", AccountRole.MERCHANT_FEES, "6100-00"),
    GLRule("Bank", AccountRole.BANK, "1010-00"),
)


@dataclass
class World:
    """What a walk does and looks at."""

    tenant: Tenant
    environment_id: UUID
    gateway_id: UUID
    company_id: UUID
    simulator: Simulator
    sage_dsn: str = field(repr=False)
    account: str
    notice_path: str = ""
    notice_secret: str = field(default="", repr=False)
    before: Books = field(default_factory=dict, repr=False)

    def open_invoice(self, *, position: int = 0) -> Invoice:
        """An invoice of the sample company that can be paid."""
        return open_invoices_for_demo(self.sage_dsn)[position]

    # What happens at PayTrace

    def pay(self, **fields: Any) -> str:
        """A transaction at the gateway, told by nobody; its id."""
        made = self.simulator.control(
            "transactions", account=self.account, **{"last_four": "5439", **fields}
        )
        return str(made["transaction_id"])

    def chargeback(self, payment: str, state: str, *, on: str, fee: str = "") -> Told:
        """Somebody enters case 77 about this payment of 740.00, as the acquirer's letter says."""
        row = {
            "case number": "77", "payment": payment, "state": state, "date": on,
            "amount": "740.00", "fee": fee, "reason": "10.4 Fraud",
        }  # fmt: skip
        dispute = read_one(row, currency="USD", today=date(2027, 12, 31))
        assert isinstance(dispute, Dispute)
        told = self.within(
            lambda: pipeline.record_chargebacks(
                [dispute], connection_id=self.gateway_id, actor=ACTOR
            )
        )
        assert isinstance(told, Told)
        return told

    def notify(self, transaction_id: str, *, event_id: str = "") -> int:
        """Deliver our relay's signed notice about it over HTTP to the portal; the status."""
        body = json.dumps(
            {
                "type": "payment.approved",
                "account": self.account,
                "transaction_id": transaction_id,
                "occurred_at": NOON.isoformat(),
                "data": {},
            }
        ).encode()
        return self.deliver_notice(body, event_id=event_id or f"evt_{transaction_id}")

    def deliver_notice(self, body: bytes, *, event_id: str) -> int:
        headers = sign(
            body=body, secret=self.notice_secret, event_id=event_id, sent_at=datetime.now(UTC)
        )
        response = Client().post(
            self.notice_path, data=body, content_type="application/json", headers=headers
        )
        return response.status_code

    # What Tieout does

    def work(self) -> None:
        """Answer every doorbell until none is due."""
        for _ in range(50):
            due = [
                (row.kind, row.tenant_id, row.subject_id)
                for row in DueWork.objects.extra(where=["due_at <= clock_timestamp()"])
            ]
            if not due:
                return
            for kind, tenant_id, subject_id in due:
                ids = {"tenant_id": str(tenant_id), "subject_id": str(subject_id)}
                while tasks.drain(kind=kind, **ids):  # a slow one gives way, and rings again
                    pass
        raise AssertionError("The drains never came to rest")

    def poll(self) -> None:
        """Look through the export now, and work."""
        self._make_due("poll", self.gateway_id)
        self.work()

    def look_for_flagged_rows(self) -> None:
        """The next look at Sage's flagged rows comes round."""
        self._make_due("flagged", self.company_id)
        self.work()

    def poll_now(self) -> None:
        """A person wants everything looked through, the nightly sources too."""
        self.within(lambda: pipeline.poll_now(connection_id=self.gateway_id, actor=ACTOR))

    def backfill(self, *, first: date, last: date, run: bool = True) -> Backfill:
        """A person wants past days read."""
        with tenant_transaction(self.tenant.id):
            made = backfills.start(
                connection=Connection.objects.get(id=self.gateway_id),
                name="Before go-live",
                first_day=first,
                last_day=last,
                today=NOON.date(),
                actor=ACTOR,
            )
        if run:
            self.work()
        return made

    def wait_over(self) -> None:
        """Let every back-off end, without sleeping."""
        with tenant_transaction(self.tenant.id):
            Connection.objects.update(try_again_at=None)
        DueWork.objects.exclude(due_at=None).update(due_at=NOON)
        self.work()

    def within(self, act: Callable[[], Any]) -> Any:
        """Do something inside the company's transaction, then work."""
        with tenant_transaction(self.tenant.id):
            result = act()
        self.work()
        return result

    # What there is to see

    def effects(self) -> list[dict[str, str]]:
        """Every effect, oldest first, as plain text."""
        with tenant_transaction(self.tenant.id):
            rows = sorted(Effect.objects.all(), key=_in_story_order)
            return [
                {
                    "kind": row.kind,
                    "state": row.state,
                    "reason": row.reason_code,
                    "amount": f"{row.amount:.2f}",
                    "found_by": row.found_by,
                    "attempts": str(row.attempts),
                }
                for row in rows
            ]

    def effect(self, transaction_id: str, kind: str = "sale") -> Effect:
        with tenant_transaction(self.tenant.id):
            return Effect.objects.get(transaction_id=transaction_id, kind=kind)

    def ledger(self) -> list[tuple[str, str, str]]:
        """Account, debit, credit of every ledger line in the order posted."""
        with tenant_transaction(self.tenant.id):
            rows = LedgerLine.objects.order_by("entry__recorded_at", "position")
            return [(r.account, f"{r.debit:.2f}", f"{r.credit:.2f}") for r in rows]

    def changed(self) -> Changes:
        """What differs in the Sage books since the world began."""
        return changes(self.before, books(self.sage_dsn))

    def changed_but_ids(self, transaction_id: str) -> Changes:
        """The same, with what differs from run to run replaced by a word."""
        effect = self.effect(transaction_id)
        words = {
            effect.marker: "MARKER",
            effect.approval_code: "APPROVAL",
            effect.effect_key: "EFFECT",
            effect.payload_hash: "HASH",
            transaction_id: "TRANSACTION",
        }
        found = self.changed()
        return Changes(_renamed(found.added, words), _renamed(found.removed, words), found.changed)

    def in_sage(self) -> dict[str, list[tuple[str, ...]]]:
        """What came into Sage, and the documents and customers that differ from the beginning."""
        found = self.changed()
        return {
            "receipts": [_shown(r, "invno", "dtepaid", "paidamt") for r in _added(found, "arcash")],
            "distribution": [
                _shown(r, "trandte", "glacnt", "amount") for r in _added(found, "ardist")
            ],
            "invoices": [
                (
                    key,
                    *(
                        f"{c} {a or '-'} → {b or '-'}"
                        for c, (a, b) in sorted(row.items())
                        if c != "bbal"
                    ),
                )
                for key, row in found.changed.get("armast", {}).items()
            ],
            "customers": [
                (key, *(f"{c} {a} → {b}" for c, (a, b) in row.items() if c == "balance"))
                for key, row in found.changed.get("arcust", {}).items()
            ],
        }

    def changed_tables(self) -> list[str]:
        found = self.changed()
        return sorted({*found.added, *found.removed, *found.changed})

    def notices(self) -> dict[str, int]:
        """How many notices stand in each state."""
        with tenant_transaction(self.tenant.id):
            return dict(Counter(InboundNotice.objects.values_list("state", flat=True)))

    def open_cases(self) -> list[str]:
        with tenant_transaction(self.tenant.id):
            found = ExceptionCase.objects.filter(state=ExceptionCase.State.OPEN)
            return list(found.order_by("opened_at").values_list("code", flat=True))

    def case(self) -> ExceptionCase:
        """The only open case; inside the tenant transaction."""
        return ExceptionCase.objects.get(state=ExceptionCase.State.OPEN)

    def attempts(self, transaction_id: str) -> list[str]:
        """The outcomes of every time Sage was asked about this payment."""
        effect = self.effect(transaction_id)
        with tenant_transaction(self.tenant.id):
            found = PostingAttempt.objects.filter(effect_id=effect.id).order_by("number")
            return list(found.values_list("outcome", flat=True))

    def company_state(self) -> str:
        with tenant_transaction(self.tenant.id):
            return Connection.objects.get(id=self.company_id).state

    # What a person does

    def choose_invoice(self, transaction_id: str, number: str) -> None:
        effect = self.effect(transaction_id)
        self.within(
            lambda: pipeline.choose_invoice(
                effect_id=effect.id, invoice_number=number, actor=ACTOR, reason="by hand"
            )
        )

    def put_on_account(self, transaction_id: str, customer: str) -> None:
        effect = self.effect(transaction_id)
        self.within(
            lambda: pipeline.put_on_account(
                effect_id=effect.id, customer_number=customer, actor=ACTOR, reason="deposit"
            )
        )

    def dismiss(self, transaction_id: str, *, reason: str) -> None:
        effect = self.effect(transaction_id)
        self.within(lambda: pipeline.dismiss(effect_id=effect.id, actor=ACTOR, reason=reason))

    def dismiss_kind(self, transaction_id: str, kind: str, *, reason: str) -> None:
        """The same of what is no payment."""
        effect = self.effect(transaction_id, kind)
        self.within(lambda: pipeline.dismiss(effect_id=effect.id, actor=ACTOR, reason=reason))

    def decide_fails(self, transaction_id: str) -> str:
        """The sentence a person gets who dismisses it now."""
        effect = self.effect(transaction_id)
        with pytest.raises(NotPossible) as refused, tenant_transaction(self.tenant.id):
            pipeline.dismiss(effect_id=effect.id, actor=ACTOR, reason="enough")
        return refused.value.sentence

    def may_read_customers(self, *, allowed: bool) -> None:
        """A test of the account has found whether stored customers can be read."""
        with tenant_transaction(self.tenant.id):
            account = Connection.objects.get(id=self.gateway_id)
            told = {"available": allowed, "sentence": ""}
            account.capabilities = {**account.capabilities, "customers": told}
            account.save(update_fields=["capabilities"])

    def let_post(self, *kinds: PostingKind) -> None:
        """The company's posting profile has these kinds, and no others."""
        with tenant_transaction(self.tenant.id):
            company = Connection.objects.get(id=self.company_id)
            profile = {**company.settings["profile"], "kinds": sorted(kinds)}
            company.settings = {**company.settings, "profile": profile}
            company.save(update_fields=["settings"])
            site_tests.keep(company, PROVED, actor=ACTOR)

    def publish_rules(self, rules: tuple[GLRule, ...]) -> None:
        self.within(
            lambda: accounting.publish_rules(
                environment_id=self.environment_id, rules=rules, actor=ACTOR
            )
        )

    def retry(self, transaction_id: str, kind: str = "sale") -> None:
        effect = self.effect(transaction_id, kind)
        self.within(lambda: pipeline.retry(effect_id=effect.id, actor=ACTOR))

    def map_comment_to_the_description(self) -> None:
        with tenant_transaction(self.tenant.id):
            rows = mapping.in_force(self.environment_id).rows
        kept = tuple(row for row in rows if row.target != "comment")
        changed = (*kept, MappingRow("comment", "description", "", ()))
        self.within(
            lambda: mapping_operations.publish(
                environment_id=self.environment_id, rows=changed, actor=ACTOR
            )
        )

    # What happens to Sage

    @contextmanager
    def sage_away(self) -> Iterator[None]:
        """The company's server is not there: its address answers nobody."""
        with self._instead(self.sage_dsn.replace("%2Fsocket", "%2Fnowhere")):
            yield

    @contextmanager
    def sage_refuses(self) -> Iterator[None]:
        """The company's server does not know our login any more."""
        url = make_url(self.sage_dsn).set(username="nobody_here")
        with self._instead(url.render_as_string(hide_password=False)):
            yield

    def test_company(self) -> None:
        """A person tests the connection to Sage."""
        self.within(lambda: connections.request_test(connection_id=self.company_id, actor=ACTOR))

    @contextmanager
    def sage_cut_at_commit(self, *, reaches_server: bool) -> Iterator[None]:
        """The connection to Sage breaks at every COMMIT, before or after the server hears it."""
        folder = Path(tempfile.mkdtemp(prefix="cut", dir="/tmp"))
        with (
            CuttingProxy(self.sage_dsn, folder=folder, reaches_server=reaches_server) as proxy,
            self._instead(proxy.dsn),
        ):
            yield

    @contextmanager
    def _instead(self, dsn: str) -> Iterator[None]:
        self._point_at(dsn)
        try:
            yield
        finally:
            self._point_at(self.sage_dsn)

    def _point_at(self, dsn: str) -> None:
        """Another way to the same server, which has proved itself already."""
        with tenant_transaction(self.tenant.id):
            keep_secrets(connection_id=self.company_id, values={"dsn": dsn})
            company = Connection.objects.get(id=self.company_id)
            site_tests.keep(company, PROVED, actor=ACTOR)

    def key_receipt_by_hand(self, *, invoice: str, amount: str) -> None:
        """A clerk enters a cash receipt in Sage; ours is not involved."""
        with psycopg.connect(self.sage_dsn, autocommit=True) as books_of_sage:
            books_of_sage.execute("CREATE TEMP TABLE keyed AS SELECT * FROM arcash LIMIT 1")
            books_of_sage.execute("ALTER TABLE keyed DROP COLUMN id_col")
            books_of_sage.execute(
                """
                UPDATE keyed SET (invno, custno, paidamt, dtepaid, refno) = (
                    SELECT invno, custno, %s::numeric, '2026-11-19'::timestamp, 'CHK 1190'
                    FROM armast WHERE ltrim(invno) = %s)
                """,
                [amount, invoice],
            )
            columns = [
                row[0]
                for row in books_of_sage.execute(
                    "SELECT column_name FROM information_schema.columns WHERE table_name = 'keyed'"
                )
            ]
            names = ", ".join(columns)
            books_of_sage.execute(f"INSERT INTO arcash ({names}) SELECT {names} FROM keyed")
            books_of_sage.execute(
                "UPDATE armast SET paidamt = paidamt + %s::numeric, "
                "balance = balance - %s::numeric WHERE ltrim(invno) = %s",
                [amount, amount, invoice],
            )
        self.before = books(self.sage_dsn)

    def close_period(self, day: str) -> None:
        """Somebody closes the fiscal period of this day in Sage."""
        profile = sample_profile()
        table = profile.physical_table("periods")
        start, end = (profile.column("periods", name).name for name in ("starts_on", "ends_on"))
        closed = profile.column("periods", "closed").name
        with psycopg.connect(self.sage_dsn, autocommit=True) as books_of_sage:
            books_of_sage.execute(
                f"UPDATE {table} SET {closed} = 'true' WHERE %s::date BETWEEN {start} AND {end}",
                [day],
            )

    def notify_in_thread(self, transaction_id: str) -> int:
        """`notify` from a thread, which closes its own database connection."""
        try:
            return self.notify(transaction_id)
        finally:
            connections_of_django.close_all()

    def _make_due(self, kind: str, subject_id: UUID) -> None:
        with database.cursor() as cursor:
            cursor.execute(
                "UPDATE tenants_duework SET due_at = clock_timestamp() "
                "WHERE kind = %s AND subject_id = %s",
                [kind, subject_id],
            )


def _added(found: Changes, table: str) -> list[Row]:
    """In the order they were written, which the session number tells."""
    return sorted(found.added.get(table, []), key=lambda row: (row["arsess"], -_sign(row)))


def _sign(row: Row) -> int:
    return -1 if row.get("amount", "").startswith("-") else 1


def _shown(row: Row, *columns: str) -> tuple[str, ...]:
    return tuple(row.get(column, "").strip() for column in columns)


def _in_story_order(effect: Effect) -> tuple[datetime, str, bool, str]:
    """By time, and at one moment the payment before what takes it back."""
    return effect.occurred_at, effect.transaction_id, effect.kind != "sale", effect.kind


def _renamed(tables: dict[str, list[Row]], words: dict[str, str]) -> dict[str, list[Row]]:
    def rename(text: str) -> str:
        for found, word in words.items():
            text = text.replace(found, word) if found else text
        return text

    return {
        table: [{column: rename(text) for column, text in row.items()} for row in rows]
        for table, rows in tables.items()
    }


def build(
    simulator: Simulator,
    *,
    sage_dsn: str,
    slug: str = "acme-books",
    now: datetime | None = NOON,
    api_version: str = "v1",
) -> World:
    """A company with one connected Production environment, as its owner would set it up.

    The simulator's clock stands at `now`, or runs with ours when that is None.
    """
    account = f"MID-{new_id().hex[-8:]}"
    simulator.control(
        "accounts",
        account=account,
        merchant_id=account,
        users=[{"username": f"api-{account}", "password": "right-password"}],
    )
    clock = {"running": True} if now is None else {"now": now.isoformat()}
    simulator.control("clock", **clock)
    owner = User.objects.create_user(f"{slug}@example.com", "a-long-password")
    tenant = tenants.create_company(name=slug.title(), owner=owner)
    with tenant_transaction(tenant.id):
        environment = Environment.objects.get(kind=Environment.Kind.PRODUCTION)
        company = connections.create_sagepro(
            environment_id=environment.id, name="Sage company 01", company_number="01",
            dsn=sage_dsn, profile=sample_profile().as_json(), actor=ACTOR,
        )  # fmt: skip
        gateway = connections.create_paytrace(
            environment_id=environment.id, name="PayTrace", api_version=api_version,
            gateway_environment="sandbox", base_url=simulator.url,
            username=f"api-{account}", password="right-password", merchant_id=account,
            zone="America/Los_Angeles", currency="USD", posts_to_id=company.id, actor=ACTOR,
        )  # fmt: skip
        address = connections.new_notice_address(connection_id=gateway.id, actor=ACTOR)
        for one in (company, gateway):
            connections.request_test(connection_id=one.id, actor=ACTOR)
    world = World(
        tenant, environment.id, gateway.id, company.id, simulator, sage_dsn, account,
        address.path, address.secret,
    )  # fmt: skip
    world.work()
    # PayTrace's stored customers are there from here on, and no nightly look brings them in.
    simulator.control(
        "accounts",
        account=account,
        merchant_id=account,
        customers=[{"customer_id": "ACME01", "name": "Acme Tools Inc."}],
    )
    world.may_read_customers(allowed=False)
    with tenant_transaction(tenant.id):
        accounting.publish_rules(environment_id=environment.id, rules=RULES, actor=ACTOR)
    world.before = books(sage_dsn)
    return world

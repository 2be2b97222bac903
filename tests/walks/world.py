"""A whole small world for walks: a company, the running simulator, a sample company.

Drains run in this process, one after another, exactly as a worker would run them; everything
they touch is real: PostgreSQL as the application role, the simulator over HTTP, the books.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection as database
from django.test import Client

from integrations import tasks
from integrations.accounting import operations as accounting
from integrations.accounting.rules import AccountRole, GLRule
from integrations.canonical.ledger_documents import Invoice
from integrations.connections import operations as connections
from integrations.connections.models import Connection
from integrations.events.signatures import sign
from integrations.posting.models import Effect, LedgerLine
from integrations.sagepro.sample.books import Books, Changes, books, changes
from integrations.sagepro.sample.demo import open_invoices_for_demo
from integrations.sagepro.sample.profile import sample_profile
from tenants import operations as tenants
from tenants.ids import new_id
from tenants.models import DueWork, Environment, Tenant, User
from tenants.scope import tenant_transaction
from tests.paytrace.simulator_process import Simulator

ACTOR = "alice@example.com"
# Every walk happens at noon Pacific of one Friday, so that dates in literals stay true.
NOON = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
RULES = (
    GLRule("Card clearing", AccountRole.CARD_CLEARING, "1105-00"),
    GLRule("ACH clearing", AccountRole.ACH_CLEARING, "1110-00"),
    GLRule("Receivables", AccountRole.RECEIVABLES, "1200-00"),
    GLRule("Customer deposits", AccountRole.CUSTOMER_DEPOSITS, "2300-00"),
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
                tasks.drain(kind=kind, tenant_id=str(tenant_id), subject_id=str(subject_id))
        raise AssertionError("The drains never came to rest")

    def poll(self) -> None:
        """Look through the export now, and work."""
        self._make_due("poll", self.gateway_id)
        self.work()

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
            rows = Effect.objects.order_by("occurred_at", "created_at", "kind")
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

    def _make_due(self, kind: str, subject_id: UUID) -> None:
        with database.cursor() as cursor:
            cursor.execute(
                "UPDATE tenants_duework SET due_at = clock_timestamp() "
                "WHERE kind = %s AND subject_id = %s",
                [kind, subject_id],
            )


def build(simulator: Simulator, *, sage_dsn: str, slug: str = "acme-books") -> World:
    """A company with one connected Production environment, as its owner would set it up."""
    account = f"MID-{new_id().hex[-8:]}"
    simulator.control(
        "accounts",
        account=account,
        merchant_id=account,
        users=[{"username": f"api-{account}", "password": "right-password"}],
        customers=[{"customer_id": "ACME01", "name": "Acme Tools Inc."}],
    )
    simulator.control("clock", now=NOON.isoformat())
    owner = User.objects.create_user(f"{slug}@example.com", "a-long-password")
    tenant = tenants.create_company(name=slug.title(), owner=owner)
    with tenant_transaction(tenant.id):
        environment = Environment.objects.get(kind=Environment.Kind.PRODUCTION)
        company = connections.create_sagepro(
            environment_id=environment.id, name="Sage company 01", company_number="01",
            dsn=sage_dsn, profile=sample_profile().as_json(), actor=ACTOR,
        )  # fmt: skip
        gateway = connections.create_paytrace(
            environment_id=environment.id, name="PayTrace", api_version="v1",
            gateway_environment="production", base_url=simulator.url,
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
    with tenant_transaction(tenant.id):
        accounting.publish_rules(environment_id=environment.id, rules=RULES, actor=ACTOR)
    world.before = books(sage_dsn)
    return world

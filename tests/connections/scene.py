"""A company with connections, the running gateway simulator, and a sample company."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from integrations.accounting.operations import refresh_accounts
from integrations.connections import operations, queries
from integrations.connections.models import Connection, ConnectionTest
from integrations.connections.testing import run_test
from integrations.sagepro.sample.profile import sample_profile
from tenants.models import DueWork, Environment, Tenant, User
from tenants.operations import create_company
from tenants.queries import audit_trail
from tenants.scope import tenant_transaction
from tests.paytrace.simulator_process import Simulator

USER = "api_user_77"
PASSWORD = "Kf83n-correct-horse"
ACTOR = "alice@supply.example"


@dataclass(frozen=True)
class Scene:
    """One company's Dev environment."""

    tenant: Tenant
    environment_id: UUID

    def paytrace(self, base_url: str, **changes: Any) -> Connection:
        """A PayTrace connection that nobody has tested; by another name it is another merchant."""
        merchant_id = f"MID-{changes['name']}" if "name" in changes else "777001"
        values: dict[str, Any] = {
            "environment_id": self.environment_id,
            "name": "Acme gateway",
            "api_version": "v1",
            "gateway_environment": "sandbox",
            "base_url": base_url,
            "username": USER,
            "password": PASSWORD,
            "merchant_id": merchant_id,
            "zone": "America/Los_Angeles",
            "currency": "USD",
            "posts_to_id": None,
            "actor": ACTOR,
        }
        with tenant_transaction(self.tenant.id):
            return operations.create_paytrace(**values | changes)

    def sagepro(self, dsn: str, **changes: Any) -> Connection:
        """A Sage Pro connection that nobody has tested."""
        values: dict[str, Any] = {
            "environment_id": self.environment_id,
            "name": "Acme books",
            "company_number": "01",
            "dsn": dsn,
            "profile": sample_profile().as_json(),
            "actor": ACTOR,
        }
        with tenant_transaction(self.tenant.id):
            return operations.create_sagepro(**values | changes)

    def test(self, connection: Connection, *, confirmed: bool = False) -> ConnectionTest:
        """Ask for a test and run it as a worker would; the ended test."""
        with tenant_transaction(self.tenant.id):
            asked = operations.request_test(
                connection_id=connection.id, actor=ACTOR, confirmed=confirmed
            )
        run_test(tenant_id=self.tenant.id, test_id=asked.id, keep_accounts=refresh_accounts)
        with tenant_transaction(self.tenant.id):
            ended = queries.latest_test(connection.id)
        assert ended is not None
        return ended

    def row(self, connection: Connection) -> Connection:
        """The connection as it stands now."""
        with tenant_transaction(self.tenant.id):
            return Connection.objects.get(pk=connection.pk)

    def audit(self) -> list[tuple[str, dict[str, object]]]:
        """The audit trail, oldest first, as facts and details."""
        with tenant_transaction(self.tenant.id):
            return [(event.action, event.details) for event in reversed(audit_trail())]

    def due(self) -> list[tuple[str, UUID]]:
        """Which drains are due."""
        rows = DueWork.objects.filter(tenant=self.tenant, due_at__isnull=False)
        return sorted(rows.values_list("kind", "subject_id"))


def make_scene(name: str, email: str) -> Scene:
    """A new company of its own with one owner."""
    owner = User.objects.create_user(email)
    tenant = create_company(name=name, owner=owner)
    with tenant_transaction(tenant.id):
        return Scene(tenant, Environment.objects.get(kind=Environment.Kind.DEV).id)


def put_user(
    simulator: Simulator,
    *,
    username: str = USER,
    password: str = PASSWORD,
    permissions: Sequence[str] = (),
) -> None:
    """The gateway's account, with this one API user."""
    simulator.control(
        "accounts",
        account="acme",
        merchant_id="777001",
        users=[{"username": username, "password": password, "permissions": list(permissions)}],
        customers=[{"customer_id": "HAVEN", "name": "Haven Supply"}],
    )


def logins(simulator: Simulator, username: str = USER) -> tuple[int, int]:
    """How many sign-ins of this user the gateway has accepted and refused."""
    found = simulator.look("calls")["logins"].get(username, {"accepted": 0, "refused": 0})
    return found["accepted"], found["refused"]


def told(test: ConnectionTest) -> list[tuple[str, bool | None, str]]:
    """A test's findings as plain tuples."""
    return [(f["label"], f["ok"], f["sentence"]) for f in test.findings]

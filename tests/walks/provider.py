"""A disputes provider in a walk: the simulator's disputes API, connected to the world's account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection as database

from integrations import pipeline
from integrations.connections import disputes, operations
from integrations.connections.models import Connection, ConnectionTest
from integrations.connections.secrets import keep_secrets
from integrations.events.models import SyncRun
from tenants.scope import tenant_transaction
from tests.walks.world import ACTOR, World

KEY = "key-of-the-acquirer"


@dataclass
class Provider:
    """What the acquirer tells, and what is done about it here."""

    world: World
    id: UUID

    def tell(self, number: str = "77", **fields: Any) -> None:
        """The acquirer's list has this case now."""
        plain = {
            "amount": "740.00", "opened_on": "2026-12-03", "fee": "15.00",
            "reason": "10.4 Fraud", "respond_by": "2026-12-08",
        }  # fmt: skip
        self.world.simulator.control(
            "disputes", account=self.world.account, case_number=number, **{**plain, **fields}
        )

    def look(self) -> None:
        """The time for a look has come; then everything else is done too."""
        with database.cursor() as cursor:
            cursor.execute(
                "UPDATE tenants_duework SET due_at = clock_timestamp() "
                "WHERE kind = 'poll' AND subject_id = %s",
                [self.id],
            )
        self.world.work()

    def test(self) -> list[str]:
        """A person tests the connection; what was found."""
        self.world.within(lambda: operations.request_test(connection_id=self.id, actor=ACTOR))
        with tenant_transaction(self.world.tenant.id):
            test = ConnectionTest.objects.filter(connection_id=self.id).latest("requested_at")
            return [finding["sentence"] for finding in test.findings]

    def has_key(self, key: str) -> None:
        with tenant_transaction(self.world.tenant.id):
            keep_secrets(connection_id=self.id, values={"api_key": key})

    def state(self) -> str:
        with tenant_transaction(self.world.tenant.id):
            return Connection.objects.get(id=self.id).state

    def looks(self) -> list[tuple[str, int, int]]:
        """State, cases seen and states new of every look, oldest first."""
        with tenant_transaction(self.world.tenant.id):
            runs = SyncRun.objects.filter(connection_id=self.id).order_by("started_at", "id")
            return [(run.state, run.seen, run.new) for run in runs]

    def calls(self) -> int:
        """How often the acquirer was asked."""
        calls = self.world.simulator.look("calls")["calls"]
        return int(calls.get("/disputes/cases", 0))

    def fault(self, kind: str, **fields: Any) -> None:
        self.world.simulator.control("faults", kind=kind, path_prefix="/disputes", **fields)

    def choose_payment(self, number: str, payment: str) -> None:
        effect = self.world.effect(f"CB-{number}", "chargeback")
        self.world.within(
            lambda: pipeline.choose_payment(
                effect_id=effect.id, payment_id=payment, actor=ACTOR, reason="from the letter"
            )
        )


def connect(world: World) -> Provider:
    """As a person connects it in the browser, tested and read for the first time."""
    world.simulator.control("dispute_key", account=world.account, key=KEY)
    with tenant_transaction(world.tenant.id):
        made = disputes.create(
            environment_id=world.environment_id, name="Acquirer", provider="cases_api",
            account_id=world.gateway_id, actor=ACTOR,
            given={"base_url": f"{world.simulator.url}/disputes", "api_key": KEY},
        )  # fmt: skip
    provider = Provider(world, made.id)
    host = world.simulator.url.removeprefix("http://")
    accepted = f"The provider at {host} accepted the key and tells cases of merchant account "
    assert provider.test() == [f"{accepted}{world.account}."]
    return provider

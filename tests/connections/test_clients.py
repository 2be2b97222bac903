"""Clients kept per process: shared while nothing changes, replaced when something does."""

from __future__ import annotations

import os

import pytest
from django.db import connection as database
from pytest_django import Settings

from integrations.canonical.errors import FixConfiguration
from integrations.connections import operations
from integrations.connections.clients import paytrace_client, sage_connector
from integrations.connections.live import LiveClients
from integrations.connections.models import Connection
from integrations.sagepro.connector import Connector
from integrations.sagepro.sample.profile import sample_profile
from tenants.ids import new_id
from tenants.scope import tenant_transaction
from tests.connections.scene import ACTOR, Scene
from tests.paytrace.simulator_process import Simulator
from tests.sagepro.companies import SampleCompany


def _sage(scene: Scene, connection: Connection) -> Connector:
    return sage_connector(tenant_id=scene.tenant.id, connection_id=connection.id)


def test_one_connector_per_process_until_something_changes(
    supply: Scene, company: SampleCompany
) -> None:
    connection = supply.sagepro(company.dsn)
    first = _sage(supply, connection)
    first.gl_accounts()
    assert _sage(supply, connection) is first
    with tenant_transaction(supply.tenant.id):
        operations.update_settings(connection_id=connection.id, name="Books", actor=ACTOR)
    assert _sage(supply, connection) is first, "a name is no reason to connect anew"

    with tenant_transaction(supply.tenant.id):
        profile = sample_profile().as_json() | {"user_code": "XX"}
        operations.update_settings(connection_id=connection.id, profile=profile, actor=ACTOR)
    second = _sage(supply, connection)
    assert second is not first
    with tenant_transaction(supply.tenant.id):
        operations.replace_secrets(
            connection_id=connection.id, secrets={"dsn": company.dsn + "&sslmode=prefer"},
            actor=ACTOR,
        )  # fmt: skip
    assert _sage(supply, connection) is not second
    assert _sessions(company) == 0, "replaced connectors give their sessions back"


def _sessions(company: SampleCompany) -> int:
    with database.cursor() as cursor:
        name = company.dsn.partition("?")[0].rpartition("/")[2]
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = %s", [name])
        return int(cursor.fetchone()[0])


def test_a_paytrace_client_is_kept_and_replaced_with_its_secret(
    supply: Scene, simulator: Simulator
) -> None:
    connection = supply.paytrace(simulator.url)
    first = paytrace_client(tenant_id=supply.tenant.id, connection_id=connection.id)
    again = paytrace_client(tenant_id=supply.tenant.id, connection_id=connection.id)
    with tenant_transaction(supply.tenant.id):
        operations.replace_secrets(
            connection_id=connection.id, secrets={"password": "other"}, actor=ACTOR
        )
    other = paytrace_client(tenant_id=supply.tenant.id, connection_id=connection.id)
    assert again is first
    assert other is not first


def test_clients_are_not_made_inside_a_transaction(supply: Scene, company: SampleCompany) -> None:
    books = supply.sagepro(company.dsn)
    with tenant_transaction(supply.tenant.id), pytest.raises(RuntimeError):
        _sage(supply, books)


def test_a_stored_address_is_checked_again_where_only_public_ones_are_called(
    supply: Scene, company: SampleCompany, settings: Settings
) -> None:
    """Entered where local addresses were allowed, or pointing home since."""
    gateway = supply.paytrace("https://localhost:8443")
    books = supply.sagepro("postgresql://sage:x@localhost/books")
    settings.ALLOW_LOOPBACK_CONNECTIONS = False
    with pytest.raises(FixConfiguration, match="local or private network"):
        paytrace_client(tenant_id=supply.tenant.id, connection_id=gateway.id)
    with pytest.raises(FixConfiguration, match="local or private network"):
        _sage(supply, books)


def test_a_forked_child_has_clients_of_its_own_and_leaves_its_parent_s_alone() -> None:
    """What closes a client in the child would end the parent's session with it."""
    closed: list[str] = []
    live: LiveClients[str] = LiveClients(close=closed.append)
    connection_id = new_id()
    assert live.get(connection_id, stamp=1, make=lambda: "parent's") == "parent's"
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        mine = live.get(connection_id, stamp=1, make=lambda: "child's")
        live.get(connection_id, stamp=2, make=lambda: "child's second")
        os.write(writing, f"{mine}, closed {closed}".encode())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        assert answer.read() == "child's, closed [\"child's\"]"
    assert live.get(connection_id, stamp=1, make=lambda: "never") == "parent's"
    assert closed == []


def test_a_replaced_client_is_closed_once() -> None:
    closed: list[str] = []
    live: LiveClients[str] = LiveClients(close=closed.append)
    connection_id = new_id()
    live.get(connection_id, stamp=1, make=lambda: "first")
    with pytest.raises(ZeroDivisionError):
        live.get(connection_id, stamp=2, make=lambda: str(1 // 0))
    assert closed == []
    live.get(connection_id, stamp=3, make=lambda: "second")
    live.close_all()
    live.close_all()
    assert closed == ["first", "second"]

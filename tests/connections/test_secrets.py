"""Sealed secrets: who can read them, where they open, and where they must never appear."""

from __future__ import annotations

import json
import logging
import os
from uuid import UUID

import psycopg
import pytest
from django.db import connections

from integrations.canonical.errors import FixConfiguration
from integrations.connections import clients, operations, queries
from integrations.connections.clients import open_connection, paytrace_client
from integrations.connections.models import AccessToken, Connection, ConnectionSecret
from integrations.connections.secrets import open_secrets
from tenants.models import DataKey
from tenants.scope import tenant_transaction
from tests.connections.scene import ACTOR, PASSWORD, USER, Scene
from tests.paytrace.simulator_process import Simulator

SECRET_TABLES = ["connections_connectionsecret", "connections_accesstoken", "tenants_datakey"]


def _open(scene: Scene, connection: Connection) -> dict[str, str]:
    with tenant_transaction(scene.tenant.id):
        return {
            name: secret.reveal()
            for name, secret in open_secrets(connection_id=connection.id).items()
        }


def test_what_was_sealed_opens_again(supply: Scene) -> None:
    connection = supply.paytrace("http://127.0.0.1:9")
    assert _open(supply, connection) == {"username": USER, "password": PASSWORD}
    with tenant_transaction(supply.tenant.id):
        assert sorted(queries.secret_fields(connection_id=connection.id)) == [
            "password",
            "username",
        ]


def test_the_same_password_never_looks_the_same(supply: Scene) -> None:
    supply.paytrace("http://127.0.0.1:9")
    supply.paytrace("http://127.0.0.1:9", name="Second")
    with tenant_transaction(supply.tenant.id):
        sealed = [bytes(row.ciphertext) for row in ConnectionSecret.objects.all()]
    assert len(set(sealed)) == 4


@pytest.mark.parametrize("table", SECRET_TABLES)
def test_support_cannot_read_a_secret_table_at_all(
    supply: Scene, table: str, superuser_url: str
) -> None:
    supply.paytrace("http://127.0.0.1:9")
    with psycopg.connect(superuser_url) as everything:
        found = everything.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
    if table != "connections_accesstoken":
        assert found is not None
        assert found[0] > 0, "there is something to be refused"
    with psycopg.connect(os.environ["SUPPORT_URL"]) as support:
        assert support.execute("SELECT current_user").fetchone() == ("tieout_support",)
        for column in ("*", "count(*)", "id"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                support.execute(f"SELECT {column} FROM {table}".encode())
            support.rollback()


def test_support_sees_connections_without_secrets(supply: Scene) -> None:
    supply.paytrace("http://127.0.0.1:9")
    rows = Connection.across_tenants.using("support").values_list("name", flat=True)
    assert list(rows) == ["Acme gateway"]
    shown = json.dumps(list(Connection.across_tenants.using("support").values()), default=str)
    assert USER not in shown
    assert PASSWORD not in shown
    connections["support"].close()


def _move(superuser_url: str, statement: str, *values: object) -> None:
    with psycopg.connect(superuser_url, autocommit=True) as everything:
        assert everything.execute(statement.encode(), values).rowcount == 1


def _copy_between(superuser_url: str, source: UUID, target: UUID, field: str, into: str) -> None:
    _move(
        superuser_url,
        """
        UPDATE connections_connectionsecret AS t
        SET ciphertext = s.ciphertext, key_version = s.key_version
        FROM connections_connectionsecret AS s
        WHERE s.connection_id = %s AND s.field = %s AND t.connection_id = %s AND t.field = %s
        """,
        source,
        field,
        target,
        into,
    )


def test_a_ciphertext_moved_to_another_row_is_refused(
    supply: Scene, parts: Scene, superuser_url: str
) -> None:
    """To another connection, another field, another company: nobody can have it opened there."""
    mine = supply.paytrace("http://127.0.0.1:9")
    second = supply.paytrace("http://127.0.0.1:9", name="Second")
    theirs = parts.paytrace("http://127.0.0.1:9")
    moves: list[tuple[Scene, Connection, Connection, str]] = [
        (supply, mine, second, "password"),
        (supply, mine, mine, "username"),
        (parts, mine, theirs, "password"),
    ]
    for scene, source, target, into in moves:
        _copy_between(superuser_url, source.id, target.id, "password", into)
        with pytest.raises(FixConfiguration) as refused:
            _open(scene, target)
        assert (refused.value.code, refused.value.field) == (
            "connection.secret_unreadable",
            into,
        )
        assert PASSWORD not in str(vars(refused.value))


def test_one_flipped_bit_is_refused(supply: Scene, superuser_url: str) -> None:
    connection = supply.paytrace("http://127.0.0.1:9")
    _move(
        superuser_url,
        """
        UPDATE connections_connectionsecret SET ciphertext = set_byte(
            ciphertext, octet_length(ciphertext) - 1,
            get_byte(ciphertext, octet_length(ciphertext) - 1) # 1)
        WHERE connection_id = %s AND field = 'password'
        """,
        connection.id,
    )
    with pytest.raises(FixConfiguration, match="cannot be opened"):
        _open(supply, connection)


def test_another_company_cannot_use_a_connection(supply: Scene, parts: Scene) -> None:
    connection = supply.paytrace("http://127.0.0.1:9")
    for make in (paytrace_client, clients.sage_connector):
        with pytest.raises(Connection.DoesNotExist):
            make(tenant_id=parts.tenant.id, connection_id=connection.id)


def test_a_data_key_of_another_company_opens_nothing(
    supply: Scene, parts: Scene, superuser_url: str
) -> None:
    connection = supply.paytrace("http://127.0.0.1:9")
    _move(
        superuser_url,
        """
        UPDATE tenants_datakey SET wrapped = (
            SELECT wrapped FROM tenants_datakey WHERE tenant_id = %s)
        WHERE tenant_id = %s
        """,
        parts.tenant.id,
        supply.tenant.id,
    )
    with pytest.raises(FixConfiguration):
        _open(supply, connection)


def test_a_token_that_does_not_open_is_replaced(
    supply: Scene, simulator: Simulator, superuser_url: str
) -> None:
    connection = supply.paytrace(simulator.url)
    client = paytrace_client(tenant_id=supply.tenant.id, connection_id=connection.id)
    client.transaction("392483001")
    _move(superuser_url, "UPDATE connections_accesstoken SET ciphertext = '\\x01'")
    client.transaction("392483001")
    with tenant_transaction(supply.tenant.id):
        assert len(bytes(AccessToken.objects.get().ciphertext)) > 30


def test_no_secret_shows_in_any_log_text_audit_or_finding(
    supply: Scene,
    simulator: Simulator,
    superuser_url: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Good and refused sign-ins, rotation of everything, with logging turned all the way up."""
    caplog.set_level(logging.DEBUG)
    connection = supply.paytrace(simulator.url)
    supply.test(connection)
    with tenant_transaction(supply.tenant.id):
        address = operations.new_notice_address(connection_id=connection.id, actor=ACTOR)
        operations.replace_secrets(
            connection_id=connection.id, secrets={"password": "wrong-Zq81"}, actor=ACTOR
        )
    supply.test(connection)
    books = supply.sagepro("postgresql://sage:Tr0ub4dor@127.0.0.1:1/books")
    supply.test(books)
    opened = open_connection(tenant_id=supply.tenant.id, connection_id=connection.id)
    client = paytrace_client(tenant_id=supply.tenant.id, connection_id=connection.id)
    tokens = clients.DatabaseTokens(supply.tenant.id, connection.id, opened.login_key)
    parts = (opened, vars(opened), client, tokens, address, connection, books)
    shown = [repr(part) for part in parts]
    shown += [record.getMessage() + str(record.args) for record in caplog.records]
    shown += _every_text_column(superuser_url)
    secrets = (USER, PASSWORD, "wrong-Zq81", "Tr0ub4dor", address.secret, address.path[-20:])
    for secret in secrets:
        assert [text for text in shown if secret in text] == []


def _every_text_column(superuser_url: str) -> list[str]:
    """Every row of every table as text; bytea shows as hex, and so would hide a plain secret."""
    with psycopg.connect(superuser_url) as everything:
        tables = everything.execute(
            "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
        texts = [
            str(row)
            for (table,) in tables
            for row in everything.execute(f"SELECT t::text FROM {table} AS t".encode())
        ]
        blobs = everything.execute("SELECT ciphertext FROM connections_connectionsecret").fetchall()
    assert len(blobs) == 4
    return texts + [bytes(blob).decode("latin-1") for (blob,) in blobs]


def test_the_web_process_opens_nothing_when_it_stores(supply: Scene) -> None:
    """Storing needs the data key only; what is stored comes out of `open_secrets` alone."""
    connection = supply.paytrace("http://127.0.0.1:9")
    assert "password" not in json.dumps(connection.settings)
    assert connection.settings["username_hint"] == "ap…77"
    assert dict(queries.public_settings(connection)) == {
        "api_version": "v1",
        "gateway_environment": "sandbox",
        "base_url": "http://127.0.0.1:9",
        "username_hint": "ap…77",
        "merchant_id": "777001",
        "zone": "America/Los_Angeles",
        "currency": "USD",
        "settle_from": "",
        "deposit_from": "",
    }


def test_the_first_secret_of_an_old_company_brings_its_data_key(
    supply: Scene, superuser_url: str
) -> None:
    _move(superuser_url, "DELETE FROM tenants_datakey")
    connection = supply.paytrace("http://127.0.0.1:9")
    with tenant_transaction(supply.tenant.id):
        assert DataKey.objects.get().version == 1
    assert _open(supply, connection)["password"] == PASSWORD

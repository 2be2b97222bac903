"""The database refuses another company's rows whatever the query is; asked by raw SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.apps import apps
from psycopg import sql

from portal.launch import databases
from tests import database_plugin
from tests.isolation import catalog, raw
from tests.isolation.scene import Scene

WRITE = ("UPDATE {} SET id = id WHERE tenant_id = %s", "DELETE FROM {} WHERE tenant_id = %s")


@pytest.fixture
def app_url(scene: Scene) -> str:
    return database_plugin.server_url(role=databases.APP, database=scene.database.name)


@pytest.fixture
def support_url(scene: Scene) -> str:
    return database_plugin.server_url(role=databases.SUPPORT, database=scene.database.name)


@pytest.fixture
def superuser(scene: Scene) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(scene.database.url) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def tables(superuser: psycopg.Connection[Any]) -> list[str]:
    return catalog.company_tables(superuser)


@pytest.mark.parametrize("check", catalog.EVERY_CHECK, ids=lambda check: check.__name__)
def test_the_catalog_shows_no_gap(
    check: Callable[[psycopg.Connection[Any]], list[str]], superuser: psycopg.Connection[Any]
) -> None:
    assert check(superuser) == []


def test_every_model_with_a_company_stands_behind_a_wall(tables: list[str]) -> None:
    assert catalog.stray_models(apps.get_models()) == []
    assert len(tables) >= 25


def test_a_company_sees_its_own_rows_and_no_others(app_url: str, scene: Scene) -> None:
    assert raw.rows_seen(app_url, scene) == []


def test_a_row_cannot_be_added_to_another_company(
    app_url: str, scene: Scene, tables: list[str]
) -> None:
    with raw.as_company(app_url, scene.a.tenant.id) as connection:
        told = {
            table: raw.insert(connection, table, raw.row_of(scene, table, scene.b.tenant.id))
            for table in tables
        }
    assert told == dict.fromkeys(tables, "InsufficientPrivilege")


@pytest.mark.parametrize("statement", WRITE)
def test_no_row_of_another_company_is_changed_or_removed(
    statement: str, app_url: str, scene: Scene, tables: list[str]
) -> None:
    with raw.as_company(app_url, scene.a.tenant.id) as connection:
        told = {
            table: raw.refusal(
                connection,
                sql.SQL(statement).format(sql.Identifier(table)),
                scene.b.tenant.id,
            )
            for table in tables
        }
    wanted = {
        table: "InsufficientPrivilege" if table in catalog.APPEND_ONLY else "0 rows"
        for table in tables
    }
    assert told == wanted


def test_a_row_cannot_be_given_to_another_company(
    app_url: str, scene: Scene, tables: list[str]
) -> None:
    with raw.as_company(app_url, scene.a.tenant.id) as connection:
        told = {
            raw.refusal(
                connection,
                sql.SQL("UPDATE {} SET tenant_id = %s").format(sql.Identifier(table)),
                scene.b.tenant.id,
            )
            for table in tables
        }
    assert told == {"InsufficientPrivilege"}


def test_no_key_points_into_another_company(
    superuser: psycopg.Connection[Any], scene: Scene
) -> None:
    """Asked as superuser, whom no policy and no grant stops: the constraint alone refuses."""
    keys = catalog.composite_keys(superuser)
    told = {}
    for table, column, name in keys:
        mine = raw.row_of(scene, table, scene.a.tenant.id)
        theirs = _target(superuser, name, scene)
        statement = sql.SQL("UPDATE {} SET {} = %s WHERE id = %s").format(
            sql.Identifier(table), sql.Identifier(column)
        )
        told[name] = raw.refusal(superuser, statement, theirs, mine["id"])
    assert told == {name: f"ForeignKeyViolation {name}" for _, _, name in keys}
    assert len(keys) >= 25


def test_no_key_points_into_another_company_for_the_application(
    app_url: str, superuser: psycopg.Connection[Any], scene: Scene
) -> None:
    told = {}
    for table, column, name in catalog.composite_keys(superuser):
        row = raw.row_of(scene, table, scene.a.tenant.id)
        with raw.as_company(app_url, scene.a.tenant.id) as connection:
            answer = raw.insert(connection, table, {**row, column: _target(superuser, name, scene)})
        told[name] = answer
    wrong = {
        name: answer
        for name, answer in told.items()
        if answer != f"ForeignKeyViolation {name}" and not answer.startswith("UniqueViolation")
    }
    assert wrong == {}


def test_without_a_company_every_table_raises(app_url: str, tables: list[str]) -> None:
    """On a fresh connection, and on one that served a company before."""
    told = set()
    with psycopg.connect(app_url) as connection:
        told |= {_read(connection, table) for table in tables}
        with connection.transaction():
            connection.execute("SELECT set_config('tieout.tenant', gen_random_uuid()::text, true)")
        connection.commit()
        told |= {_read(connection, table) for table in tables}
    assert told == {"UndefinedObject", "InvalidTextRepresentation"}


def test_the_application_cannot_take_the_walls_down(app_url: str, scene: Scene) -> None:
    statements = (
        "ALTER TABLE posting_effect DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE posting_effect NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY tenant_wall ON posting_effect",
        "CREATE POLICY mine ON posting_effect USING (true)",
        "TRUNCATE posting_effect",
        "DROP TABLE posting_effect",
        "CREATE TABLE copy AS SELECT 1",
        "CREATE VIEW copy AS SELECT * FROM posting_effect",
        "SET session_replication_role = replica",
        "SET ROLE tieout_migrator",
        "SET ROLE tieout_support",
        "ALTER ROLE tieout_app BYPASSRLS",
        "COPY posting_effect TO PROGRAM 'cat'",
    )
    with raw.as_company(app_url, scene.a.tenant.id) as connection:
        told = {text: raw.refusal(connection, sql.SQL(text)) for text in statements}
        # PostgreSQL answers a GRANT of somebody else's table with a warning, and grants nothing.
        connection.execute("GRANT SELECT ON posting_effect TO PUBLIC")
        assert catalog.doors(connection) == []
    assert told == dict.fromkeys(statements, "InsufficientPrivilege")


def test_row_security_cannot_be_switched_off(app_url: str, scene: Scene) -> None:
    """`row_security = off` raises instead of showing everything."""
    with raw.as_company(app_url, scene.a.tenant.id) as connection:
        connection.execute("SET LOCAL row_security = off")
        assert _read(connection, "posting_effect") == "InsufficientPrivilege"


def test_what_only_grows_cannot_be_changed_by_its_own_company(app_url: str, scene: Scene) -> None:
    told = {}
    with raw.as_company(app_url, scene.a.tenant.id) as connection:
        for table in catalog.APPEND_ONLY:
            name = sql.Identifier(table)
            told[table] = {
                raw.refusal(connection, sql.SQL("UPDATE {} SET id = id").format(name)),
                raw.refusal(connection, sql.SQL("DELETE FROM {}").format(name)),
            }
    assert told == {table: {"InsufficientPrivilege"} for table in catalog.APPEND_ONLY}


def test_support_reads_both_companies_and_writes_nothing(
    support_url: str, scene: Scene, tables: list[str]
) -> None:
    shown, told = {}, set()
    with psycopg.connect(support_url) as connection:
        for table in tables:
            name = sql.Identifier(table)
            for text in ("UPDATE {} SET id = id", "DELETE FROM {}", "INSERT INTO {} DEFAULT VALUES",
                         "TRUNCATE {}", "SELECT 1 FROM {} FOR UPDATE"):  # fmt: skip
                told.add(raw.refusal(connection, sql.SQL(text).format(name)))
            if catalog.SECRET.get(table) != ():
                row = connection.execute(
                    sql.SQL("SELECT count(DISTINCT tenant_id) FROM {}").format(name)
                ).fetchone()
                shown[table] = row[0] if row else 0
    assert told == {"InsufficientPrivilege"}
    assert set(shown.values()) == {2}


def test_support_cannot_read_a_secret(support_url: str) -> None:
    told = set()
    with psycopg.connect(support_url) as connection:
        for table, columns in catalog.SECRET.items():
            for column in columns or ("*",):
                what = sql.SQL("*") if column == "*" else sql.Identifier(column)
                statement = sql.SQL("SELECT {} FROM {}").format(what, sql.Identifier(table))
                told.add(raw.refusal(connection, statement))
    assert told == {"InsufficientPrivilege"}


def _read(connection: psycopg.Connection[Any], table: str) -> str:
    return raw.refusal(connection, sql.SQL("SELECT 1 FROM {}").format(sql.Identifier(table)))


def _target(superuser: psycopg.Connection[Any], constraint: str, scene: Scene) -> str:
    """The id of B's row in the table that the constraint points to."""
    row = superuser.execute(
        "SELECT confrelid::regclass::text FROM pg_constraint WHERE conname = %s", [constraint]
    ).fetchone()
    assert row is not None
    return str(raw.row_of(scene, row[0], scene.b.tenant.id)["id"])

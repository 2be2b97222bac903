"""SQL as the application's role: what one company's transaction reads and writes of another's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from tests.isolation import catalog
from tests.isolation.scene import Scene


@contextmanager
def as_company(url: str, tenant_id: UUID) -> Iterator[psycopg.Connection[Any]]:
    """A transaction of that company by raw SQL; always rolled back."""
    with psycopg.connect(url) as connection:
        connection.execute("SELECT set_config('tieout.tenant', %s, true)", [str(tenant_id)])
        yield connection
        connection.rollback()


def rows_seen(url: str, scene: Scene) -> list[str]:
    """Tables and views in which A's transaction sees a row that is not A's, or misses its own."""
    wrong = []
    with psycopg.connect(scene.database.url) as superuser:
        tables = catalog.company_tables(superuser)
        own = {table: _count(superuser, table, "=", scene) for table in tables}
    with as_company(url, scene.a.tenant.id) as connection:
        for table in tables:
            foreign = _count(connection, table, "<>", scene)
            if foreign:
                wrong.append(f"{table}: {foreign} rows of others")
            if not own[table] or _count(connection, table, "=", scene) != own[table]:
                wrong.append(f"{table}: not its own {own[table]} rows")
    return wrong


def _count(connection: psycopg.Connection[Any], table: str, sign: str, scene: Scene) -> int:
    statement = sql.SQL("SELECT count(*) FROM {} WHERE tenant_id {} %s").format(
        sql.Identifier(table), sql.SQL(sign)
    )
    row = connection.execute(statement, [scene.a.tenant.id]).fetchone()
    return int(row[0]) if row else 0


def refusal(
    connection: psycopg.Connection[Any], statement: sql.SQL | sql.Composed, *values: Any
) -> str:
    """The name of the error PostgreSQL answers with, or how many rows it touched."""
    try:
        with connection.transaction():
            cursor = connection.execute(statement, values)
            connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
            return f"{cursor.rowcount} rows"
    except psycopg.Error as error:
        name = type(error).__name__
        constraint = error.diag.constraint_name
        return f"{name} {constraint}" if constraint else name


def row_of(scene: Scene, table: str, tenant_id: UUID) -> dict[str, Any]:
    """One row of that company as JSON, read across the walls."""
    statement = sql.SQL(
        "SELECT to_jsonb(t) FROM {} t WHERE tenant_id = %s ORDER BY 1 LIMIT 1"
    ).format(sql.Identifier(table))
    with psycopg.connect(scene.database.url) as superuser:
        row = superuser.execute(statement, [tenant_id]).fetchone()
    assert row is not None, f"{table} is empty"
    found: dict[str, Any] = row[0]
    return found


def insert(connection: psycopg.Connection[Any], table: str, row: dict[str, Any]) -> str:
    """Insert this row under a new id; how it was answered."""
    statement = sql.SQL(
        "INSERT INTO {table} SELECT * FROM jsonb_populate_record(NULL::{table}, %s)"
    ).format(table=sql.Identifier(table))
    return refusal(connection, statement, Jsonb({**row, "id": str(uuid4())}))

"""A database of the suite's own: kept as it was built, every write to it seen and undone.

Real commits happen here, so nothing is rolled back by an outer transaction. Triggers note the
table of every row written; a noted table is set back from a copy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any
from uuid import UUID

import psycopg
from django.db import connections
from psycopg import sql
from psycopg.pq import TransactionStatus

from tests import database_plugin

# How often a key was used is counted outside of the request, refused or not.
COUNTERS = frozenset({"tenants_apiuse"})
ALIASES = ("default", "support")

# How many rows a table has, and the number of the transaction that wrote the newest.
Mark = tuple[int, int | None]

_PREPARE = """
CREATE SCHEMA kept;
CREATE SCHEMA watch;
CREATE TABLE watch.journal (name text NOT NULL);
CREATE FUNCTION watch.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = watch AS
    'BEGIN INSERT INTO watch.journal VALUES (TG_TABLE_NAME); RETURN NULL; END';
"""
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"

_COMPANY_COLUMNS = """
SELECT table_name FROM information_schema.columns
WHERE table_schema = 'public' AND column_name = 'tenant_id'
"""


class Watched:
    """One database, watched from `keep` on."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.url = database_plugin.superuser_url(name)
        self._connection = psycopg.connect(self.url, autocommit=True)
        self._dirty: set[str] = set()
        self._built: dict[tuple[str, UUID | None], str] = {}
        self._left: dict[str, Mark] = {}

    def keep(self) -> None:
        """From now on this is how it was built."""
        self._connection.execute(_PREPARE)
        for table in self.tables():
            self._run("CREATE TABLE kept.{0} AS TABLE public.{0}", table)
            self._run(
                "CREATE TRIGGER watched AFTER INSERT OR UPDATE OR DELETE ON public.{0} "
                "FOR EACH ROW EXECUTE FUNCTION watch.note()",
                table,
            )
        self._left = self._marks(self.tables())

    def tables(self) -> list[str]:
        rows = self._connection.execute(_TABLES).fetchall()
        return [row[0] for row in rows if row[0] not in COUNTERS]

    def written(self) -> frozenset[str]:
        """The tables in which rows were written since the last question."""
        rows = self._connection.execute("DELETE FROM watch.journal RETURNING name").fetchall()
        found = frozenset(row[0] for row in rows)
        self._dirty |= found
        return found

    def restore_all(self) -> None:
        """Set back every table that was written."""
        self.restore(self.written() | self._dirty)

    def restore(self, tables: Iterable[str]) -> None:
        """Set these tables back to how they were built."""
        tables = list(tables)
        self._dirty.difference_update(tables)
        with self._connection.transaction():
            self._connection.execute("SET LOCAL session_replication_role = replica")
            for table in tables:
                self._run("DELETE FROM public.{0}", table)
                self._run("INSERT INTO public.{0} TABLE kept.{0}", table)
        self._left |= self._marks(tables)

    def unnoticed(self) -> list[str]:
        """The tables written since they were built or set back, whatever the triggers noted.

        Every row tells which transaction wrote it, so only one that is gone leaves no newer one;
        reading all the rows, as `changed` does, would take longer than most tests.
        """
        now = self._marks(self.tables())
        return sorted(table for table, mark in now.items() if mark != self._left[table])

    def changed(self, tables: Iterable[str], *, tenant_id: UUID | None = None) -> list[str]:
        """Which of these tables hold other rows than they were built with; of one company."""
        chosen = [table for table in tables if tenant_id is None or table in self._columns]
        now = self._digests("public", chosen, tenant_id)
        new = [table for table in chosen if (table, tenant_id) not in self._built]
        for table, digest in self._digests("kept", new, tenant_id).items():
            self._built[table, tenant_id] = digest
        return [table for table in chosen if now[table] != self._built[table, tenant_id]]

    def close(self) -> None:
        _forget(self.name)
        self._connection.close()

    def reopen(self) -> None:
        self._connection = psycopg.connect(self.url, autocommit=True)

    def _marks(self, tables: list[str]) -> dict[str, Mark]:
        if not tables:
            return {}
        parts = [
            sql.SQL("SELECT {}, count(*), max(xmin::text::bigint) FROM public.{}").format(
                sql.Literal(table), sql.Identifier(table)
            )
            for table in tables
        ]
        asked = sql.SQL(" UNION ALL ").join(parts)
        rows = self._connection.execute(asked, prepare=len(tables) > 20).fetchall()
        return {table: (count, newest) for table, count, newest in rows}

    def _digests(self, schema: str, tables: list[str], tenant_id: UUID | None) -> dict[str, str]:
        if not tables:
            return {}
        parts = [self._digest(schema, table, tenant_id) for table in tables]
        return dict(self._connection.execute(sql.SQL(" UNION ALL ").join(parts)).fetchall())

    def _digest(self, schema: str, table: str, tenant_id: UUID | None) -> sql.Composed:
        where: sql.SQL | sql.Composed = sql.SQL("true")
        if tenant_id is not None:
            column = sql.Identifier(self._columns[table])
            where = sql.SQL("{} = {}").format(column, sql.Literal(tenant_id))
        return sql.SQL(
            "SELECT {}, md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {}.{} t WHERE {}"
        ).format(sql.Literal(table), sql.Identifier(schema), sql.Identifier(table), where)

    @cached_property
    def _columns(self) -> dict[str, str]:
        """The column that names the company, by table."""
        rows = self._connection.execute(_COMPANY_COLUMNS).fetchall()
        return {**{row[0]: "tenant_id" for row in rows}, "tenants_tenant": "id"}

    def _run(self, statement: str, table: str) -> None:
        self._connection.execute(sql.SQL(statement).format(sql.Identifier(table)))


# Connections of Django's that are put aside between two tests: a new one reads its rights and
# the tables' rules again, which takes longer than most of the requests.
_ASIDE: dict[tuple[str, str], Any] = {}


@contextmanager
def django_in(name: str) -> Iterator[None]:
    """Let Django's connections of this thread lead to the database `name`."""
    before = {alias: connections[alias].settings_dict["NAME"] for alias in ALIASES}
    for alias in ALIASES:
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name
        connections[alias].connection = _ASIDE.pop((alias, name), None)
    try:
        yield
    finally:
        for alias, former in before.items():
            _put_aside(alias, name)
            connections[alias].settings_dict["NAME"] = former


def _put_aside(alias: str, name: str) -> None:
    """Only one in which nothing is under way."""
    used = connections[alias]
    opened = used.connection
    is_idle = opened and opened.info.transaction_status is TransactionStatus.IDLE
    if not is_idle or used.in_atomic_block:
        used.close()
        return
    used.connection = None
    _ASIDE[alias, name] = opened


def _forget(name: str) -> None:
    """Close what was put aside: nobody may be connected to what is cloned or dropped."""
    for alias in ALIASES:
        if opened := _ASIDE.pop((alias, name), None):
            opened.close()

"""A database of the suite's own: kept as it was built, every write to it seen and undone.

Real commits happen here, so nothing is rolled back by an outer transaction. Triggers note the
table of every row written; a noted table is set back from a copy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from uuid import UUID

import psycopg
from django.db import connections
from psycopg import sql

from tests import database_plugin

# How often a key was used is counted outside of the request, refused or not.
COUNTERS = frozenset({"tenants_apiuse"})
ALIASES = ("default", "support")

_PREPARE = """
CREATE SCHEMA kept;
CREATE SCHEMA watch;
CREATE TABLE watch.journal (name text NOT NULL);
CREATE FUNCTION watch.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = watch AS
    'BEGIN INSERT INTO watch.journal VALUES (TG_TABLE_NAME); RETURN NULL; END';
"""
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"


class Watched:
    """One database, watched from `keep` on."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.url = database_plugin.superuser_url(name)
        self._connection = psycopg.connect(self.url, autocommit=True)
        self._dirty: set[str] = set()

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

    def changed(self, tables: Iterable[str], *, tenant_id: UUID | None = None) -> list[str]:
        """Which of these tables hold other rows than they were built with; of one company."""
        return [table for table in tables if self._differs(table, tenant_id)]

    def close(self) -> None:
        self._connection.close()

    def reopen(self) -> None:
        self._connection = psycopg.connect(self.url, autocommit=True)

    def _differs(self, table: str, tenant_id: UUID | None) -> bool:
        where: sql.SQL | sql.Composed = sql.SQL("true")
        if tenant_id is not None:
            column = self._company_column(table)
            if not column:
                return False
            where = sql.SQL("{} = {}").format(sql.Identifier(column), sql.Literal(tenant_id))
        question = sql.SQL(
            "SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {}.{} t WHERE {}"
        )
        name = sql.Identifier(table)
        digests = [
            self._connection.execute(
                question.format(sql.Identifier(schema), name, where)
            ).fetchone()
            for schema in ("public", "kept")
        ]
        return digests[0] != digests[1]

    def _company_column(self, table: str) -> str:
        if table == "tenants_tenant":
            return "id"
        found = self._connection.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' "
            "AND table_name = %s AND column_name = 'tenant_id'",
            [table],
        ).fetchone()
        return found[0] if found else ""

    def _run(self, statement: str, table: str) -> None:
        self._connection.execute(sql.SQL(statement).format(sql.Identifier(table)))


@contextmanager
def django_in(name: str) -> Iterator[None]:
    """Let Django's connections of this thread lead to the database `name`."""
    before = {alias: connections[alias].settings_dict["NAME"] for alias in ALIASES}
    _lead_to(dict.fromkeys(ALIASES, name))
    try:
        yield
    finally:
        _lead_to(before)


def _lead_to(names: dict[str, str]) -> None:
    for alias, name in names.items():
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name

"""One built world kept aside per worker, and put back before every walk.

Setting a company up takes over a second and is the same each time: what it left in the
portal's database, in Sage and in the simulator is kept, and laid out again as it was.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import psycopg

from integrations.connections import clients
from tests import database_plugin
from tests.paytrace.simulator_process import Simulator
from tests.walks.world import World

_FILLED = """
SELECT quote_ident(table_name) AS name,
       string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position) AS columns
FROM information_schema.columns JOIN pg_tables ON tablename = table_name
WHERE table_schema = 'public' AND schemaname = 'public' AND is_generated = 'NEVER'
GROUP BY table_name ORDER BY table_name
"""
_COUNTERS = "SELECT sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL"


@dataclass(frozen=True)
class _Rows:
    """What the portal's database held, as PostgreSQL copies it."""

    kept_at: datetime
    tables: dict[str, bytes] = field(repr=False)
    counters: dict[str, int]


@dataclass
class Shelf:
    """Builds a world once, and gives the same one again and again."""

    portal: str = field(repr=False)
    simulator: Simulator
    company_template: str
    folder: Path
    build: Callable[[str], World]
    sage: str = field(default_factory=lambda: f"sage_{uuid4().hex[:12]}")
    _world: World | None = None
    _rows: _Rows | None = None

    @contextmanager
    def take(self) -> Iterator[World]:
        """The world, in an emptied database."""
        if self._world is None or self._rows is None:
            database_plugin.make_database(self.sage, template=self.company_template)
            self._world = self.build(database_plugin.superuser_url(self.sage))
            self._rows = self._keep()
        else:
            database_plugin.make_database(self.sage, template=f"{self.sage}_kept")
            self._lay_out(self._rows)
        yield replace(self._world)
        clients.close_all()
        database_plugin.drop_database(self.sage)

    def close(self) -> None:
        database_plugin.drop_database(f"{self.sage}_kept")

    @property
    def _aside(self) -> Path:
        return self.folder / "kept.sqlite"

    def _keep(self) -> _Rows:
        clients.close_all()  # a database in use cannot be cloned
        database_plugin.make_database(f"{self.sage}_kept", template=self.sage)
        _copy_sqlite(self.simulator.state, self._aside)
        with psycopg.connect(self.portal, autocommit=True) as portal:
            tables = {
                f"{name} ({columns})": _copied_out(portal, f"{name} ({columns})")
                for name, columns in portal.execute(_FILLED).fetchall()
                if name not in database_plugin.NEVER_EMPTIED
            }
            counters: dict[str, int] = dict(portal.execute(_COUNTERS).fetchall())
            row = portal.execute("SELECT clock_timestamp()").fetchone()
        assert row is not None
        return _Rows(row[0], {name: rows for name, rows in tables.items() if rows}, counters)

    def _lay_out(self, rows: _Rows) -> None:
        _copy_sqlite(self._aside, self.simulator.state)
        with psycopg.connect(self.portal) as portal:
            portal.execute("SET session_replication_role = replica")
            for name, copied in rows.tables.items():
                with portal.cursor().copy(f"COPY {name} FROM STDIN".encode()) as copy:
                    copy.write(copied)
            for name, value in rows.counters.items():
                portal.execute("SELECT setval(%s, %s)", [name, value])
            # The doorbells go by the database's clock, which no test turns back.
            portal.execute(
                "UPDATE tenants_duework SET due_at = due_at + (clock_timestamp() - %s)",
                [rows.kept_at],
            )


def _copied_out(portal: psycopg.Connection, table: str) -> bytes:
    with portal.cursor().copy(f"COPY {table} TO STDOUT".encode()) as copy:
        return b"".join(bytes(block) for block in copy)


def _copy_sqlite(source: Path, target: Path) -> None:
    """A whole SQLite file into another, which may be in use."""
    taken, given = sqlite3.connect(source), sqlite3.connect(target)
    try:
        taken.backup(given)
    finally:
        taken.close()
        given.close()

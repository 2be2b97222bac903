"""What a scene left in the portal's database, kept aside and laid out again as it was.

Building a scene takes a second or more and is the same each time; laying it out takes a few
hundredths.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import psycopg

from tests import database_plugin

_TABLES = """
SELECT quote_ident(table_name) AS name,
       string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position) AS columns
FROM information_schema.columns JOIN pg_tables ON tablename = table_name
WHERE table_schema = 'public' AND schemaname = 'public' AND is_generated = 'NEVER'
GROUP BY table_name ORDER BY table_name
"""
_COUNTERS = "SELECT sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL"


@dataclass(frozen=True)
class KeptRows:
    """Every row of a moment, as PostgreSQL copies it."""

    kept_at: datetime
    tables: dict[str, bytes] = field(repr=False)
    counters: dict[str, int]


def keep(url: str) -> KeptRows:
    """What the database at this superuser address holds now."""
    with psycopg.connect(url, autocommit=True) as portal:
        tables = {
            f"{name} ({columns})": _copied_out(portal, f"{name} ({columns})")
            for name, columns in portal.execute(_TABLES).fetchall()
            if name not in database_plugin.NEVER_EMPTIED
        }
        counters: dict[str, int] = dict(portal.execute(_COUNTERS).fetchall())
        row = portal.execute("SELECT clock_timestamp()").fetchone()
    assert row is not None
    return KeptRows(row[0], {name: rows for name, rows in tables.items() if rows}, counters)


def lay_out(url: str, kept: KeptRows) -> None:
    """Put it back into the emptied database."""
    with psycopg.connect(url) as portal:
        portal.execute("SET session_replication_role = replica")
        for name, copied in kept.tables.items():
            with portal.cursor().copy(f"COPY {name} FROM STDIN".encode()) as copy:
                copy.write(copied)
        for name, value in kept.counters.items():
            portal.execute("SELECT setval(%s, %s)", [name, value])
        # The doorbells go by the database's clock, which no test turns back.
        portal.execute(
            "UPDATE tenants_duework SET due_at = due_at + (clock_timestamp() - %s)",
            [kept.kept_at],
        )


def _copied_out(portal: psycopg.Connection, table: str) -> bytes:
    with portal.cursor().copy(f"COPY {table} TO STDOUT".encode()) as copy:
        return b"".join(bytes(block) for block in copy)

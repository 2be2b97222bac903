"""A database login that may do what the connector does, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from integrations.sagepro.profile import HISTORY, PostingProfile

# What the connector writes. Everything else is read only; nothing is ever deleted.
_INSERTS = ("invoices", "receipts", "distributions", "postings")
_UPDATES = {
    "customers": ("balance", "last_paid_date", "last_paid_amount"),
    "invoices": ("balance", "base_balance", "paid", "paid_date", "payment_status"),
    "counters": ("value",),
}


def create_role(dsn: str, *, role: str, password: str, profile: PostingProfile) -> None:
    """Create the login `role`, or set its password, and grant it the mapped columns only.

    Card, password and licence columns stay out of its reach by the database's own rules.
    """
    url = make_url(dsn).set(drivername="postgresql").render_as_string(hide_password=False)
    name = sql.Identifier(role)
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
        verb = sql.SQL("ALTER ROLE" if found else "CREATE ROLE")
        secret = sql.Literal(password)
        connection.execute(
            sql.SQL("{} {} LOGIN NOSUPERUSER PASSWORD {}").format(verb, name, secret)
        )
        for statement in _grants(name, profile):
            connection.execute(statement)


def _grants(role: sql.Identifier, profile: PostingProfile) -> Iterator[sql.Composed]:
    for table in (*profile.tables, *HISTORY):
        mapped = profile.table_map(table)
        physical = sql.Identifier(profile.physical_table(table))
        columns = [column.name for column in mapped.columns.values()]
        yield _grant("SELECT", columns, physical, role)
        if table in _INSERTS:
            written = [name for name in columns if name != "id_col"]
            yield _grant("INSERT", [*written, *mapped.blanks, *mapped.constants], physical, role)
        if table in _UPDATES:
            names = [
                profile.column(table, key).name
                for key in _UPDATES[table]
                if profile.has(table, key)
            ]
            yield _grant("UPDATE", names, physical, role)
    yield sql.SQL("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {}").format(role)


def _grant(
    right: str, columns: list[str], table: sql.Identifier, role: sql.Identifier
) -> sql.Composed:
    names = sql.SQL(", ").join(sql.Identifier(name) for name in dict.fromkeys(columns))
    return sql.SQL("GRANT {} ({}) ON {} TO {}").format(sql.SQL(right), names, table, role)

"""Making the sample company in an empty PostgreSQL database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    MetaData,
    Table,
    UniqueConstraint,
    create_engine,
    insert,
    inspect,
    make_url,
)
from sqlalchemy.pool import NullPool

from integrations.canonical.errors import NeverWorks
from integrations.sagepro.backends.types import blank, sql_type
from integrations.sagepro.columns import ColumnType
from integrations.sagepro.sample.content import SampleBooks
from integrations.sagepro.sample.schema import INDEXES, KEYS, SENSITIVE, TABLES

EMPTY_DATE = date(1900, 1, 1)
_BLANKS = {"C": "", "D": EMPTY_DATE.isoformat()}


def create_company(dsn: str, *, today: date, replace: bool = False) -> None:
    """Create the tables, our side table included, and fill them as of `today`.

    One transaction. Raises NeverWorks when the company is there already and `replace` is
    False; with `replace` its tables are dropped first.
    """
    with engine_for(dsn) as engine, engine.begin() as connection:
        metadata = tables()
        _make_room(connection, metadata, replace=replace)
        metadata.create_all(connection)
        for name, records in SampleBooks(today).tables.items():
            rows = [complete(name, record) for record in records]
            connection.execute(insert(metadata.tables[name]), rows)


@contextmanager
def engine_for(dsn: str) -> Iterator[Engine]:
    """An engine without a pool for a PostgreSQL address; values stay out of error texts."""
    url = make_url(dsn).set(drivername="postgresql+psycopg")
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
    try:
        yield engine
    finally:
        engine.dispose()


@cache
def tables() -> MetaData:
    """The sample company's tables: NOT NULL everywhere, `id_col` as in the SQL edition."""
    metadata = MetaData()
    for name, columns in TABLES.items():
        Table(
            name,
            metadata,
            *(
                Column(
                    column,
                    sql_type(ColumnType.parse(kind)),
                    nullable=False,
                    # What nobody may be granted fills itself in a new row.
                    server_default=_BLANKS[kind[0]] if column in SENSITIVE else None,
                )
                for column, kind in columns
            ),
            Column("id_col", Integer, primary_key=True, autoincrement=True),
            *_keys(name),
        )
    return metadata


def _keys(name: str) -> list[Any]:
    keys: list[Any] = []
    if name in KEYS:
        keys.append(UniqueConstraint(*KEYS[name], name=f"{name}_key"))
    if name == "ptpost":
        keys.append(UniqueConstraint("marker", name="ptpost_marker"))
    return keys + [Index(f"{name}_{column}", column) for column in INDEXES.get(name, ())]


def _make_room(connection: Connection, metadata: MetaData, *, replace: bool) -> None:
    if not set(inspect(connection).get_table_names()) & set(metadata.tables):
        return
    if not replace:
        raise NeverWorks(
            "This database already holds a Sage Pro company.",
            code="sage.sample_exists",
            remedy="Use an empty database, or --replace to make it anew.",
        )
    metadata.drop_all(connection)


def complete(table: str, record: dict[str, object]) -> dict[str, object]:
    """A whole row of this table: what the record leaves out is blank, never NULL."""
    row = {
        column: blank(ColumnType.parse(kind), empty_date=EMPTY_DATE)
        for column, kind in TABLES[table]
    }
    row |= {column: _stored(value) for column, value in record.items()}
    return row


def _stored(value: object) -> object:
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time())
    return value

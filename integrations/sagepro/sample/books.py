"""The whole state of the sample company's books as plain texts, to compare with literals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

import psycopg
from psycopg import sql

from integrations.sagepro.sample.company import EMPTY_DATE
from integrations.sagepro.sample.schema import KEYS, SENSITIVE, TABLES

Row = dict[str, str]
Books = dict[str, list[Row]]

TABLES_OF_BOOKS = (
    "arcust",
    "armast",
    "arymst",
    "arcash",
    "arycsh",
    "ardist",
    "glacnt",
    "sysdata",
    "somast",
    "sotran",
    "iciqty",
    "arpayrq",
    "ptpost",
)
# Written from the database's clock, so they differ from run to run.
CLOCK_COLUMNS = frozenset({"posted", "adddate", "addtime"})


def books(dsn: str) -> Books:
    """Table → rows of {column: text}, in stable order, blank columns left out.

    Money has four decimals, dates are ISO, and leading blanks of right-justified keys show.
    Columns filled by the clock, row ids and sensitive columns are not part of it.
    """
    with psycopg.connect(dsn) as connection:
        return {name: _rows(connection, name) for name in TABLES_OF_BOOKS}


def rows_of(dsn: str, table: str) -> list[Row]:
    """The rows of one table, as `books` shows them."""
    with psycopg.connect(dsn) as connection:
        return _rows(connection, table)


def _rows(connection: psycopg.Connection, table: str) -> list[Row]:
    shown = _shown(table)
    names = sql.SQL(", ").join(map(sql.Identifier, shown))
    statement = sql.SQL("SELECT {} FROM {}").format(names, sql.Identifier(table))
    read = [_read(table, shown, *values) for values in connection.execute(statement)]
    return [dict(texts) for _, texts in sorted(read, key=_first)]


@lru_cache(maxsize=50_000, typed=True)
def _read(table: str, shown: tuple[str, ...], *values: object) -> tuple[list[str], Row]:
    """A row with what it is sorted by. Books are looked at again and again, and hardly change."""
    texts = _texts(shown, values)
    return order_of(table, texts), texts


def _first(read: tuple[list[str], Row]) -> list[str]:
    return read[0]


def _shown(table: str) -> tuple[str, ...]:
    return tuple(column for column, _ in TABLES[table] if column not in HIDDEN)


HIDDEN = CLOCK_COLUMNS | SENSITIVE
"""Columns that are no part of a snapshot."""


def order_of(table: str, row: Row) -> list[str]:
    """What rows of a table are sorted by."""
    key = [row.get(column, "") for column in KEYS.get(table, ())]
    return key + [f"{column}={text}" for column, text in row.items()]


def _texts(columns: Sequence[str], values: Sequence[object]) -> Row:
    texts = {column: text_of(value) for column, value in zip(columns, values, strict=True)}
    return {column: text for column, text in texts.items() if text}


def text_of(value: object) -> str:
    """A value as a snapshot shows it; empty when it is blank."""
    if isinstance(value, str):
        return value.rstrip(" ")
    if isinstance(value, bool):
        return "true" if value else ""
    if isinstance(value, datetime):
        return "" if value.date() == EMPTY_DATE else value.date().isoformat()
    if isinstance(value, Decimal):
        return f"{value:.4f}" if value else ""
    return str(value) if value else ""


@dataclass(frozen=True)
class Changes:
    """What differs between two snapshots."""

    added: dict[str, list[Row]]
    removed: dict[str, list[Row]]
    changed: dict[str, dict[str, dict[str, tuple[str, str]]]]
    """Table → key → column → (before, after), for tables with a key."""

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.removed or self.changed)


def changes(before: Books, after: Books) -> Changes:
    """Rows added, removed and changed; a row of a table without a key is never `changed`."""
    added: dict[str, list[Row]] = {}
    removed: dict[str, list[Row]] = {}
    changed: dict[str, dict[str, dict[str, tuple[str, str]]]] = {}
    for name in TABLES_OF_BOOKS:
        gone, new = _only_in(before[name], after[name]), _only_in(after[name], before[name])
        pairs = _pairs(name, gone, new)
        if pairs:
            changed[name] = {key: _columns(old, now) for key, (old, now) in pairs.items()}
        gone = [row for row in gone if _key(name, row) not in pairs]
        new = [row for row in new if _key(name, row) not in pairs]
        added |= {name: new} if new else {}
        removed |= {name: gone} if gone else {}
    return Changes(added, removed, changed)


def _only_in(rows: list[Row], others: list[Row]) -> list[Row]:
    rest = list(others)
    only = []
    for row in rows:
        if row in rest:
            rest.remove(row)
        else:
            only.append(row)
    return only


def _pairs(table: str, gone: list[Row], new: list[Row]) -> dict[str, tuple[Row, Row]]:
    if table not in KEYS:
        return {}
    old = {_key(table, row): row for row in gone}
    return {
        _key(table, row): (old[_key(table, row)], row) for row in new if _key(table, row) in old
    }


def _key(table: str, row: Row) -> str:
    return "/".join(row.get(column, "").strip() for column in KEYS.get(table, ()))


def _columns(old: Row, now: Row) -> dict[str, tuple[str, str]]:
    names = dict.fromkeys([*old, *now])
    return {
        name: (old.get(name, ""), now.get(name, ""))
        for name in names
        if old.get(name, "") != now.get(name, "")
    }

"""Everything that is kept or leaves, searched for card numbers and security codes."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import psycopg
from django.contrib.sessions.backends.db import SessionStore
from django.core import mail
from psycopg import sql

from integrations.canonical.card_scan import find_card_numbers
from tests.canary.cards import CODE, Cards

_SQLITE = b"SQLite format 3\0"
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"


def leaks(place: str, data: bytes, cards: Cards) -> list[str]:
    """What must not stand in these bytes, in sentences that hold no card number themselves."""
    found = [
        f"{place}: {each.brand} …{each.last_four}, {each.form}, planted in {cards.whence(each)}"
        for each in find_card_numbers(data)
    ]
    return [*found, f"{place}: a security code"] if CODE.encode() in data else found


def leaks_in_database(url: str, cards: Cards) -> list[str]:
    """The same of every row of every table, seen as superuser."""
    return [
        sentence for table, data in dump(url) for sentence in leaks(f"table {table}", data, cards)
    ]


def leaks_in_mails(cards: Cards) -> list[str]:
    """The same of every mail sent so far, but for its number: long, random, and nobody's card."""
    sent = []
    for one in mail.outbox:
        message = one.message()
        del message["Message-ID"]
        sent.append(message.as_bytes())
    return [sentence for data in sent for sentence in leaks("a mail", data, cards)]


def leaks_in_files(folder: Path, cards: Cards, *, but: Sequence[str] = ()) -> list[str]:
    """The same of every file below a folder; of an SQLite file its rows, too. What stands in it
    under a name that fits a pattern of `but` is left out."""
    found = []
    for path in _files(folder):
        if any(fnmatch(path.relative_to(folder).parts[0], pattern) for pattern in but):
            continue
        place = f"the file {path.relative_to(folder)}"
        data = path.read_bytes()
        found += leaks(place, data, cards)
        if data.startswith(_SQLITE):
            found += leaks(f"{place}, its rows", _rows_of(path), cards)
    return found


def whole_numbers_in(folder: Path, numbers: Iterable[str], cards: Cards) -> list[str]:
    """The same of a database server's own files, its log of changes included: these numbers as
    they were planted, since in so many bytes some digits read like a card by chance."""
    wanted = [(number.encode(), cards.whence_of(number[-4:])) for number in numbers]
    return [
        f"the file {path.relative_to(folder)}: {whence}"
        for path in _files(folder)
        for data in (path.read_bytes(),)
        for number, whence in wanted
        if number in data
    ]


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _rows_of(path: Path) -> bytes:
    """Every value; a number that stands across two pages is found here only."""
    with contextlib.closing(sqlite3.connect(path)) as opened:
        names = opened.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        rows = [row for (name,) in names for row in opened.execute(f'SELECT * FROM "{name}"')]
    return b"\n".join(_plain("", value) for row in rows for value in row)


def dump(url: str) -> Iterator[tuple[str, bytes]]:
    with psycopg.connect(url) as connection:
        for (table,) in connection.execute(_TABLES).fetchall():
            rows = connection.execute(
                sql.SQL("SELECT * FROM {}").format(sql.Identifier(table))
            ).fetchall()
            yield table, b"\n".join(_plain(table, value) for row in rows for value in row)


def _plain(table: str, value: Any) -> bytes:
    """Bytes as they are, not in hexadecimal; what a session holds, unpacked."""
    if isinstance(value, (bytes, memoryview)):
        return bytes(value)
    if isinstance(value, (dict, list)):
        return json.dumps(value).encode()
    if table == "django_session" and isinstance(value, str) and ":" in value:
        return json.dumps(SessionStore().decode(value)).encode()
    return str(value).encode()

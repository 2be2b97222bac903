"""Card numbers in the books of a company, as people leave them in its free texts."""

from __future__ import annotations

import psycopg
from psycopg import sql

from integrations.sagepro.sample.schema import KEYS, TABLES
from tests.canary.cards import Cards
from tests.sagepro.foxpro.company import FoxProCompany

# Names of things, which another table repeats: with another text in one, nothing would be found.
_NAMES = frozenset({"glacnt", "glaccnt", "aracct", "depact", "item"})
# Written by us, or by FoxPro where memos stand in files of their own.
_LEFT_OUT = frozenset({"ptpost"})


def width_of(kind: str) -> int:
    """How many characters a column of this FoxPro type holds; 0 where it is no text."""
    return 200 if kind == "M" else int(kind[1:]) if kind[0] in "CV" else 0


def _columns(*, with_memos: bool) -> list[tuple[str, str, int]]:
    return [
        (table, name, width_of(kind))
        for table, columns in TABLES.items()
        for name, kind in columns
        if table not in _LEFT_OUT and name not in KEYS.get(table, ()) and name not in _NAMES
        if width_of(kind) >= 13 and (with_memos or kind != "M")
    ]


def plant_in_sql(dsn: str, cards: Cards) -> list[str]:
    """One number in every text column that is wide enough, in all of its rows; the columns."""
    planted = []
    with psycopg.connect(dsn, autocommit=True) as sage:
        for table, name, width in _columns(with_memos=True):
            statement = sql.SQL("UPDATE {} SET {} = %s").format(
                sql.Identifier(table), sql.Identifier(name)
            )
            place = f"Sage's {table}.{name}"
            sage.execute(statement, [cards.card(place, longest=width)])
            planted.append(place)
    return planted


def plant_in_foxpro(company: FoxProCompany, cards: Cards) -> list[str]:
    """The same in the tables of a FoxPro company."""
    planted = []
    for table, name, width in _columns(with_memos=False):
        place = f"Sage's {table}.{name}"
        card = cards.card(place, longest=width)
        with company.table(table) as opened:
            for number in opened.numbers():
                opened.replace(number, {name: card})
        planted.append(place)
    return planted

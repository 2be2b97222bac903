"""Flagged rows of Sage with card numbers and security codes in every text, as people leave them.

A site names the columns of this table itself, so every text here is wide enough for a card.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, get_type_hints

import psycopg
from psycopg import sql

from integrations.canonical.flagged import FlaggedRow
from integrations.sagepro.columns import ColumnMap
from integrations.sagepro.profile import PostingProfile
from integrations.sagepro.sample.schema import TABLES
from tests.canary.cards import CODE_NAMES, Cards
from tests.canary.sage_planting import width_of

TABLE = "arpayrq"
WIDTH = 65
# With another text the row asks for nothing, or somebody edits it.
_STATES = frozenset({"flag", "lock_status"})
# Columns of the site's own, of which no profile knows.
OWN = ("cardno", "cvv2")
# Where a text is read under another name than its column has with us.
_KEYS = {"kind_word": "kind"}
# What Tieout writes there last time stands in them, and anything else until then.
_TOLD = {"result_id", "message"}
# Shorter than that no card number is, nor what stands for a code with its name.
_LEAST = 19
DECLINED = "1.12"
CHARGE = {
    "reqflag": "Y", "reqkind": "CHARGE", "custno": "ACME01", "vaultid": "ACME01",
    "invno": "10432", "reqamt": "1.00",
}  # fmt: skip


def texts_read() -> set[str]:
    """What is read of a flagged row into a text."""
    told = get_type_hints(FlaggedRow)
    return {one.name for one in fields(FlaggedRow) if told[one.name] is str}


def mapped(profile: PostingProfile) -> list[tuple[str, ColumnMap]]:
    """The texts of a flagged row that Tieout reads or writes, with our own names."""
    columns = profile.tables["flagged"].columns.items()
    return [(key, one) for key, one in columns if one.type.is_text and key not in _STATES]


def widened(profile: Mapping[str, Any]) -> dict[str, Any]:
    """The posting profile of a site whose flagged table has wide texts."""
    tables = profile["tables"]
    columns = {
        key: {**one, "type": f"C{WIDTH}"} if one["type"][0] == "C" and key not in _STATES else one
        for key, one in tables["flagged"]["columns"].items()
    }
    return {**profile, "tables": {**tables, "flagged": {**tables["flagged"], "columns": columns}}}


_WIDER = sql.SQL("ALTER TABLE {} ALTER COLUMN {} TYPE char({})")
_ADDED = sql.SQL("ALTER TABLE {} ADD COLUMN {} char({}) NOT NULL DEFAULT ''")


def widen(dsn: str, profile: PostingProfile) -> None:
    """The table that goes with it, with two columns of the site's own."""
    states = {profile.column("flagged", key).name for key in _STATES}
    wide = [name for name, kind in TABLES[TABLE] if width_of(kind) and name not in states]
    with psycopg.connect(dsn, autocommit=True) as sage:
        for change, names in ((_WIDER, wide), (_ADDED, OWN)):
            for name in names:
                place = (sql.Identifier(TABLE), sql.Identifier(name), sql.Literal(WIDTH))
                sage.execute(change.format(*place))


@dataclass
class Planted:
    """Rows to be flagged, each with what it is about, and the texts that were planted in."""

    cards: Cards
    rows: list[dict[str, str]] = field(default_factory=list)
    places: set[str] = field(default_factory=set)

    def in_each(self, columns: Iterable[tuple[str, ColumnMap]]) -> None:
        """A row for each column with a card number in it, one with a security code, and one
        with card numbers in all of them."""
        wide = [(key, column) for key, column in columns if column.type.width >= _LEAST]
        for key, column in wide:
            self._add({column.name: self._card(key, width=column.type.width)})
            self._add({column.name: f"cvv:{self.cards.code()}"})
        self._add({
            column.name: self._card(key, width=column.type.width) for key, column in wide
        })  # fmt: skip

    def in_columns_of_the_site(self, names: Sequence[str], *, rows: int) -> None:
        """Rows that can be understood: what is planted stands where Tieout never looks. The bank
        declines every third."""
        for number in range(rows):
            told = {name: self._card(f"{name} of the site's own", width=WIDTH) for name in names}
            code = f"{CODE_NAMES[number % len(CODE_NAMES)]}={self.cards.code()}"
            told[names[number % len(names)]] = code
            self._add({**told, "reqamt": "1.00" if number % 3 else DECLINED})

    def _card(self, key: str, *, width: int) -> str:
        self.places.add(key)
        place = f"a flagged row's {key}"
        return self.cards.text(place) if width >= 40 else self.cards.card(place, longest=width)

    def _add(self, values: Mapping[str, str]) -> None:
        self.rows.append({"reqno": f"R{len(self.rows) + 1:03}", **CHARGE, **values})


def missing(planted: Iterable[str], read: Sequence[FlaggedRow]) -> set[str]:
    """Texts of a flagged row that hold nothing planted, or of which nothing arrived when they
    were `read`."""
    arrived = {name for name in texts_read() if any("[PAN" in getattr(row, name) for row in read)}
    columns = {_KEYS.get(name, name) for name in texts_read()} | _TOLD
    return (columns - set(planted)) | (texts_read() - arrived)

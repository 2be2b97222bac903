"""What of a test company's tables goes into a snapshot, whichever edition they are in. Pure.

A column named like card data is not read at all; a text column in which any value looks like
a card number is left out whole, and both are said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from integrations.canonical.errors import NeverWorks
from integrations.canonical.redaction import redact_text
from integrations.sagepro.calibration.snapshot import Row, Snapshot, plain
from integrations.sagepro.layout import Layout, Shape
from integrations.sagepro.sensitive import is_sensitive

MOST_ROWS = 20_000
"""A larger table is not a test company's."""
_LONGEST_TEXT = 254
_CARD_DIGITS = 12


class Tables(Protocol):
    """A company's tables at one moment, our own record left aside."""

    def layout(self) -> Layout: ...

    def count(self, table: str) -> int: ...

    def rows(self, table: str, columns: Sequence[str]) -> Iterable[Sequence[object]]:
        """The values of these columns, record by record."""
        ...


def gather(tables: Tables) -> Snapshot:
    """The snapshot of these tables. Raises NeverWorks when there are none to see."""
    layout = tables.layout()
    if not layout:
        raise NeverWorks(
            "This login sees no table in the company.",
            code="sage.permission",
            remedy="For calibration, let it read every table of the test company.",
        )
    rows: dict[str, list[Row]] = {}
    kept: dict[str, dict[str, Shape]] = {}
    skipped: list[str] = []
    for name, columns in sorted(layout.items()):
        read = _columns(name, columns, skipped)
        if _is_too_large(tables.count(name), name, skipped) or not read:
            continue
        found = [
            dict(zip(read, map(plain, values), strict=True)) for values in tables.rows(name, read)
        ]
        shaped = _card_shaped(found)
        skipped += [f"{name}.{each} holds what looks like card numbers." for each in shaped]
        kept[name] = {each: of for each, of in columns.items() if not is_sensitive(each)}
        rows[name] = _without(shaped, found) if shaped else found
    return Snapshot(kept, rows, tuple(skipped))


def _columns(name: str, columns: Mapping[str, Shape], skipped: list[str]) -> list[str]:
    """The columns that may be read: short texts, numbers, dates and yes-or-no, by their names."""
    read: list[str] = []
    for each, shape in columns.items():
        if is_sensitive(each):
            skipped.append(f"{name}.{each} is named like card data or a password.")
        elif _is_plain(shape):
            read.append(each)
    return read


def _is_plain(shape: Shape) -> bool:
    if shape.is_text:
        # Long texts are nobody's key; what people wrote there is none of our business.
        return shape.width.isdecimal() and int(shape.width) <= _LONGEST_TEXT
    return shape.is_number or shape.is_date or shape.is_logical


def _is_too_large(count: int, name: str, skipped: list[str]) -> bool:
    if count > MOST_ROWS:
        skipped.append(f"{name} has {count:,} rows, more than a test company's table.")
    return count > MOST_ROWS


def _card_shaped(rows: list[Row]) -> set[str]:
    return {name for row in rows for name, text in _long_digits(row) if redact_text(text) != text}


def _without(columns: set[str], rows: list[Row]) -> list[Row]:
    return [{name: text for name, text in row.items() if name not in columns} for row in rows]


def _long_digits(row: Row) -> Iterator[tuple[str, str]]:
    for name, text in row.items():
        if text and len(text) > _CARD_DIGITS and sum(map(str.isdigit, text)) > _CARD_DIGITS:
            yield name, text

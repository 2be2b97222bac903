"""How a company's tables look: table, column and type; and what changed, in words.

A layout is what the fingerprint is made of, so that a change can be told and not only noticed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

Fact = tuple[str, ...]
"""Table, column, data type, characters, digits, decimals, nullable (`YES`), all as text."""
_NONE = "None"
_TEXTS = frozenset({"character", "char", "nchar", "C"})
_LONG_TEXTS = frozenset({"character varying", "varchar", "nvarchar", "text", "ntext", "M", "V"})
_NUMBERS = frozenset({"numeric", "decimal", "money", "smallmoney", "N", "Y"})
_WHOLE = frozenset({"integer", "int", "bigint", "smallint", "tinyint", "I"})
_DATES = frozenset({"date", "datetime", "datetime2", "smalldatetime", "D", "T"})
_TOLD_AT_MOST = 3


@dataclass(frozen=True)
class Shape:
    """The type of one column, in the words of its database."""

    type: str
    width: str = ""
    digits: str = ""
    decimals: str = ""
    is_nullable: bool = False

    def __str__(self) -> str:
        """In plain words: `text, 10 wide`."""
        return _kind(self) + (", may be NULL" if self.is_nullable else "")

    @property
    def is_text(self) -> bool:
        return self.type in _TEXTS or self.type in _LONG_TEXTS

    @property
    def is_number(self) -> bool:
        return self.type in _NUMBERS or self.type in _WHOLE

    @property
    def is_date(self) -> bool:
        return self.type in _DATES or self.type.startswith("timestamp")

    @property
    def is_logical(self) -> bool:
        return self.type in {"boolean", "bit", "L"}


Layout = Mapping[str, Mapping[str, Shape]]
"""Physical table → physical column → shape."""


def layout_of(facts: Iterable[Fact]) -> dict[str, dict[str, Shape]]:
    """The layout that these facts describe."""
    found: dict[str, dict[str, Shape]] = {}
    for table, column, *rest in facts:
        kind, width, digits, decimals, nullable = ("" if text == _NONE else text for text in rest)
        shape = Shape(kind, width, digits, decimals, is_nullable=nullable.upper() == "YES")
        found.setdefault(table, {})[column] = shape
    return found


def to_json(layout: Layout) -> dict[str, dict[str, list[str]]]:
    """A JSON form that `from_json` reads back."""
    return {
        table: {
            name: [s.type, s.width, s.digits, s.decimals, "YES" if s.is_nullable else "NO"]
            for name, s in columns.items()
        }
        for table, columns in layout.items()
    }


def from_json(data: Mapping[str, Mapping[str, Sequence[str]]]) -> dict[str, dict[str, Shape]]:
    """The layout that `to_json` wrote."""
    return layout_of(
        (table, name, *facts) for table, columns in data.items() for name, facts in columns.items()
    )


def changes(before: Layout, after: Layout) -> list[str]:
    """What is different now, one sentence each, by table; empty when nothing is."""
    return [
        sentence for table in sorted({*before, *after}) for sentence in _of(table, before, after)
    ]


def in_short(sentences: Sequence[str]) -> str:
    """The first few, and how many more there are."""
    more = len(sentences) - _TOLD_AT_MOST
    told = [*sentences[:_TOLD_AT_MOST], *([f"And {more} more."] if more > 0 else [])]
    return " ".join(told)


def _of(table: str, before: Layout, after: Layout) -> Iterator[str]:
    if table not in after:
        yield f"Table {table} is gone, or this login may not see it any more."
        return
    if table not in before:
        yield f"Table {table} is new (columns: {', '.join(sorted(after[table]))})."
        return
    old, new = before[table], after[table]
    for name in sorted({*old, *new}):
        yield from _column(f"{name} of {table}", old.get(name), new.get(name))


def _column(which: str, old: Shape | None, new: Shape | None) -> Iterator[str]:
    if new is None:
        yield f"Column {which} is gone, or this login may not see it any more."
    elif old is None:
        yield f"Column {which} is new ({new})."
    elif old != new:
        yield f"Column {which} is now {_difference(old, new)}."


def _difference(old: Shape, new: Shape) -> str:
    if old.width != new.width and (old.type, old.is_nullable) == (new.type, new.is_nullable):
        return f"{new.width or 'without limit'} wide instead of {old.width or 'without limit'}"
    return f"{new} instead of {old}"


def _kind(shape: Shape) -> str:
    if shape.type in _TEXTS:
        return f"text, {shape.width} wide"
    if shape.type in _LONG_TEXTS:
        return f"text, up to {shape.width}" if shape.width else "long text"
    if shape.type in _NUMBERS:
        return f"a number of {shape.digits} digits, {shape.decimals or 0} of them decimals"
    if shape.type in _WHOLE:
        return "a whole number"
    if shape.is_date:
        return "a date"
    return "yes or no" if shape.is_logical else shape.type

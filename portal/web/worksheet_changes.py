"""Customers, orders and stock on the worksheet: each a record to key, value by value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from integrations.canonical.keyed_changes import ListedRow, ListedValue
from integrations.connections.models import Connection, WorksheetEntry
from integrations.connections.worksheet_changes import CHANGES, Kept, Kind
from integrations.sagepro.column_words import column_label

_HEADINGS = {
    Kind.CUSTOMER: "New customers",
    Kind.ORDER: "Sales orders",
    Kind.ALLOCATION: "Stock to allocate",
}
_NUMBERED = {Kind.CUSTOMER: "Customer number", Kind.ORDER: "Order number"}


_ABOUT = {
    Kind.CUSTOMER: "Where Sage gave another number than the one shown, type that one. Tieout then "
    "reads every value back.",
    Kind.ORDER: "Type the number that Sage gave a new order. Tieout then reads every line back.",
    Kind.ALLOCATION: "Tieout then reads the quantity back. Where something else moved it too, it "
    "asks once more.",
}


@dataclass(frozen=True)
class Value:
    """One column to fill or to change."""

    label: str
    name: str
    value: str
    was: str


@dataclass(frozen=True)
class Record:
    """One record of a table."""

    table: str
    key: str
    is_new: bool
    values: Sequence[Value]


@dataclass(frozen=True)
class Change:
    """An entry with what it lists."""

    entry: WorksheetEntry
    records: Sequence[Record]

    @property
    def is_waiting(self) -> bool:
        return self.entry.state == WorksheetEntry.State.WAITING


@dataclass(frozen=True)
class Section:
    """The changes of one kind in one company."""

    company: Connection
    kind: Kind
    changes: Sequence[Change]

    @property
    def heading(self) -> str:
        return _HEADINGS[self.kind]

    @property
    def about(self) -> str:
        """What to mind, and what happens then."""
        return _ABOUT[self.kind]

    @property
    def number_label(self) -> str:
        """What the number is called that a person tells; empty where none is asked for."""
        return _NUMBERED.get(self.kind, "")

    @property
    def mark(self) -> str:
        """Told apart from every other on the page."""
        return f"{self.company.id.hex}-{self.kind}"


def sections(entries: Sequence[WorksheetEntry]) -> Iterable[Section]:
    """By company and kind, what others may need first; oldest first in each."""
    found: dict[tuple[str, str, int], list[WorksheetEntry]] = {}
    for entry in entries:
        place = (entry.company.name, entry.company.id.hex, CHANGES.index(Kind(entry.kind)))
        found.setdefault(place, []).append(entry)
    for place in sorted(found):
        alike = found[place]
        yield Section(alike[0].company, CHANGES[place[2]], [_change(entry) for entry in alike])


def _change(entry: WorksheetEntry) -> Change:
    records = [
        Record(
            row.name,
            row.key,
            row.is_new,
            [Value(_label(row, one), one.name, one.value, one.was) for one in row.values],
        )
        for row in Kept.of(entry).listed
    ]
    return Change(entry, records)


def _label(row: ListedRow, value: ListedValue) -> str:
    """Empty for a text that the profile fills in: its column has no other name."""
    return "" if value.column == value.name else column_label(row.table, value.column)

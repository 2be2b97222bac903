"""Customers, orders and stock on the worksheet: each a record to key, value by value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from integrations.connections.models import Connection, WorksheetEntry
from integrations.connections.worksheet_changes import Kept, Kind
from integrations.sagepro.profile_words import column_label

_HEADINGS = {
    Kind.CUSTOMER: "New customers",
    Kind.ORDER: "Sales orders",
    Kind.ALLOCATION: "Stock to allocate",
}
_NUMBERED = {Kind.CUSTOMER: "Customer number", Kind.ORDER: "Order number"}


_ABOUT_NUMBERS = {
    Kind.CUSTOMER: "Where Sage gave another number than the one shown, type that one.",
    Kind.ORDER: "Type the number that Sage gave a new order.",
    Kind.ALLOCATION: "Nothing else is to be changed.",
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

    @property
    def number_label(self) -> str:
        """What the number is called that a person tells; empty where none is asked for."""
        return _NUMBERED.get(Kind(self.entry.kind), "")


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
    def about_numbers(self) -> str:
        return _ABOUT_NUMBERS[self.kind]

    @property
    def mark(self) -> str:
        """Told apart from every other on the page."""
        return f"{self.company.id.hex}-{self.kind}"


def sections(entries: Sequence[WorksheetEntry]) -> Iterable[Section]:
    """By company and kind, oldest first."""
    found: dict[tuple[str, str, Kind], list[WorksheetEntry]] = {}
    for entry in entries:
        place = (entry.company.name, entry.company.id.hex, Kind(entry.kind))
        found.setdefault(place, []).append(entry)
    for place in sorted(found):
        alike = found[place]
        yield Section(alike[0].company, place[2], [_change(entry) for entry in alike])


def _change(entry: WorksheetEntry) -> Change:
    records = [
        Record(
            row.name,
            row.key,
            row.is_new,
            [
                Value(column_label(row.table, one.column), one.name, one.value, one.was)
                for one in row.values
            ],
        )
        for row in Kept.of(entry).listed
    ]
    return Change(entry, records)

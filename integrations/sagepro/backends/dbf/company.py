"""The books of one company as FoxPro tables, answering the questions of the posting rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from integrations.sagepro.backends.books import Row
from integrations.sagepro.backends.dbf.layout import Layout
from integrations.sagepro.backends.dbf.overlay import Overlay, Step
from integrations.sagepro.backends.dbf.snapshot import Loaded, Snapshot
from integrations.sagepro.backends.dbf.staged_rows import StagedBooks
from integrations.sagepro.backends.dbf.texts import stands
from integrations.sagepro.profile import PostingProfile


@dataclass(frozen=True)
class Books:
    """Where rows are read: the live tables, our record of postings beside them, and the overlay
    over them while a change is planned."""

    live: Snapshot
    staged: StagedBooks
    overlay: Overlay | None = None

    def overlaid(self) -> Overlay:
        """The overlay that is written. Raises AssertionError where nothing is planned."""
        if self.overlay is None:
            raise AssertionError("FoxPro tables are written in an overlay only")
        return self.overlay


@dataclass(frozen=True)
class Test:
    """What the value of one column must be."""

    column: str
    passes: Callable[[Any], bool]


@dataclass(frozen=True)
class Where:
    """A condition: a text column is one of `keys`, every test passes, and the invoice is open;
    each where it is given."""

    column: str = ""
    keys: tuple[str, ...] = ()
    tests: tuple[Test, ...] = ()
    is_open: bool = False
    others: tuple[Where, ...] = ()
    """Or one of these; of our own record alone."""

    def __or__(self, other: Where) -> Where:
        return replace(self, others=(*self.others, other))

    def __and__(self, other: Where) -> Where:
        first, second = (self, other) if self.column else (other, self)
        tests = (*first.tests, *second.tests)
        if second.column:
            tests += (Test(second.column, lambda value: value in second.keys),)
        return Where(first.column, first.keys, tests, self.is_open or other.is_open)

    def passes(self, row: Row) -> bool:
        """Whether every test passes; the keys are looked up otherwise."""
        return all(test.passes(row[test.column]) for test in self.tests)

    def finds(self, row: Row) -> bool:
        """Whether the whole row is one that is meant."""
        return (not self.column or row[self.column] in self.keys) and self.passes(row)

    @property
    def columns(self) -> tuple[str, ...]:
        tested = tuple(test.column for test in self.tests)
        return (self.column, *tested) if self.column else tested


@dataclass(frozen=True)
class DbfCompany:
    """A `Company` over files. Text keys are compared without outer blanks on either side."""

    profile: PostingProfile

    def matches(self, _table: str, column: str, values: Sequence[str]) -> Where:
        return Where(column, tuple(dict.fromkeys(value.strip(" ") for value in values)))

    def equals(self, _table: str, column: str, value: str) -> Where:
        return Where(column, (value,))

    def holds(self, _table: str, column: str, value: object) -> Where:
        return Where(tests=(Test(column, lambda found: bool(found == value)),))

    def begins(self, _table: str, column: str, text: str) -> Where:
        return Where(tests=(Test(column, lambda found: bool(found.startswith(text))),))

    def reads(self, _table: str, column: str, text: str) -> Where:
        return Where(tests=(Test(column, lambda found: bool(found.lower() == text)),))

    def beyond(self, _table: str, column: str, value: str) -> Where:
        after = value.strip(" ")
        return Where(tests=(Test(column, lambda found: found > after),))

    def between(self, _table: str, column: str, first: date, last: date) -> Where:
        within = Test(column, lambda found: found is not None and first <= found <= last)
        return Where(tests=(within,))

    def is_open(self, customer_number: str | None = None) -> Where:
        if customer_number is None:
            return Where(is_open=True)
        return Where("customer_number", (customer_number.strip(" "),), is_open=True)

    def rows(
        self,
        connection: Books,
        table: str,
        where: Where | None = None,
        *,
        order_by: Sequence[str] = (),
        only: Sequence[str] = (),
        limit: int | None = None,
        whole: bool = False,
    ) -> list[Row]:
        found = list(self._found(connection, table, where or Where(), only, whole=whole))
        return sorted(found, key=lambda row: [_sortable(row[key]) for key in order_by])[:limit]

    def count(self, connection: Books, table: str, where: Where | None = None) -> int:
        loaded, wanted = connection.live.table(table), where or Where()
        over = connection.overlay.over(table) if connection.overlay else {}
        live = sum(number not in over for number in self._numbers(loaded, table, wanted))
        return live + sum(wanted.finds(row) for row in over.values())

    def insert(self, connection: Books, table: str, values: Row) -> None:
        overlay = connection.overlaid()
        if table == "postings":
            overlay.record = values
        else:
            overlay.add(table, values)

    def update(self, connection: Books, table: str, where: Where, values: Row) -> int:
        overlay, found = connection.overlaid(), self._whole(connection, table, where)
        for number, row in found.items():
            overlay.change(table, number, row, values, guarded=where.columns)
        return len(found)

    def repeat(self, connection: Books, step: Step) -> None:
        """Let a step that was handed over before stand in the overlay."""
        where = Where()
        for key, text in step.keys.items():
            kind = self.profile.column(step.table, key).type
            if kind.is_text:
                where &= self.matches(step.table, key, [text])
            else:
                where &= self.holds(step.table, key, stands(kind, text))
        connection.overlaid().repeat(step, self._whole(connection, step.table, where))

    def now(self, connection: Books) -> datetime:
        return connection.overlaid().now

    def has(self, table: str, column: str) -> bool:
        return self.profile.has(table, column)

    def only_mapped(self, table: str, values: Row) -> Row:
        return {key: value for key, value in values.items() if self.has(table, key)}

    def _found(
        self, books: Books, table: str, where: Where, only: Sequence[str], *, whole: bool
    ) -> Iterable[Row]:
        if table == "postings":
            return self._recorded(books, where)
        loaded = books.live.table(table)
        layout = self._layout(loaded, table, only, whole=whole)
        if books.overlay is None or not books.overlay.over(table):
            return [layout.row(number) for number in self._numbers(loaded, table, where)]
        rows = self._whole(books, table, where).values()
        return [{key: row[key] for key in layout.keys} for row in rows]

    def _recorded(self, books: Books, where: Where) -> Iterable[Row]:
        """Rows of our own record, each once."""
        found: dict[str, Row] = {}
        for one in (where, *where.others):
            found |= {row["effect_key"]: row for row in books.staged.rows(one.column, one.keys)}
        return [found[key] for key in sorted(found)]

    def _whole(self, books: Books, table: str, where: Where) -> Mapping[int, Row]:
        """Record number → the whole row as it stands in the overlay, added ones last."""
        loaded = books.live.table(table)
        over = books.overlay.over(table) if books.overlay else {}
        live = [n for n in self._numbers(loaded, table, where) if n not in over]
        found = {number: loaded.layout.row(number) for number in live}
        found |= {number: row for number, row in over.items() if where.finds(row)}
        return {number: found[number] for number in sorted(found, key=lambda n: (n < 0, abs(n)))}

    def _layout(self, loaded: Loaded, table: str, only: Sequence[str], *, whole: bool) -> Layout:
        if only:
            return loaded.layout.narrowed([key for key in only if self.has(table, key)])
        return loaded.usual if table == "customers" and not whole else loaded.layout

    def _numbers(self, loaded: Loaded, table: str, where: Where) -> Iterable[int]:
        numbers = self._keyed(loaded, table, where) if where.column else loaded.image.records()
        if where.tests:
            tested = loaded.layout.narrowed([test.column for test in where.tests])
            numbers = [number for number in numbers if where.passes(tested.row(number))]
        if not where.is_open:
            return numbers
        # Most invoices of a company are paid: two columns tell, before the others are read.
        short = loaded.layout.narrowed(("balance", "status"))
        return [number for number in numbers if self._is_open(short.row(number))]

    def _keyed(self, loaded: Loaded, table: str, where: Where) -> Iterable[int]:
        field = loaded.image.header.by_name[self.profile.column(table, where.column).name.upper()]
        index = loaded.image.index(field)
        keys = (key.encode(self.profile.code_page, "replace") for key in where.keys)
        return sorted(number for key in keys for number in index.get(key, ()))

    def _is_open(self, row: Row) -> bool:
        return row["balance"] != 0 and row["status"] not in self.profile.void_statuses


def _sortable(value: object) -> object:
    # An empty date sorts first, as 1900-01-01 does in the SQL edition.
    return date.min if value is None else value

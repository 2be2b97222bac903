"""The books of one company as FoxPro tables, answering the questions of the posting rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from integrations.sagepro.backends.books import Row
from integrations.sagepro.backends.dbf.layout import Layout
from integrations.sagepro.backends.dbf.snapshot import Loaded, Snapshot
from integrations.sagepro.backends.dbf.staged_rows import StagedBooks
from integrations.sagepro.profile import PostingProfile


@dataclass(frozen=True)
class Books:
    """Where rows are read: the live tables, and our record of postings beside them."""

    live: Snapshot
    staged: StagedBooks


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

    def __and__(self, other: Where) -> Where:
        first, second = (self, other) if self.column else (other, self)
        tests = (*first.tests, *second.tests)
        if second.column:
            tests += (Test(second.column, lambda value: value in second.keys),)
        return Where(first.column, first.keys, tests, self.is_open or other.is_open)

    def passes(self, row: Row) -> bool:
        return all(test.passes(row[test.column]) for test in self.tests)


@dataclass(frozen=True)
class DbfCompany:
    """A `Company` over files. Text keys are compared without outer blanks on either side."""

    profile: PostingProfile

    def matches(self, _table: str, column: str, values: Sequence[str]) -> Where:
        return Where(column, tuple(dict.fromkeys(value.strip(" ") for value in values)))

    def equals(self, _table: str, column: str, value: str) -> Where:
        return Where(column, (value,))

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
        loaded = connection.live.table(table)
        return sum(1 for _ in self._numbers(loaded, table, where or Where()))

    def has(self, table: str, column: str) -> bool:
        return self.profile.has(table, column)

    def _found(
        self, books: Books, table: str, where: Where, only: Sequence[str], *, whole: bool
    ) -> Iterable[Row]:
        if table == "postings":
            return books.staged.rows(where.column, where.keys)
        loaded = books.live.table(table)
        layout = self._layout(loaded, table, only, whole=whole)
        return [layout.row(number) for number in self._numbers(loaded, table, where)]

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

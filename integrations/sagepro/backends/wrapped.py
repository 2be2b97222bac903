"""A company seen through something that changes a few of its answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic

from integrations.sagepro.backends.books import Changeable, H, Row
from integrations.sagepro.profile import PostingProfile


@dataclass(frozen=True)
class Wrapped(Generic[H]):
    """The company, under another profile; every answer is its own."""

    company: Changeable[H]
    profile: PostingProfile

    def matches(self, table: str, column: str, values: Sequence[str]) -> Any:
        return self.company.matches(table, column, values)

    def equals(self, table: str, column: str, value: str) -> Any:
        return self.company.equals(table, column, value)

    def beyond(self, table: str, column: str, value: str) -> Any:
        return self.company.beyond(table, column, value)

    def between(self, table: str, column: str, first: date, last: date) -> Any:
        return self.company.between(table, column, first, last)

    def is_open(self, customer_number: str | None = None) -> Any:
        return self.company.is_open(customer_number)

    def holds(self, table: str, column: str, value: object) -> Any:
        return self.company.holds(table, column, value)

    def begins(self, table: str, column: str, text: str) -> Any:
        return self.company.begins(table, column, text)

    def reads(self, table: str, column: str, text: str) -> Any:
        return self.company.reads(table, column, text)

    def rows(
        self,
        connection: H,
        table: str,
        where: Any = None,
        *,
        order_by: Sequence[str] = (),
        only: Sequence[str] = (),
        limit: int | None = None,
        whole: bool = False,
    ) -> list[Row]:
        return self.company.rows(
            connection, table, where, order_by=order_by, only=only, limit=limit, whole=whole
        )

    def count(self, connection: H, table: str, where: Any = None) -> int:
        return self.company.count(connection, table, where)

    def insert(self, connection: H, table: str, values: Row) -> None:
        self.company.insert(connection, table, values)

    def update(self, connection: H, table: str, where: Any, values: Row) -> int:
        return self.company.update(connection, table, where, values)

    def now(self, connection: H) -> datetime:
        return self.company.now(connection)

    def has(self, table: str, column: str) -> bool:
        return self.company.has(table, column)

    def only_mapped(self, table: str, values: Row) -> Row:
        return self.company.only_mapped(table, values)

"""One company's tables, built from its posting profile, speaking logical column names.

Only mapped columns are ever selected: what the profile does not name is not read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    CursorResult,
    MetaData,
    Table,
    bindparam,
    func,
    insert,
    or_,
    select,
    update,
)

from integrations.sagepro.backends.books import Row
from integrations.sagepro.backends.types import blank, key_type, sql_type
from integrations.sagepro.columns import ColumnMap, TableMap
from integrations.sagepro.profile import PostingProfile
from integrations.sagepro.required import NEW_CUSTOMER


@dataclass(frozen=True)
class SqlCompany:
    """The books of one company as SQL tables."""

    profile: PostingProfile
    tables: Mapping[str, Table]

    @classmethod
    def of(cls, profile: PostingProfile) -> SqlCompany:
        metadata = MetaData(schema=profile.database_schema or None)
        return cls(profile, {name: _table(profile, name, metadata) for name in profile.all_tables})

    def column(self, table: str, column: str) -> ColumnElement[Any]:
        return self.tables[table].c[column]

    def matches(self, table: str, column: str, values: Sequence[str]) -> ColumnElement[bool]:
        """The key is one of `values`, however either side is padded."""
        mapped = self.profile.column(table, column)
        keys = {key for value in values for key in mapped.candidates(value)}
        return self._among(table, column, sorted(keys))

    def equals(self, table: str, column: str, value: str) -> ColumnElement[bool]:
        """The text is this one as it stands."""
        return self._among(table, column, [value])

    def _among(self, table: str, column: str, keys: list[str]) -> ColumnElement[bool]:
        kind = key_type(self.profile.column(table, column).type)
        given = bindparam(column, keys, type_=kind, expanding=True, unique=True)
        return self.column(table, column).in_(given)

    def rows(
        self,
        connection: Connection,
        table: str,
        where: ColumnElement[bool] | None = None,
        *,
        order_by: Sequence[str] = (),
        only: Sequence[str] = (),
        limit: int | None = None,
        whole: bool = False,
    ) -> list[Row]:
        """The mapped columns of the rows that match, in stable order.

        Those of a customer that only a new one needs are left out unless `whole`.
        """
        left_out = NEW_CUSTOMER if table == "customers" and not whole else frozenset()
        columns = self.profile.table_map(table).columns.items()
        mapped = {key: column for key, column in columns if key not in left_out}
        if only:
            mapped = {key: column for key, column in mapped.items() if key in only}
        statement = select(*(self.column(table, key) for key in mapped))
        if where is not None:
            statement = statement.where(where)
        statement = statement.order_by(*(self.column(table, key) for key in order_by))
        if limit is not None:
            statement = statement.limit(limit)
        return [self._read(mapped, values) for values in connection.execute(statement)]

    def insert(self, connection: Connection, table: str, values: Row) -> None:
        """Add a row: given values, the site's constants, blanks for the rest; never NULL."""
        mapped = self.profile.table_map(table)
        stored = {
            _unread(name): blank(kind, empty_date=self.profile.empty_date)
            for name, kind in mapped.blanks.items()
        }
        stored |= {_unread(name): value for name, (_, value) in mapped.constants.items()}
        stored |= {
            key: self._stored(column, values.get(key))
            for key, column in mapped.columns.items()
            if key != "row_id"
        }
        connection.execute(insert(self.tables[table]).values(stored))

    def update(
        self, connection: Connection, table: str, where: ColumnElement[bool], values: Row
    ) -> int:
        """Set the given columns; how many rows matched."""
        mapped = self.profile.table_map(table).columns
        stored = {key: self._stored(mapped[key], value) for key, value in values.items()}
        result: CursorResult[Any] = connection.execute(
            update(self.tables[table]).where(where).values(stored)
        )
        return result.rowcount

    def between(self, table: str, column: str, first: date, last: date) -> ColumnElement[bool]:
        """The day is one from `first` to `last`, both included."""
        moment, end = (datetime.combine(day, time()) for day in (first, last))
        return self.column(table, column).between(moment, end)

    def is_open(self, customer_number: str | None = None) -> ColumnElement[bool]:
        where = self.column("invoices", "balance") != 0
        where &= self.column("invoices", "status").not_in(self.profile.void_statuses)
        if customer_number is not None:
            where &= self.matches("invoices", "customer_number", [customer_number])
        return where

    def count(
        self, connection: Connection, table: str, where: ColumnElement[bool] | None = None
    ) -> int:
        statement = select(func.count()).select_from(self.tables[table])
        if where is not None:
            statement = statement.where(where)
        return int(connection.execute(statement).scalar_one())

    def has(self, table: str, column: str) -> bool:
        return self.profile.has(table, column)

    def only_mapped(self, table: str, values: Row) -> Row:
        """The values whose column this site has."""
        return {key: value for key, value in values.items() if self.has(table, key)}

    def _read(self, mapped: Mapping[str, ColumnMap], values: Sequence[Any]) -> Row:
        return {
            key: self._decoded(column, value)
            for (key, column), value in zip(mapped.items(), values, strict=True)
        }

    def _decoded(self, column: ColumnMap, value: object) -> object:
        if isinstance(value, str):
            return value.strip(" ")
        if isinstance(value, datetime) and column.type.letter != "T":
            return None if value.date() == self.profile.empty_date else value.date()
        return value

    def _stored(self, column: ColumnMap, value: object) -> object:
        if value is None:
            return blank(column.type, empty_date=self.profile.empty_date)
        if isinstance(value, str):
            return column.stored(value)
        if isinstance(value, date) and not isinstance(value, datetime):
            return datetime.combine(value, time())
        return value


def any_of(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return or_(*conditions)


def _unread(name: str) -> str:
    # Physical names must not collide with logical ones: site column `status` is not ours.
    return f"unread.{name}"


def _table(profile: PostingProfile, table: str, metadata: MetaData) -> Table:
    mapped: TableMap = profile.table_map(table)
    columns: list[Column[Any]] = [
        Column(column.name, sql_type(column.type), key=key)
        for key, column in mapped.columns.items()
    ]
    columns += [
        Column(name, sql_type(kind), key=_unread(name)) for name, kind in mapped.blanks.items()
    ]
    columns += [
        Column(name, sql_type(kind), key=_unread(name))
        for name, (kind, _) in mapped.constants.items()
    ]
    return Table(profile.physical_table(table), metadata, *columns)

"""One company's tables, built from its posting profile, speaking logical column names.

Only mapped columns are ever selected: what the profile does not name is not read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    MetaData,
    Select,
    String,
    Table,
    Update,
    cast,
    func,
    insert,
    select,
    update,
)

from integrations.sagepro.backends.books import Row
from integrations.sagepro.backends.conditions import Condition, Statements, Where
from integrations.sagepro.backends.decoding import Decoding
from integrations.sagepro.backends.statements import Statement
from integrations.sagepro.backends.types import blank, key_type, sql_type
from integrations.sagepro.columns import ColumnMap, ColumnType, TableMap
from integrations.sagepro.profile import PostingProfile
from integrations.sagepro.required import NEW_CUSTOMER

_NOW = Statement(select(func.now()))


@dataclass(frozen=True)
class SqlCompany:
    """The books of one company as SQL tables."""

    profile: PostingProfile
    tables: Mapping[str, Table]
    statements: Statements = field(default_factory=Statements, repr=False, compare=False)
    decodings: dict[tuple[str, tuple[str, ...], bool], Decoding] = field(
        default_factory=dict, repr=False, compare=False
    )
    empty_rows: dict[str, Row] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, profile: PostingProfile) -> SqlCompany:
        shapes = tuple(_shape(profile, name) for name in profile.all_tables)
        return cls(profile, _tables(shapes))

    def column(self, table: str, column: str) -> ColumnElement[Any]:
        return self.tables[table].c[column]

    def matches(self, table: str, column: str, values: Sequence[str]) -> Condition:
        """The key is one of `values`, however either side is padded."""
        mapped = self.profile.column(table, column)
        keys = {key for value in values for key in mapped.candidates(value)}
        return self.among(table, column, sorted(keys))

    def equals(self, table: str, column: str, value: str) -> Condition:
        """The text is this one as it stands."""
        return self.among(table, column, [value])

    def holds(self, table: str, column: str, value: object) -> Condition:
        """The column still holds this value, which was read from it."""
        found = self.column(table, column)
        if value is None:
            return Condition(("empty", table, column), (), lambda _: found.is_(None))
        return Condition(
            ("holds", table, column), (value,), lambda binds: found == binds.one(column, found.type)
        )

    def begins(self, table: str, column: str, text: str) -> ColumnElement[bool]:
        """The text begins with this one."""
        return self.column(table, column).startswith(text, autoescape=True)

    def reads(self, table: str, column: str, text: str) -> ColumnElement[bool]:
        """The text is this one in small letters, outer blanks left aside."""
        found = cast(self.column(table, column), String(254))
        return func.lower(func.ltrim(func.rtrim(found))) == text

    def beyond(self, table: str, column: str, value: str) -> Condition:
        """The text comes after this one, as the database sorts it."""
        found = self.column(table, column)
        return Condition(
            ("beyond", table, column), (value,), lambda binds: found > binds.one(column, found.type)
        )

    def among(self, table: str, column: str, keys: Sequence[str]) -> Condition:
        """The text is one of these as they stand."""
        kind = key_type(self.profile.column(table, column).type)
        found = self.column(table, column)
        return Condition(
            ("among", table, column, len(keys)),
            tuple(keys),
            lambda binds: found.in_(binds.several(column, kind, len(keys))),
        )

    def rows(
        self,
        connection: Connection,
        table: str,
        where: Where = None,
        *,
        order_by: Sequence[str] = (),
        only: Sequence[str] = (),
        limit: int | None = None,
        whole: bool = False,
    ) -> list[Row]:
        """The mapped columns of the rows that match, in stable order.

        Those of a customer that only a new one needs are left out unless `whole`.
        """
        decoding = self._decoding(table, tuple(only), whole=whole)

        def make(condition: ColumnElement[bool] | None) -> Select[Any]:
            statement = select(*(self.column(table, key) for key in decoding.keys))
            if condition is not None:
                statement = statement.where(condition)
            statement = statement.order_by(*(self.column(table, key) for key in order_by))
            return statement if limit is None else statement.limit(limit)

        shape = ("rows", table, tuple(only), whole, tuple(order_by), limit)
        statement, given = self.statements.of(shape, where, make)
        return decoding.rows(statement.rows(connection, given))

    def insert(self, connection: Connection, table: str, values: Row) -> None:
        """Add a row: given values, the site's constants, blanks for the rest; never NULL."""
        columns, given = self.profile.table_map(table).columns, dict(self._empty_row(table))
        said, turned = {}, self.profile.turned(table)
        for key, value in values.items():
            if key not in given:
                continue
            if isinstance(value, ColumnElement):
                said[key] = value
                del given[key]
            else:
                given[key] = self._stored(columns[key], -value if key in turned else value)
        # The statement keeps the expressions, so that no other one ever has their ids.
        shape = ("insert", table, tuple((key, id(one)) for key, one in said.items()))
        statement, _ = self.statements.of(
            shape, None, lambda _: insert(self.tables[table]).values(said), sets=list(given)
        )
        statement.change(connection, given)

    def update(self, connection: Connection, table: str, where: Where, values: Row) -> int:
        """Set the given columns; how many rows matched."""
        mapped = self.profile.table_map(table).columns
        stored = {key: self._stored(mapped[key], value) for key, value in values.items()}

        def make(condition: ColumnElement[bool] | None) -> Update:
            statement = update(self.tables[table])
            return statement if condition is None else statement.where(condition)

        shape = ("update", table, tuple(stored))
        statement, given = self.statements.of(shape, where, make, sets=list(stored))
        return statement.change(connection, {**given, **stored})

    def between(self, table: str, column: str, first: date, last: date) -> ColumnElement[bool]:
        """The day is one from `first` to `last`, both included."""
        moment, end = (datetime.combine(day, time()) for day in (first, last))
        return self.column(table, column).between(moment, end)

    def is_open(self, customer_number: str | None = None) -> Condition:
        balance, status = self.column("invoices", "balance"), self.column("invoices", "status")
        void = self.profile.void_statuses
        where = Condition(
            ("open",),
            tuple(void),
            lambda binds: (
                (balance != 0) & status.not_in(binds.several("status", status.type, len(void)))
            ),
        )
        if customer_number is not None:
            where &= self.matches("invoices", "customer_number", [customer_number])
        return where

    def count(self, connection: Connection, table: str, where: Where = None) -> int:
        def make(condition: ColumnElement[bool] | None) -> Select[Any]:
            statement = select(func.count()).select_from(self.tables[table])
            return statement if condition is None else statement.where(condition)

        statement, given = self.statements.of(("count", table), where, make)
        ((count,),) = statement.rows(connection, given)
        return int(count)

    def now(self, connection: Connection) -> datetime:
        """The time by the database's clock: a worker's may be wrong."""
        ((now,),) = _NOW.rows(connection)
        found: datetime = now
        return found

    def has(self, table: str, column: str) -> bool:
        return self.profile.has(table, column)

    def only_mapped(self, table: str, values: Row) -> Row:
        """The values whose column this site has."""
        return {key: value for key, value in values.items() if self.has(table, key)}

    def _decoding(self, table: str, only: tuple[str, ...], *, whole: bool) -> Decoding:
        found = self.decodings.get((table, only, whole))
        if found is None:
            left_out = NEW_CUSTOMER if table == "customers" and not whole else frozenset()
            columns = self.profile.table_map(table).columns.items()
            mapped = {
                key: column
                for key, column in columns
                if key not in left_out and (not only or key in only)
            }
            found = Decoding.of(
                mapped, empty_date=self.profile.empty_date, turned=self.profile.turned(table)
            )
            self.decodings[table, only, whole] = found
        return found

    def _empty_row(self, table: str) -> Row:
        """What a new row holds where nothing is given."""
        found = self.empty_rows.get(table)
        if found is None:
            mapped, empty = self.profile.table_map(table), self.profile.empty_date
            found = {
                _unread(name): blank(kind, empty_date=empty) for name, kind in mapped.blanks.items()
            }
            found |= {_unread(name): value for name, (_, value) in mapped.constants.items()}
            found |= {
                key: self._stored(column, None)
                for key, column in mapped.columns.items()
                if key != "row_id"
            }
            self.empty_rows[table] = found
        return found

    def _stored(self, column: ColumnMap, value: object) -> object:
        if value is None:
            return blank(column.type, empty_date=self.profile.empty_date)
        if isinstance(value, str):
            return column.stored(value)
        if isinstance(value, date) and not isinstance(value, datetime):
            return datetime.combine(value, time())
        return value


def _unread(name: str) -> str:
    # Physical names must not collide with logical ones: site column `status` is not ours.
    return f"unread.{name}"


@dataclass(frozen=True)
class _Shape:
    """What a table is built from: its logical name, its physical one with its schema, and each
    column's key, name and type."""

    table: str
    name: str
    schema: str
    columns: tuple[tuple[str, str, ColumnType], ...]


def _shape(profile: PostingProfile, table: str) -> _Shape:
    mapped: TableMap = profile.table_map(table)
    columns = [(key, column.name, column.type) for key, column in mapped.columns.items()]
    columns += [(_unread(name), name, kind) for name, kind in mapped.blanks.items()]
    columns += [(_unread(name), name, kind) for name, (kind, _) in mapped.constants.items()]
    schema = profile.schema_of(table)
    return _Shape(table, profile.physical_table(table), schema, tuple(columns))


@lru_cache(maxsize=64)
def _tables(shapes: tuple[_Shape, ...]) -> Mapping[str, Table]:
    """Built once for all connectors of companies that look alike: a connection is opened anew
    often, and to build a company's tables takes longer than that."""
    metadata = MetaData()
    return MappingProxyType({shape.table: _table(shape, metadata) for shape in shapes})


def _table(shape: _Shape, metadata: MetaData) -> Table:
    columns = (Column(name, sql_type(kind), key=key) for key, name, kind in shape.columns)
    return Table(shape.name, metadata, *columns, schema=shape.schema or None)

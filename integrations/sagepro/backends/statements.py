"""Statements that SQLAlchemy writes once and the driver's own cursor is told.

A receipt takes some thirty. What SQLAlchemy prepares around each execution, for callers that
we do not have, costs more than driver and database together. Pool, transaction and words stay
its own; who listens to its `before_execute` and `before_cursor_execute` hears these as well.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ClauseElement, Connection, Dialect, Select
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from integrations.sagepro.backends.faults import as_told

T = TypeVar("T")
Values = Mapping[str, object]
_Change = Callable[[Any], Any]
_NONE: Values = {}
_CURSORS = "tieout.cursors"
_MOST_CURSORS = 200  # of one connection
_LONG_ANSWER = 200  # rows


class Statement:
    """One statement; `sets` are the columns that an INSERT or UPDATE is given values for.

    Safe to share between threads: the worst is that it is written twice.
    """

    def __init__(self, element: ClauseElement, *, sets: Sequence[str] = ()) -> None:
        self.element = element
        self._sets = sets
        self._written: dict[Hashable, _Written] = {}

    def rows(self, connection: Connection, given: Values = _NONE) -> Sequence[Sequence[Any]]:
        """Every row of the answer. Raises DBAPIError, as `Connection.execute` does."""
        written = self._written_for(connection.dialect)
        return self._tell(connection, written, given, written.answers)

    def change(self, connection: Connection, given: Values = _NONE) -> int:
        """How many rows it touched. Raises DBAPIError, as `Connection.execute` does."""
        return self._tell(connection, self._written_for(connection.dialect), given, _touched)

    def _tell(
        self,
        connection: Connection,
        written: _Written,
        given: Values,
        hear: Callable[[DBAPICursor], T],
    ) -> T:
        text, values = written.text, written.values(given)
        if not connection.in_transaction():
            connection.begin()
        try:
            cursors = connection.info.setdefault(_CURSORS, {})
            cursor = cursors.pop(text, None) or connection.connection.cursor()
            self._announce(connection, cursor, text, given, values)
            cursor.execute(text, values)
            heard = hear(cursor)
        except BaseException as error:
            told = as_told(error, connection)
            if told is None:
                raise
            raise told from error
        _keep(cursors, text, cursor)
        return heard

    def _announce(
        self,
        connection: Connection,
        cursor: DBAPICursor,
        text: str,
        given: Values,
        values: Values,
    ) -> None:
        for hear in connection.dispatch.before_execute:
            hear(connection, self.element, [], given, {})
        for hear in connection.dispatch.before_cursor_execute:
            hear(connection, cursor, text, values, None, False)  # noqa: FBT003 its own order

    def _written_for(self, dialect: Dialect) -> _Written:
        product = (dialect.name, dialect.driver, dialect.paramstyle, dialect.server_version_info)
        found = self._written.get(product)
        if found is None:
            found = self._written[product] = _write(self.element, dialect, self._sets)
        return found


def _keep(cursors: dict[str, DBAPICursor], text: str, cursor: DBAPICursor) -> None:
    """Beside its connection: for the same words again, a driver need not work out the values'
    and the columns' types anew. It holds its last answer, so none with a long one is kept."""
    if cursor.rowcount <= _LONG_ANSWER:
        if len(cursors) >= _MOST_CURSORS:
            cursors.clear()
        cursors[text] = cursor


def _touched(cursor: DBAPICursor) -> int:
    return cursor.rowcount


@dataclass
class _Written:
    """A statement in the words of one product and its driver."""

    dialect: Dialect
    text: str
    places: Sequence[tuple[str, str, _Change | None]]
    """Each given value by our name, its name in the text, and how the driver is given it."""
    fixed: Values
    kinds: Sequence[TypeEngine[Any]]
    """Of the columns of the answer, where they are known."""
    _changes: Sequence[tuple[int, _Change]] | None = None

    def values(self, given: Values) -> dict[str, object]:
        told = dict(self.fixed)
        for name, place, change in self.places:
            value = given[name]
            told[place] = value if change is None else change(value)
        return told

    def answers(self, cursor: DBAPICursor) -> Sequence[Sequence[Any]]:
        """What the driver gives; where that is not what the type of a column says, changed."""
        rows: Sequence[Sequence[Any]] = cursor.fetchall()
        if self._changes is None:
            self._changes = self._work_out(cursor)
        changes = self._changes
        return [_changed(row, changes) for row in rows] if changes else rows

    def _work_out(self, cursor: DBAPICursor) -> Sequence[tuple[int, _Change]]:
        found = []
        columns = zip(self.kinds, cursor.description or (), strict=False)
        for place, (kind, column) in enumerate(columns):
            change = kind.dialect_impl(self.dialect).result_processor(self.dialect, column[1])
            if change is not None:
                found.append((place, change))
        return found


def _changed(row: Sequence[Any], changes: Sequence[tuple[int, _Change]]) -> Sequence[Any]:
    found = list(row)
    for place, change in changes:
        found[place] = change(found[place])
    return found


@dataclass(frozen=True)
class _Unset:
    """Stands for a value that is given when the statement runs."""

    name: str


def _write(element: ClauseElement, dialect: Dialect, sets: Sequence[str]) -> _Written:
    compiled = dialect.statement_compiler(dialect, element, column_keys=list(sets) or None)
    unset = {
        name: _Unset(name) for name, bind in compiled.binds.items() if bind.required or name in sets
    }
    whole = compiled.construct_expanded_state(unset)
    changes = {**whole.processors, **_how_given(compiled)}
    places, fixed = [], {}
    for place, value in whole.parameters.items():
        change = changes.get(place)
        if isinstance(value, _Unset):
            places.append((value.name, place, change))
        else:
            fixed[place] = value if change is None else change(value)
    kinds = [one.type for one in element.selected_columns] if isinstance(element, Select) else []
    return _Written(dialect, whole.statement, places, fixed, kinds)


def _how_given(compiled: SQLCompiler) -> dict[str, _Change | None]:
    """How the driver is given each value, by its name in the text."""
    dialect, escaped = compiled.dialect, compiled.escaped_bind_names
    return {
        escaped.get(name, name): bind.type.dialect_impl(dialect).bind_processor(dialect)
        for name, bind in compiled.binds.items()
    }

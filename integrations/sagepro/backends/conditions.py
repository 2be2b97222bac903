"""Conditions whose statement is built once: the shape apart from the values.

Building a statement and finding it among the compiled ones costs more than the database takes
to answer it. Conditions of the same shape share one statement, which is given their values.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, bindparam
from sqlalchemy.types import TypeEngine

from integrations.sagepro.backends.statements import Statement, Values

# Shapes differ by how many numbers are asked for at once; enough for every kind there is.
_MOST_STATEMENTS = 500


@dataclass
class Binds:
    """The places of values in one statement, named by their columns."""

    names: list[str] = field(default_factory=list)
    _used: Counter[str] = field(default_factory=Counter)

    def one(self, column: str, kind: TypeEngine[Any]) -> BindParameter[Any]:
        return self._place(self._numbered(column), kind)

    def several(self, column: str, kind: TypeEngine[Any], count: int) -> list[BindParameter[Any]]:
        name = self._numbered(column)
        return [self._place(f"{name}_{number + 1}", kind) for number in range(count)]

    def _numbered(self, column: str) -> str:
        self._used[column] += 1
        return f"{column}_{self._used[column]}"

    def _place(self, name: str, kind: TypeEngine[Any]) -> BindParameter[Any]:
        self.names.append(name)
        return bindparam(name, type_=kind)


@dataclass(frozen=True)
class Condition:
    """What rows must hold. Two of one `shape` differ by their `values` alone."""

    shape: Hashable
    values: tuple[object, ...]
    build: Callable[[Binds], ColumnElement[bool]]

    def __and__(self, other: Condition) -> Condition:
        return Condition(
            ("and", self.shape, other.shape),
            (*self.values, *other.values),
            lambda binds: self.build(binds) & other.build(binds),
        )

    def __or__(self, other: Condition) -> Condition:
        return Condition(
            ("or", self.shape, other.shape),
            (*self.values, *other.values),
            lambda binds: self.build(binds) | other.build(binds),
        )


Where = Condition | ColumnElement[bool] | None
"""A condition that is seldom asked may be an expression as it stands; it is built each time."""


class Statements:
    """Statements by their shape. Safe to share between threads: the worst is building twice."""

    def __init__(self) -> None:
        self._known: dict[Hashable, tuple[Statement, Sequence[str]]] = {}

    def __len__(self) -> int:
        return len(self._known)

    def of(
        self,
        key: Hashable,
        where: Where,
        make: Callable[[ColumnElement[bool] | None], Any],
        *,
        sets: Sequence[str] = (),
    ) -> tuple[Statement, Values]:
        """The statement that `make` makes of a condition, and what the condition gives it."""
        if isinstance(where, ColumnElement):
            return Statement(make(where), sets=sets), {}
        shape, values = (where.shape, where.values) if where else (None, ())
        known = self._known.get((key, shape))
        if known is None:
            binds = Binds()
            made = Statement(make(where.build(binds) if where else None), sets=sets)
            known = made, binds.names
            if len(self._known) >= _MOST_STATEMENTS:
                self._known.clear()
            self._known[key, shape] = known
        statement, names = known
        return statement, dict(zip(names, values, strict=True))

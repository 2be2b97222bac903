"""What a database gives for a column, as a row of ours holds it; worked out once per column."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from integrations.sagepro.backends.books import Row
from integrations.sagepro.columns import ColumnMap

Decoder = Callable[[Any], object]


@dataclass(frozen=True)
class Decoding:
    """The columns that are read and, where their values are not taken as they are, how."""

    columns: Sequence[tuple[str, Decoder | None]]

    @classmethod
    def of(
        cls,
        mapped: Mapping[str, ColumnMap],
        *,
        empty_date: date,
        turned: frozenset[str] = frozenset(),
    ) -> Decoding:
        """`turned` columns hold an amount with the other sign."""
        return cls(
            [
                (key, _turned if key in turned else _decoder(one, empty_date))
                for key, one in mapped.items()
            ]
        )

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(key for key, _ in self.columns)

    def rows(self, found: Iterable[Sequence[Any]]) -> list[Row]:
        columns = self.columns
        return [
            {
                key: value if decode is None else decode(value)
                for (key, decode), value in zip(columns, values, strict=True)
            }
            for values in found
        ]


def _decoder(column: ColumnMap, empty_date: date) -> Decoder | None:
    if column.type.is_text:
        return _trimmed
    if column.type.letter in "YN":
        return _exact
    if column.type.letter != "D":
        return None

    def day(value: object) -> object:
        if not isinstance(value, datetime):
            return value
        return None if value.date() == empty_date else value.date()

    return day


def _exact(value: object) -> object:
    # A site's column may be a float; money never is.
    return Decimal(repr(value)) if isinstance(value, float) else value


def _turned(value: object) -> object:
    exact = _exact(value)
    return -exact if isinstance(exact, Decimal | int) else exact


def _trimmed(value: object) -> object:
    return value.strip(" ") if isinstance(value, str) else value

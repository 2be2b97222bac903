"""An overlay of the books: what rules write stands here, over the live tables, and nowhere else.

A rule that changes books reads what it wrote, as it would in a transaction. What it wrote is
the plan that is handed over: each record to add or to change is one step.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from integrations.sagepro.backends.books import Row
from integrations.sagepro.backends.dbf.texts import stands, text_of
from integrations.sagepro.profile import PostingProfile

KEYS: Mapping[str, tuple[str, ...]] = {
    "customers": ("number",),
    "orders": ("number",),
    "order_lines": ("order_number", "line_number"),
    "stock": ("item", "location"),
    "counters": ("key", "company"),
    "flagged": ("number",),
}
"""What finds one record of each table that a step may touch; two columns at most."""
STAMPS = frozenset({"added_by", "added_date", "added_time"})
"""Columns that the program fills by its own clock in a record it adds."""


@dataclass(frozen=True)
class Step:
    """One record to add or to change; texts by logical column, as our table holds them."""

    table: str
    is_new: bool
    keys: Mapping[str, str]
    guards: Mapping[str, str]
    """What must stand there before it is changed."""
    values: Mapping[str, str]


@dataclass
class Overlay:
    """What was written over the live tables. A record that is added has a number below zero."""

    profile: PostingProfile
    now: datetime
    rows: dict[str, dict[int, Row]] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    record: Row | None = None
    """Our own record of the key, as a rule wrote it."""

    def over(self, table: str) -> Mapping[int, Row]:
        """Record number → the row that stands over it, or was added."""
        return self.rows.get(table, {})

    def add(self, table: str, values: Row) -> None:
        whole = self._whole(table, values)
        self._put(table, -len(self.over(table)) - 1, whole)
        keys = self._texts(table, whole, KEYS[table])
        rest = (key for key in whole if key not in keys and key not in STAMPS)
        given = {key: text for key, text in self._texts(table, whole, rest).items() if text}
        self.steps.append(Step(table, is_new=True, keys=keys, guards={}, values=given))

    def change(
        self, table: str, number: int, row: Row, values: Row, *, guarded: Iterable[str]
    ) -> None:
        """Set columns of a record; `guarded` are columns that a condition has looked at."""
        mapped = self.profile.table_map(table).columns
        new = {key: stands(mapped[key].type, value) for key, value in values.items()}
        differing = [key for key, value in new.items() if row[key] != value]
        self._put(table, number, {**row, **new})
        if not differing:
            return
        keys = self._texts(table, row, KEYS[table])
        # A memo is longer than our table holds.
        looked_at = [key for key in differing if mapped[key].type.letter != "M"]
        guards = self._texts(table, row, (key for key in (*guarded, *looked_at) if key not in keys))
        told = self._texts(table, new, differing)
        self.steps.append(Step(table, is_new=False, keys=keys, guards=guards, values=told))

    def repeat(self, step: Step, found: Mapping[int, Row]) -> None:
        """Let a step that was handed over before stand here too; it is no part of this plan.

        `found` are the records with its keys as they stand now.
        """
        mapped = self.profile.table_map(step.table).columns
        told = {**step.keys, **step.values}
        values = {
            key: stands(mapped[key].type, text) for key, text in told.items() if key in mapped
        }
        for number, row in found.items():
            self._put(step.table, number, {**row, **values})
        if step.is_new and not found:
            self._put(step.table, -len(self.over(step.table)) - 1, self._whole(step.table, values))

    def _put(self, table: str, number: int, row: Row) -> None:
        self.rows.setdefault(table, {})[number] = row

    def _whole(self, table: str, values: Row) -> Row:
        columns = self.profile.table_map(table).columns.items()
        return {key: stands(one.type, values.get(key)) for key, one in columns}

    def _texts(self, table: str, row: Row, keys: Iterable[str]) -> dict[str, str]:
        mapped = self.profile.table_map(table).columns
        return {key: text_of(mapped[key].type, row[key]) for key in _once(keys) if key in mapped}


def _once(keys: Iterable[str]) -> Iterator[str]:
    yield from dict.fromkeys(keys)

"""What changed between two snapshots: rows added, removed and changed, without knowing keys.

Few rows change while one transaction is keyed, so a changed row is found by likeness: the
removed and the added row that have most values in common.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from integrations.sagepro.calibration.snapshot import Row, Snapshot, Value
from integrations.sagepro.layout import Shape

MOST_ROWS = 400
"""More changes than one transaction makes: somebody else was working in the company."""
_BLANKS = frozenset({"", "0", "false", None})
_ALIKE = 0.5


@dataclass(frozen=True)
class TableChange:
    """What happened to one table."""

    added: tuple[Row, ...] = ()
    removed: tuple[Row, ...] = ()
    changed: tuple[tuple[Row, Row], ...] = ()
    """Before and after."""
    row_numbers: tuple[str, ...] = ()
    """Whole-number columns that count the table's rows by themselves."""

    @property
    def size(self) -> int:
        return len(self.added) + len(self.removed) + len(self.changed)


Changes = dict[str, TableChange]
"""By physical table; only those where something happened."""


def changes(before: Snapshot, after: Snapshot) -> Changes:
    """What happened between two snapshots of the same company."""
    found = {
        table: _of_table(before.rows.get(table, []), rows, after.layout.get(table, {}))
        for table, rows in after.rows.items()
        if table in before.rows
    }
    return {table: change for table, change in found.items() if change.size}


def _of_table(
    before: Sequence[Row], after: Sequence[Row], columns: Mapping[str, Shape]
) -> TableChange:
    if before == after:
        return TableChange()
    removed, added = _only_in(before, after), _only_in(after, before)
    pairs = _pairs(removed, added)
    gone = [row for row in removed if not any(row is old for old, _ in pairs)]
    new = [row for row in added if not any(row is now for _, now in pairs)]
    numbers = tuple(_row_numbers(before, new, columns))
    return TableChange(tuple(new), tuple(gone), tuple(pairs), numbers)


def _only_in(rows: Sequence[Row], others: Sequence[Row]) -> list[Row]:
    rest = Counter(_key(row) for row in others)
    only = []
    for row in rows:
        key = _key(row)
        if rest[key]:
            rest[key] -= 1
        else:
            only.append(row)
    return only


def _key(row: Row) -> tuple[tuple[str, Value], ...]:
    return tuple(sorted(row.items()))


def _pairs(removed: Sequence[Row], added: Sequence[Row]) -> list[tuple[Row, Row]]:
    if len(removed) * len(added) > MOST_ROWS**2:
        return []
    ranked = sorted(
        (
            (_likeness(old, new), i, j)
            for i, old in enumerate(removed)
            for j, new in enumerate(added)
        ),
        key=lambda each: (-each[0], each[1], each[2]),
    )
    left, right, pairs = set(range(len(removed))), set(range(len(added))), []
    for alike, i, j in ranked:
        if alike >= _ALIKE and i in left and j in right:
            left.remove(i)
            right.remove(j)
            pairs.append((i, j))
    return [(removed[i], added[j]) for i, j in sorted(pairs)]


def _likeness(old: Row, new: Row) -> float:
    telling = [name for name in old if not {old[name], new.get(name)} <= _BLANKS]
    same = sum(old[name] == new.get(name) for name in telling)
    return same / len(telling) if telling else 0


def _row_numbers(
    before: Sequence[Row], added: Sequence[Row], columns: Mapping[str, Shape]
) -> Iterator[str]:
    for name, shape in columns.items():
        if not (shape.is_number and shape.decimals in {"", "0"}) or not added:
            continue
        old, new = _wholes(before, name), _wholes(added, name)
        is_new = len(new) == len(added) and min(new) > max(old, default=0)
        if is_new and len(old) == len(before):
            yield name


def _wholes(rows: Sequence[Row], name: str) -> set[int]:
    return {int(value) for row in rows if (value := row.get(name) or "").lstrip("-").isdecimal()}


def in_words(found: Changes) -> list[str]:
    """The differences as a person reads them, one sentence for every row."""
    return [sentence for table, change in found.items() for sentence in _told(table, change)]


def _told(table: str, change: TableChange) -> Iterator[str]:
    for row in change.added:
        yield f"{table}: a new row with {_values(row)}."
    for old, new in change.changed:
        moved = [
            f"{name} {_said(new[name])} instead of {_said(old[name])}"
            for name in new
            if new[name] != old.get(name)
        ]
        yield f"{table}, the row of {_name_of(old)}: {', '.join(moved)}."
    for row in change.removed:
        yield f"{table}: a row is gone, with {_values(row)}."


def _values(row: Row) -> str:
    return ", ".join(
        f"{name} {_said(value)}" for name, value in row.items() if value not in _BLANKS
    )


def _name_of(row: Row) -> str:
    # What ends in `no` is a number that people know the row by: custno, invno.
    names = sorted(row, key=lambda name: (not name.endswith("no"), name))
    told = [f"{name} {_said(row[name])}" for name in names if row[name] not in _BLANKS]
    return " and ".join(told[:2])


def _said(value: Value) -> str:
    if value is None:
        return "NULL"
    return f"‘{value.strip()}’" if value.strip() else "blank"

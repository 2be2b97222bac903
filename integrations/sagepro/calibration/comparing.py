"""Whether the rehearsal left the rows that Sage left, column by column.

Left out are only what differs by design: numbers that count rows by themselves, the moment a
row was entered, and the document number of an open credit, which is our marker.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from integrations.sagepro.calibration.differences import Changes, TableChange
from integrations.sagepro.calibration.observation import Observation
from integrations.sagepro.calibration.snapshot import Row, Value
from integrations.sagepro.profile import PostingProfile

_TIME = re.compile(r"\d{1,2}:\d{2}(:\d{2})?( ?[AaPp][Mm]?)?")
_NOTHING = TableChange()


@dataclass(frozen=True)
class Mismatch:
    """One value that Sage wrote and Tieout's writer would not have, or the other way round."""

    table: str
    column: str
    sentence: str
    may_be_left: bool = False
    """True when Sage changed an existing row where Tieout would change nothing."""

    @property
    def key(self) -> str:
        return f"leave:{self.table}.{self.column}"


def mismatches(found: Observation, rehearsed: Changes, profile: PostingProfile) -> list[Mismatch]:
    """Everything that is not the same; empty when the writer does what Sage does."""
    numbers = _credit_numbers(found.changes, rehearsed, profile)
    tables = sorted({*found.changes, *rehearsed})
    return [
        mismatch
        for table in tables
        for mismatch in _of_table(
            table,
            _masked(found.changes.get(table, _NOTHING), numbers),
            rehearsed.get(table, _NOTHING),
            _clock(profile, table),
        )
    ]


def _credit_numbers(
    keyed: Changes, rehearsed: Changes, profile: PostingProfile
) -> Mapping[str, str]:
    """What Sage called a new open credit → what we call it."""
    table = profile.physical_table("invoices")
    number = profile.column("invoices", "number").name
    theirs = keyed.get(table, _NOTHING).added
    ours = rehearsed.get(table, _NOTHING).added
    if len(theirs) != 1 or len(ours) != 1:
        return {}
    return {str(theirs[0].get(number)): str(ours[0].get(number))}


def _masked(change: TableChange, numbers: Mapping[str, str]) -> TableChange:
    if not numbers:
        return change
    added = tuple(
        {name: numbers.get(str(value), value) for name, value in row.items()}
        for row in change.added
    )
    return TableChange(added, change.removed, change.changed, change.row_numbers)


def _clock(profile: PostingProfile, table: str) -> Mapping[str, str]:
    """Physical column → `date` or `time`, of the columns that say when a row was entered."""
    found = {}
    for logical in profile.tables:
        if profile.physical_table(logical) != table:
            continue
        for key, kind in (("added_date", "date"), ("added_time", "time")):
            if profile.has(logical, key):
                found[profile.column(logical, key).name] = kind
    return found


def _of_table(
    table: str, theirs: TableChange, ours: TableChange, clock: Mapping[str, str]
) -> Iterator[Mismatch]:
    left = list(ours.added)
    for row in theirs.added:
        if not left:
            yield Mismatch(table, "", f"Sage adds a row to {table} and Tieout would not.")
            continue
        mine = max(left, key=lambda each: _same(row, each))
        left.remove(mine)
        yield from _added(table, row, mine, clock, ignored=theirs.row_numbers)
    for _ in left:
        yield Mismatch(table, "", f"Tieout would add a row to {table} and Sage does not.")
    for _ in theirs.removed:
        yield Mismatch(table, "", f"Sage takes a row out of {table}; Tieout never does.")
    yield from _changed(table, theirs.changed, ours.changed)


def _same(row: Row, other: Row) -> int:
    return sum(other.get(name) == value for name, value in row.items())


def _added(
    table: str, row: Row, mine: Row, clock: Mapping[str, str], *, ignored: Sequence[str]
) -> Iterator[Mismatch]:
    for name, value in row.items():
        is_left_out = value is None and name not in mine
        if name in ignored or is_left_out or mine.get(name) == value:
            continue
        if name in mine and _is_moment(value, clock.get(name, "")):
            continue
        wrote = f"would write {_said(mine[name])}" if name in mine else "would leave it alone"
        sentence = (
            f"In a new row of {table}, Sage writes {_said(value)} into {name}; Tieout {wrote}."
        )
        yield Mismatch(table, name, sentence)


def _is_moment(value: Value, kind: str) -> bool:
    if kind == "time":
        return bool(value and _TIME.fullmatch(value.strip()))
    return kind == "date" and bool(value)


def _changed(
    table: str,
    theirs: Sequence[tuple[Row, Row]],
    ours: Sequence[tuple[Row, Row]],
) -> Iterator[Mismatch]:
    left = list(ours)
    for before, after in theirs:
        mine = max(left, key=lambda pair: _same(pair[0], before), default=None)
        if mine is not None and _is_row(mine[0], before):
            left.remove(mine)
        else:
            mine = None
        wrote = mine[1] if mine else {}
        for name, value in after.items():
            was, now = before.get(name), wrote.get(name, before.get(name))
            if value != now:
                yield _moved(table, name, (was, value), now)
    for before, after in left:
        names = [name for name in after if after[name] != before[name]]
        told = f"Tieout would change {', '.join(names)} of a row of {table}, and Sage does not."
        yield Mismatch(table, names[0], told)


def _is_row(mine: Row, before: Row) -> bool:
    return all(before.get(name) == value for name, value in mine.items() if name in before)


def _moved(table: str, name: str, theirs: tuple[Value, Value], ours: Value) -> Mismatch:
    was, value = theirs
    sage = f"Sage changes {name} of {table} from {_said(was)} to {_said(value)}"
    if ours == was:
        return Mismatch(table, name, f"{sage}; Tieout would leave it alone.", may_be_left=True)
    return Mismatch(table, name, f"{sage}; Tieout would write {_said(ours)}.")


def _said(value: Value) -> str:
    if value is None:
        return "NULL"
    return f"‘{value}’" if value.strip() else "blank"

"""Which table took the receipts, which holds the invoices, and so on: told by what changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from integrations.canonical.posting import PostingKind
from integrations.sagepro.calibration.differences import TableChange
from integrations.sagepro.calibration.keyed import Part
from integrations.sagepro.calibration.notes import Notes
from integrations.sagepro.calibration.observation import Observation
from integrations.sagepro.calibration.snapshot import Row, Value
from integrations.sagepro.calibration.transactions import TASKS
from integrations.sagepro.layout import Layout
from integrations.sagepro.profile import PostingProfile
from integrations.sagepro.profile_words import TABLES

ROLES = ("receipts", "invoices", "customers", "distributions", "counters")


@dataclass(frozen=True)
class FoundTables:
    """Logical table → physical name, as far as it could be told."""

    names: dict[str, str]
    histories: dict[str, str]


def receipts_of(found: Sequence[Observation]) -> list[Observation]:
    """The keyed receipts on invoices."""
    return [each for each in found if TASKS[each.transaction].proves is PostingKind.RECEIPT]


def find_tables(found: Sequence[Observation], present: PostingProfile, notes: Notes) -> FoundTables:
    """The tables that every keyed receipt touched in the way that is theirs."""
    keyed = receipts_of(found)
    names: dict[str, str] = {}
    for role in ROLES:
        fits = [t for t in _touched(keyed) if t not in names.values() and _plays(role, t, keyed)]
        name = notes.choose(
            f"table:{role}",
            f"Table of {TABLES[role].label.lower()}",
            fits,
            present=present.physical_table(role),
            evidence=[_seen(each, fits[0]) for each in keyed] if len(fits) == 1 else (),
        )
        if name:
            names[role] = name
    layout = found[0].layout if found else {}
    histories: dict[str, str] = {
        role: _history(role, names[role], layout, present, notes)
        for role in ("receipts", "invoices")
        if role in names
    }
    return FoundTables(names, histories)


def _touched(found: Iterable[Observation]) -> list[str]:
    sets = [set(each.changes) for each in found]
    return sorted(set.intersection(*sets)) if sets else []


def _plays(role: str, table: str, found: Sequence[Observation]) -> bool:
    test = {
        "receipts": _took_receipts,
        "invoices": _was_paid,
        "customers": _owes_less,
        "distributions": _was_distributed,
        "counters": _counted,
    }[role]
    return all(test(each.changes[table], each) for each in found)


def _took_receipts(change: TableChange, found: Observation) -> bool:
    parts = found.keyed.parts
    return len(change.added) == len(parts) and all(
        any(row_of_part(row, part) for row in change.added) for part in parts
    )


def row_of_part(row: Row, part: Part) -> bool:
    """The row names the invoice and holds its amount."""
    return names(row, part.invoice) and part.amount in numbers_of(row).values()


def _was_paid(change: TableChange, found: Observation) -> bool:
    return all(
        any(names(old, p.invoice) and -(p.amount + p.discount) in moves(old, new).values()
            for old, new in change.changed)
        for p in found.keyed.parts
    )  # fmt: skip


def _owes_less(change: TableChange, found: Observation) -> bool:
    keyed = found.keyed
    return any(
        names(old, keyed.customer)
        and -(keyed.amount + keyed.discount) in moves(old, new).values()
        and not any(names(old, part.invoice) for part in keyed.parts)
        for old, new in change.changed
    )


def _was_distributed(change: TableChange, found: Observation) -> bool:
    if len(change.added) < 2:
        return False
    columns = [
        name
        for name in numbers_of(change.added[0])
        if sum(numbers_of(row).get(name, Decimal(0)) for row in change.added) == 0
    ]
    amounts = {
        abs(numbers_of(row).get(name, Decimal(0))) for name in columns for row in change.added
    }
    return found.keyed.amount in amounts


def _counted(change: TableChange, _found: Observation) -> bool:
    return any(Decimal(1) in moves(old, new).values() for old, new in change.changed)


def names(row: Row, text: str) -> bool:
    """A column of the row is this text, however padded."""
    wanted = text.strip()
    return bool(wanted) and any(
        value is not None and value.strip() == wanted for value in row.values()
    )


def numbers_of(row: Row) -> dict[str, Decimal]:
    """The columns that hold a number."""
    return {name: number for name, value in row.items() if (number := _number(value)) is not None}


def moves(old: Row, new: Row) -> dict[str, Decimal]:
    """By how much each number of a changed row moved; unmoved ones are left out."""
    before, after = numbers_of(old), numbers_of(new)
    return {n: after[n] - before[n] for n in after if n in before and after[n] != before[n]}


def _number(value: Value) -> Decimal | None:
    text = (value or "").strip()
    digits = text.removeprefix("-").replace(".", "", 1)
    return Decimal(text) if digits.isascii() and digits.isdigit() else None


def _seen(found: Observation, table: str) -> str:
    change = found.changes[table]
    parts = [(len(change.added), "new"), (len(change.changed), "changed")]
    told = " and ".join(f"{count} {word}" for count, word in parts if count)
    return f"{TASKS[found.transaction].title}: {told} in {table}."


def _history(role: str, table: str, layout: Layout, present: PostingProfile, notes: Notes) -> str:
    """The table with the very same columns is where closed documents go."""
    before = present.table_map(role).history_name
    twins = [name for name in layout if name != table and _is_twin(layout, name, table)]
    if not twins and before in layout:
        return before
    return notes.choose(
        f"history:{role}",
        f"History of {TABLES[role].label.lower()}",
        twins,
        present=before,
        evidence=[f"{name} has the columns of {table}." for name in twins[:1]],
    )


def _is_twin(layout: Layout, name: str, table: str) -> bool:
    return set(layout[name]) == set(layout[table])


def parts_of(found: Observation, table: str) -> Iterator[tuple[Part, Row]]:
    """Each keyed part with its new row in the receipts table."""
    rows = list(found.changes[table].added)
    for part in found.keyed.parts:
        row = next((each for each in rows if row_of_part(each, part)), None)
        if row is not None:
            rows.remove(row)
            yield part, row


def paid_rows(found: Observation, table: str) -> Iterator[tuple[Part, Row, Row]]:
    """Each keyed part with its invoice's row before and after."""
    for part in found.keyed.parts:
        for old, new in found.changes[table].changed:
            if names(old, part.invoice):
                yield part, old, new
                break

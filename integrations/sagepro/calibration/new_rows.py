"""What a new row holds beside the mapped columns: a constant, or blank."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from integrations.canonical.posting import PostingKind
from integrations.sagepro.calibration.books import Books, is_blank
from integrations.sagepro.calibration.columns import Columns, stored_type
from integrations.sagepro.calibration.observation import Observation
from integrations.sagepro.calibration.snapshot import Row, Value
from integrations.sagepro.calibration.transactions import TASKS

Data = dict[str, Any]
_SHAPE_ROWS = frozenset({PostingKind.RECEIPT, PostingKind.ON_ACCOUNT, PostingKind.REVERSAL})
"""Kinds every site has; what others write otherwise keeps only these others off."""
WITH_NEW_ROWS = ("invoices", "receipts", "distributions")
_FIRST_REAL_DATE = "1930"


def _new_rows(books: Books, table: str) -> list[tuple[Observation, Row]]:
    return [
        (found, row)
        for found in books.found
        if TASKS[found.transaction].proves in _SHAPE_ROWS and table in found.changes
        for row in found.changes[table].added
    ]


def others(books: Books, role: str, columns: Columns) -> Data:
    """The blanks and constants of a table; what nothing explains becomes a problem."""
    rows = _new_rows(books, columns.table)
    if not rows:
        return _present_others(books, role, columns)
    counted = {n for found, _ in rows for n in found.changes[columns.table].row_numbers}
    blanks: dict[str, str] = {}
    constants: dict[str, Data] = {}
    for name, shape in columns.layout[columns.table].items():
        kind = stored_type(shape)
        if name in columns.names.values() or name in counted or kind is None:
            continue
        values = {row.get(name, "") for _, row in rows}
        if None in values:
            continue
        if all(is_blank(value) or _is_no_date(value) for value in values):
            blanks[name] = str(kind)
        elif len(values) == 1 and kind.is_text:
            (value,) = values
            constants[name] = {"type": str(kind), "value": str(value)}
            told = [f"Every new row of {columns.table} holds it."]
            books.notes.found(f"{columns.table}.{name}", f"always ‘{value}’", told)
        else:
            _unexplained(books, columns.table, name, values)
    found = {"blanks": blanks, "constants": constants}
    return {key: group for key, group in found.items() if group}


def _present_others(books: Books, role: str, columns: Columns) -> Data:
    mapped, layout = books.present.tables[role], columns.layout[columns.table]
    taken = set(columns.names.values())
    blanks = {n: str(k) for n, k in mapped.blanks.items() if n in layout and n not in taken}
    constants = {
        n: {"type": str(k), "value": v}
        for n, (k, v) in mapped.constants.items()
        if n in layout and n not in taken
    }
    return {"blanks": blanks, "constants": constants}


def _unexplained(books: Books, table: str, name: str, values: set[Value]) -> None:
    told = ", ".join(sorted(f"‘{value}’" for value in values))
    books.notes.problems.append(
        f"Sage fills {table}.{name} in new rows with {told}, and nothing that was keyed says why. "
        "If you typed it, enter it with the transaction; otherwise Tieout cannot post here."
    )


def _is_no_date(value: Value) -> bool:
    return bool(value) and len(str(value)) == 10 and str(value) < _FIRST_REAL_DATE


def empty_date(books: Books) -> str:
    """How an empty date is stored, as ISO text."""
    seen: Counter[str] = Counter()
    for role in WITH_NEW_ROWS:
        columns = books.columns[role]
        for _, row in _new_rows(books, columns.table):
            for name, shape in columns.layout[columns.table].items():
                value = row.get(name)
                if shape.is_date and value and _is_no_date(value):
                    seen[value] += 1
    found = seen.most_common(1)[0][0] if seen else books.present.empty_date.isoformat()
    date.fromisoformat(found)
    return found

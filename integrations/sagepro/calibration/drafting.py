"""The posting profile that the found columns and habits make."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from integrations.sagepro import profile_words as words
from integrations.sagepro.calibration.books import Books
from integrations.sagepro.calibration.columns import Columns, is_right_justified, stored_type
from integrations.sagepro.calibration.new_rows import WITH_NEW_ROWS, empty_date, others
from integrations.sagepro.calibration.snapshot import Value
from integrations.sagepro.calibration.transactions import TASKS, Transaction

Data = dict[str, Any]
_KEYS = (
    ("invoices", "number"),
    ("receipts", "invoice_number"),
    ("distributions", "document_number"),
)


def draft(books: Books) -> Data:
    """The JSON form of the profile, with the kinds that are allowed now."""
    data: Data = copy.deepcopy(books.present.as_json())
    for role, columns in books.columns.items():
        _fill_table(books, data["tables"][role], role, columns)
    data["table_pattern"] = "{table}"
    for role in set(data["tables"]) - set(books.columns):
        data["tables"][role]["name"] = books.present.physical_table(role)
    for role, name in books.tables.histories.items():
        data["tables"][role]["history_name"] = name
    data["paid_includes_discount"] = books.includes_discount
    _applications(books, data)
    data.pop("credits_are_positive", None)
    data |= {"credits_are_positive": True} if books.credits_are_positive else {}
    rule = books.session
    data["session"] = {"key": rule.key, "width": rule.width}
    data["session"] |= {"is_next": True} if rule.is_next else {}
    data["receipt_fields"] = {
        name: key
        for name, key in _receipt_fields(books)
        if key in data["tables"]["receipts"]["columns"]
    }
    if data["status_column"] not in data["tables"]["invoices"]["columns"]:
        data["status_column"] = ""
    data["empty_date"] = empty_date(books)
    _marker(data)
    _statuses(books, data)
    return data


def _receipt_fields(books: Books) -> Iterator[tuple[str, str]]:
    yield from books.present.receipt_fields.items()
    typed = {name for found in books.receipts for name in found.keyed.fields}
    yield from ((name, name) for name in sorted(typed - set(books.present.receipt_fields)))


def _fill_table(books: Books, group: Data, role: str, columns: Columns) -> None:
    group["name"] = columns.table
    before = group["columns"]
    group["columns"] = {
        key: _column(books, role, key, columns, before.get(key, {})) for key in columns.names
    }
    if role in WITH_NEW_ROWS:
        for gone in ("blanks", "constants"):
            group.pop(gone, None)
        group |= others(books, role, columns)


def _column(books: Books, role: str, key: str, columns: Columns, before: Data) -> Data:
    name = columns.names[key]
    kind = stored_type(columns.layout[columns.table][name])
    out: Data = {"name": name, "type": str(kind or before.get("type", "M"))}
    is_right = before.get("right_justified", False)
    if (role, key) in _KEYS and kind and kind.letter == "C":
        seen = is_right_justified(_values(books, columns, name), width=kind.width)
        if seen is not None and seen != is_right:
            told = "filled with blanks on the left" if seen else "not filled on the left"
            books.notes.found(f"{columns.table}.{name}", told, is_new=True)
        is_right = is_right if seen is None else seen
    if is_right and kind and kind.letter == "C":
        out["right_justified"] = True
    return out | ({"free_text": True} if before.get("free_text") else {})


def _values(books: Books, columns: Columns, name: str) -> list[Value]:
    rows = [
        row
        for found in books.receipts
        for change in [found.changes[columns.table]]
        for row in (*change.added, *(old for old, _ in change.changed))
    ]
    return [row.get(name) for row in rows]


def _statuses(books: Books, data: Data) -> None:
    credit, columns = books.open_credit(), books.columns["invoices"]
    kind = (credit or {}).get(columns.names.get("type", ""))
    if kind and kind.strip():
        is_new = kind.strip() != data["open_credit_type"]
        data["open_credit_type"] = kind.strip()
        books.notes.found("Document type of a payment on account", kind.strip(), is_new=is_new)
    status = _void_status(books)
    if status and status not in data["void_statuses"]:
        data["void_statuses"] = [*data["void_statuses"], status]
        books.notes.found("Document status: void", status, is_new=True)


def _void_status(books: Books) -> str:
    seen, columns = books.of(Transaction.VOID), books.columns["invoices"]
    change = seen.changes.get(columns.table) if seen else None
    name = columns.names.get("status", "")
    moved = [
        new for old, new in (change.changed if change else ()) if old.get(name) != new.get(name)
    ]
    return (moved[0].get(name) or "").strip() if len(moved) == 1 else ""


def _marker(data: Data) -> None:
    kind = data["tables"]["receipts"]["columns"].get("marker", {}).get("type", "C10")
    width = int(kind[1:]) if kind[1:].isdecimal() else data["marker"]["width"]
    data["marker"]["width"] = min(data["marker"]["width"], width)


def _applications(books: Books, data: Data) -> None:
    """Whether Sage books GL lines as an open credit is applied."""
    seen = books.of(Transaction.APPLY)
    if seen is None:
        return
    table = books.columns["distributions"].table
    change = seen.changes.get(table)
    lines = len(change.added) if change else 0
    if lines:
        data["distributes_applications"] = True
    else:
        data.pop("distributes_applications", None)
    told = f"{TASKS[Transaction.APPLY].title}: {lines or 'no'} new in {table}."
    books.notes.found(
        words.HABITS["distributes_applications"].label,
        "yes" if lines else "no",
        [told],
        is_new=bool(lines) != books.present.distributes_applications,
    )

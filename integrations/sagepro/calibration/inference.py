"""From keyed transactions to a posting profile, each value with its evidence.

What is ambiguous becomes a question. A kind of posting is allowed only when our own writer,
rehearsed in memory, leaves the very rows that Sage left when the person keyed it.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from integrations.canonical.errors import FixConfiguration
from integrations.canonical.posting import PostingKind
from integrations.sagepro.calibration.books import Books, find_columns, is_blank
from integrations.sagepro.calibration.columns import Columns, is_right_justified, stored_type
from integrations.sagepro.calibration.comparing import mismatches
from integrations.sagepro.calibration.notes import Finding, Notes, Question
from integrations.sagepro.calibration.observation import Observation
from integrations.sagepro.calibration.rehearsal import rehearse
from integrations.sagepro.calibration.snapshot import Row, Value
from integrations.sagepro.calibration.tables import ROLES, find_tables, receipts_of
from integrations.sagepro.calibration.transactions import TASKS, Transaction
from integrations.sagepro.profile import PostingProfile
from integrations.sagepro.profile_checks import problems

Data = dict[str, Any]
_WITH_NEW_ROWS = ("invoices", "receipts", "distributions")
_KEYS = (
    ("invoices", "number"),
    ("receipts", "invoice_number"),
    ("distributions", "document_number"),
)
_FIRST_REAL_DATE = "1930"


@dataclass(frozen=True)
class Proposal:
    """What calibration proposes, and what is still open."""

    profile: PostingProfile | None = None
    """With only the proven kinds allowed; None while something basic is missing."""
    findings: tuple[Finding, ...] = ()
    questions: tuple[Question, ...] = ()
    problems: tuple[str, ...] = ()
    proven: frozenset[Transaction] = frozenset()
    """Transactions whose rehearsal left the same rows."""
    differences: Mapping[Transaction, tuple[str, ...]] = field(default_factory=dict)
    """What our writer would have done otherwise, by transaction."""


def infer(
    found: Sequence[Observation], present: PostingProfile, *, answers: Mapping[str, str]
) -> Proposal:
    """The posting profile that explains everything keyed so far.

    `present` says what no receipt can show (chart of accounts, calendar, companies) and settles
    what fits in several ways. `answers` are a person's, by the key of the question.
    """
    notes = Notes(answers)
    if not receipts_of(found):
        return Proposal(
            problems=("Nothing has been keyed yet that shows how receipts are written.",)
        )
    tables = find_tables(found, present, notes)
    if set(tables.names) != set(ROLES):
        return _open(notes)
    books = Books(found, tables, present, notes)
    find_columns(books)
    data = _profile(books)
    notes.problems += [problem.sentence for problem in problems(data)]
    if notes.questions or notes.problems:
        return _open(notes)
    return _proven(books, PostingProfile.from_json(data))


def _open(notes: Notes) -> Proposal:
    return Proposal(
        findings=tuple(notes.findings),
        questions=tuple(notes.questions),
        problems=tuple(notes.problems),
    )


def _profile(books: Books) -> Data:
    data: Data = copy.deepcopy(books.present.as_json())
    for role, columns in books.columns.items():
        _fill_table(books, data["tables"][role], role, columns)
    data["table_pattern"] = "{table}"
    for role in set(data["tables"]) - set(books.columns):
        data["tables"][role]["name"] = books.present.physical_table(role)
    for role, name in books.tables.histories.items():
        data["tables"][role]["history_name"] = name
    data["paid_includes_discount"] = books.includes_discount
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
    data["empty_date"] = _empty_date(books)
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
    if role in _WITH_NEW_ROWS:
        for gone in ("blanks", "constants"):
            group.pop(gone, None)
        group |= _others(books, role, columns)


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


def _new_rows(books: Books, table: str) -> list[tuple[Observation, Row]]:
    return [
        (found, row)
        for found in books.found
        if TASKS[found.transaction].proves and table in found.changes
        for row in found.changes[table].added
    ]


def _others(books: Books, role: str, columns: Columns) -> Data:
    """What a new row holds beside the mapped columns: a constant, or blank."""
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


def _empty_date(books: Books) -> str:
    seen: Counter[str] = Counter()
    for role in _WITH_NEW_ROWS:
        columns = books.columns[role]
        for _, row in _new_rows(books, columns.table):
            for name, shape in columns.layout[columns.table].items():
                value = row.get(name)
                if shape.is_date and value and _is_no_date(value):
                    seen[value] += 1
    found = seen.most_common(1)[0][0] if seen else books.present.empty_date.isoformat()
    date.fromisoformat(found)
    return found


def _marker(data: Data) -> None:
    kind = data["tables"]["receipts"]["columns"].get("marker", {}).get("type", "C10")
    width = int(kind[1:]) if kind[1:].isdecimal() else data["marker"]["width"]
    data["marker"]["width"] = min(data["marker"]["width"], width)


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


def _proven(books: Books, profile: PostingProfile) -> Proposal:
    notes = books.notes
    differences: dict[Transaction, tuple[str, ...]] = {}
    proven: set[Transaction] = set()
    for found in books.found:
        if TASKS[found.transaction].proves is None:
            continue
        told = _rehearsed(found, profile, notes)
        if told:
            differences[found.transaction] = tuple(told)
        else:
            proven.add(found.transaction)
    kinds = frozenset(kind for kind in PostingKind if _is_allowed(kind, books, proven))
    return Proposal(
        profile=replace(profile, kinds=kinds),
        findings=tuple(notes.findings),
        questions=tuple(notes.questions),
        problems=tuple(notes.problems),
        proven=frozenset(proven),
        differences=differences,
    )


def _rehearsed(found: Observation, profile: PostingProfile, notes: Notes) -> list[str]:
    """What stands between this transaction and its proof, in sentences."""
    try:
        rehearsed = rehearse(found, profile)
    except FixConfiguration as error:
        return [error.sentence]
    if rehearsed.refusal:
        return [f"Tieout would not have posted it: {rehearsed.refusal}"]
    return [
        mismatch.sentence
        for mismatch in mismatches(found, rehearsed.changes, profile)
        if not (mismatch.may_be_left and _may_be_left(mismatch.key, mismatch.sentence, notes))
    ]


def _may_be_left(key: str, sentence: str, notes: Notes) -> bool:
    choices = (
        ("leave", "Tieout may leave it alone"),
        ("stop", "It has to be written, so do not post"),
    )
    return notes.ask(Question(key, f"{sentence} Is that right?", choices)) == "leave"


def _is_allowed(kind: PostingKind, books: Books, proven: set[Transaction]) -> bool:
    keyed = [found.transaction for found in books.found if TASKS[found.transaction].proves is kind]
    needed = [t for t, task in TASKS.items() if task.proves is kind and task.is_needed]
    # Nothing keyed proves nothing: a kind without a transaction of its own is never allowed.
    return bool(keyed) and set(keyed) <= proven and set(needed) <= proven

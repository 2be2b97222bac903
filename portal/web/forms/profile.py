"""The posting profile as a form: what the page draws of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from integrations.canonical.problems import Problem
from integrations.sagepro import column_words
from integrations.sagepro import profile_words as words
from integrations.sagepro.columns import ColumnType
from integrations.sagepro.required import OPTIONAL, RECEIPT_FIELDS, REQUIRED, WITH_HISTORY
from integrations.sagepro.sample.profile import foxpro_profile, sample_profile
from portal.web.forms.profile_typed import TICKS, UNMAPPED, Data, column_keys

# Room for columns that a person adds, beside those that are there.
_SPARE_ROWS = 3


@dataclass(frozen=True)
class Box:
    """One field: how it is named, what stands in it, and the sample company's value."""

    name: str
    label: str
    help: str
    value: Any
    sample: str
    problems: tuple[Problem, ...] = ()
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def is_tick(self) -> bool:
        return isinstance(self.value, bool)


@dataclass(frozen=True)
class ColumnView:
    """One row of a table's columns."""

    path: str
    label: str
    is_required: bool
    name: str
    letter: str
    size: str
    is_right: bool
    is_free_text: bool
    sample: str
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class OtherView:
    """A column of a new row that holds a fixed text or stays blank."""

    path: str
    name: str
    letter: str
    size: str
    value: str
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class TableView:
    """One table with its columns."""

    key: str
    label: str
    help: str
    boxes: tuple[Box, ...]
    columns: tuple[ColumnView, ...]
    others: tuple[OtherView, ...]
    takes_new_rows: bool

    @property
    def is_broken(self) -> bool:
        rows: tuple[Any, ...] = (*self.boxes, *self.columns, *self.others)
        return any(row.problems for row in rows)


_WRITTEN = ("customers", "invoices", "receipts", "distributions", "orders", "order_lines")


def sections(data: Mapping[str, Any], found: Sequence[Problem]) -> dict[str, Any]:
    """What the template draws: the groups of boxes, and the tables with their columns."""
    sample = _sample(data["edition"])
    return {
        "company": [_box(k, w, data, sample, found) for k, w in words.COMPANY.items()],
        "habits": [_box(k, w, data, sample, found) for k, w in words.HABITS.items()],
        "lists": [_box(k, w, data, sample, found) for k, w in words.LISTS.items()],
        "kinds": [(kind, word.label, kind in data["kinds"]) for kind, word in words.KINDS.items()],
        "receipt_fields": [
            _receipt_box(name, data, sample, found) for name in words.RECEIPT_FIELDS
        ],
        "tables": [_table(table, data, sample, found) for table in words.TABLES],
        "types": list(column_words.TYPES.items()),
    }


def _sample(edition: str) -> Data:
    """What stands beside each box."""
    sample: Data = (foxpro_profile() if edition == "dbf" else sample_profile()).as_json()
    return sample


def _box(
    path: str,
    word: words.Words,
    data: Mapping[str, Any],
    sample: Mapping[str, Any],
    found: Sequence[Problem],
) -> Box:
    choices: tuple[tuple[str, str], ...] = ()
    if path == "status_column":
        choices = _columns_to_choose(data, "invoices")
    value, shown = _at(data, path), _at(sample, path)
    return Box(path, word.label, word.help, value, _said(shown), _of(found, path), choices)


def _at(data: Mapping[str, Any], path: str) -> Any:
    group, _, key = path.rpartition(".")
    found = (data.get(group, {}) if group else data).get(key, False if path in TICKS else "")
    return ", ".join(found) if isinstance(found, list) else found


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "ticked" if value else "not ticked"
    return str(value) or "empty"


def _of(found: Sequence[Problem], path: str, *, within: bool = False) -> tuple[Problem, ...]:
    return tuple(
        problem
        for problem in found
        if problem.field == path or (within and problem.field.startswith(f"{path}."))
    )


def _columns_to_choose(data: Mapping[str, Any], table: str) -> tuple[tuple[str, str], ...]:
    columns = data["tables"][table]["columns"]
    texts = [key for key, column in columns.items() if column["type"][:1] in "CV"]
    return (("", "None"), *((key, column_words.column_label(table, key)) for key in texts))


def _receipt_box(
    name: str, data: Mapping[str, Any], sample: Mapping[str, Any], found: Sequence[Problem]
) -> Box:
    columns = _columns_to_choose(data, "receipts")
    choices = tuple((key, label) for key, label in columns if not key or key in RECEIPT_FIELDS)
    word, path = words.RECEIPT_FIELDS[name], f"receipt_fields.{name}"
    shown = column_words.column_label("receipts", sample["receipt_fields"].get(name, "nothing"))
    value = data["receipt_fields"].get(name, "")
    return Box(path, word.label, word.help, value, shown, _of(found, path), choices)


def _table(
    table: str, data: Mapping[str, Any], sample: Mapping[str, Any], found: Sequence[Problem]
) -> TableView:
    group, word, path = data["tables"].get(table, UNMAPPED), words.TABLES[table], f"tables.{table}"
    labels = {"name": "Table"} | ({"history_name": "Its history"} if table in WITH_HISTORY else {})
    boxes = [
        Box(
            f"{path}.{key}", label, "", group.get(key, ""), sample["tables"][table][key],
            _of(found, f"{path}.{key}"),
        )
        for key, label in labels.items()
    ]  # fmt: skip
    boxes.append(_shared(path, group, sample["tables"][table]))
    columns = [_column(table, key, group, sample, found) for key in column_keys(table, data)]
    return TableView(
        key=table,
        label=word.label,
        help=word.help,
        boxes=tuple(boxes),
        columns=tuple(columns),
        others=tuple(_others(path, group, found)) if table in _WRITTEN else (),
        takes_new_rows=table in _WRITTEN,
    )


def _shared(path: str, group: Data, sample: Data) -> Box:
    value, shown = group.get("system", False), sample.get("system", False)
    return Box(f"{path}.system", words.SHARED.label, words.SHARED.help, value, _said(shown))


def _column(
    table: str, key: str, group: Data, sample: Mapping[str, Any], found: Sequence[Problem]
) -> ColumnView:
    column = group["columns"].get(key, {})
    kind = column.get("type", "C")
    path = f"tables.{table}.columns.{key}"
    return ColumnView(
        path=path,
        label=column_words.column_label(table, key),
        is_required=key in (REQUIRED | OPTIONAL)[table],
        name=column.get("name", ""),
        letter=kind[:1],
        size=kind[1:],
        is_right=column.get("right_justified", False),
        is_free_text=column.get("free_text", False),
        sample=_sample_column(sample["tables"][table]["columns"].get(key)),
        problems=_of(found, path, within=True),
    )


def _sample_column(column: Mapping[str, Any] | None) -> str:
    if column is None:
        return "none"
    kind = ColumnType.parse(column["type"])
    size = f" {kind.width}" if kind.width else ""
    right = ", filled on the left" if column.get("right_justified") else ""
    return f"{column['name']}, {column_words.TYPES[kind.letter].lower()}{size}{right}"


def _others(path: str, group: Data, found: Sequence[Problem]) -> list[OtherView]:
    rows = [(name, kind, "") for name, kind in group.get("blanks", {}).items()]
    rows += [(name, c["type"], c["value"]) for name, c in group.get("constants", {}).items()]
    rows += [("", "C", "")] * _SPARE_ROWS
    return [
        OtherView(
            f"{path}.others.{number}", name, kind[:1], kind[1:], value,
            _of(found, f"{path}.others.{name}", within=True) if name else (),
        )
        for number, (name, kind, value) in enumerate(rows)
    ]  # fmt: skip

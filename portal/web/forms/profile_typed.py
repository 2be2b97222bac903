"""The profile's form as it was typed: every field named by its place in the profile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from integrations.sagepro import column_words
from integrations.sagepro import profile_words as words
from integrations.sagepro.required import RECEIPT_FIELDS, REQUIRED, WITH_HISTORY

Data = dict[str, Any]
_NUMBERS = (
    "customer_numbers.digits",
    "customer_numbers.letters",
    "marker.width",
    "order_numbers.digits",
    "session.width",
)
_RARE_TICKS = (
    "allocates_stock",
    "creates_customers",
    "credits_are_positive",
    "customer_numbers.is_next",
    "distributes_applications",
    "may_oversell",
    "order_numbers.is_next",
    "session.is_next",
    "writes_orders",
)
_RARE = (
    *_RARE_TICKS,
    "customer_numbers.letters",
    "customer_numbers.prefix",
    "system_schema",
)
"""Left out of the profile where they are not ticked, or empty."""
TICKS = ("paid_includes_discount", *_RARE_TICKS)
_NUMBERED = {"writes_orders": "order_numbers", "creates_customers": "customer_numbers"}
"""Habit → its rule of numbering, which is left out where the habit is not ticked."""
UNMAPPED: Data = {"columns": {}}
"""A table of which the profile says nothing."""


def read_profile(post: QueryDict, *, base: Mapping[str, Any]) -> Data:
    """What was typed, as the profile's JSON form. Edition and company stay those of `base`."""
    data: Data = {key: base[key] for key in ("edition", "company_number")}
    for key in words.COMPANY:
        _put(data, key, _typed(post, key))
    data |= {key: _listed(post, key) for key in words.LISTS}
    for path in words.HABITS:
        _put(data, path, _habit(post, path))
    for habit, rule in _NUMBERED.items():
        if habit not in data:
            del data[rule]
    data["kinds"] = sorted(kind for kind in words.KINDS if kind in post.getlist("kinds"))
    fields = {name: _typed(post, f"receipt_fields.{name}") for name in sorted(RECEIPT_FIELDS)}
    data["receipt_fields"] = {name: column for name, column in fields.items() if column}
    tables = {table: _read_table(post, table, base) for table in words.TABLES}
    data["tables"] = {k: read for k, read in tables.items() if k in REQUIRED or read["name"]}
    if "flagged" not in data["tables"]:
        del data["flag"]
    return data


def _typed(post: QueryDict, name: str) -> str:
    return str(post.get(name, "")).strip()


def _listed(post: QueryDict, name: str) -> list[str]:
    return [part.strip() for part in _typed(post, name).split(",") if part.strip()]


def _habit(post: QueryDict, path: str) -> Any:
    if path in TICKS:
        return path in post
    typed = _typed(post, path)
    if path in _NUMBERS:
        return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 4 else 0
    return typed


def _put(data: Data, path: str, value: Any) -> None:
    group, _, key = path.rpartition(".")
    target = data.setdefault(group, {}) if group else data
    if value or path not in _RARE:
        target[key] = value


def _read_table(post: QueryDict, table: str, base: Mapping[str, Any]) -> Data:
    path = f"tables.{table}"
    read: Data = {"name": _typed(post, f"{path}.name")}
    if table in WITH_HISTORY:
        read["history_name"] = _typed(post, f"{path}.history_name")
    if f"{path}.system" in post:
        read["system"] = True
    columns = {key: _read_column(post, f"{path}.columns.{key}") for key in column_keys(table, base)}
    read["columns"] = {key: column for key, column in columns.items() if column["name"]}
    return read | _read_others(post, f"{path}.others")


def column_keys(table: str, base: Mapping[str, Any]) -> list[str]:
    """The logical columns a table may have: those we have words for, and those it names."""
    mapped = base["tables"].get(table, UNMAPPED)
    return list(dict.fromkeys((*column_words.COLUMNS[table], *mapped["columns"])))


def _read_column(post: QueryDict, path: str) -> Data:
    column: Data = {"name": _typed(post, f"{path}.name"), "type": _read_type(post, path)}
    ticked = ("right_justified", "free_text")
    return column | {key: True for key in ticked if f"{path}.{key}" in post}


def _read_type(post: QueryDict, path: str) -> str:
    return _typed(post, f"{path}.letter")[:1] + _typed(post, f"{path}.size")


def _read_others(post: QueryDict, path: str) -> Data:
    blanks, constants = {}, {}
    count = _typed(post, path)
    for number in range(min(int(count), 200) if count.isascii() and count.isdecimal() else 0):
        name = _typed(post, f"{path}.{number}.name")
        kind = _read_type(post, f"{path}.{number}")
        value = _typed(post, f"{path}.{number}.value")
        if name and value:
            constants[name] = {"type": kind, "value": value}
        elif name:
            blanks[name] = kind
    found = {"blanks": blanks, "constants": constants}
    return {key: group for key, group in found.items() if group}

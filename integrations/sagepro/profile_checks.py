"""Everything that keeps a posting profile from being used, each told by table and column.

`PostingProfile.from_json` stops at the first mistake; a form shows them all at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from integrations.canonical.errors import FixConfiguration
from integrations.canonical.problems import Problem
from integrations.sagepro import profile_words as words
from integrations.sagepro.column_words import COLUMNS, TYPES, column_label
from integrations.sagepro.columns import ColumnType
from integrations.sagepro.profile import PostingProfile
from integrations.sagepro.required import OPTIONAL, REQUIRED, WITH_HISTORY
from integrations.sagepro.sensitive import is_sensitive

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_WIDEST = {"C": 254, "V": 999, "N": 20}


def problems(data: Mapping[str, Any]) -> list[Problem]:
    """What to repair, in the order of the form; empty when the profile can be used.

    `data` is the JSON form with every group there, as a form or `as_json` makes it.
    """
    mapped = [*REQUIRED, *(table for table in OPTIONAL if table in data["tables"])]
    found = [problem for table in mapped for problem in _table(table, data["tables"][table])]
    found = found or list(_session(data))
    if found:
        return found
    try:
        PostingProfile.from_json(data)
    except FixConfiguration as error:
        return [Problem(error.field, error.sentence, remedy="Correct this field.")]
    return []


def _session(data: Mapping[str, Any]) -> Iterator[Problem]:
    """The session number is written in three places, our own table included."""
    digits = data["session"]["width"]
    for table in ("receipts", "distributions", "postings"):
        group = data["tables"][table]
        column = group["columns"].get("session")
        kind = ColumnType.parse(column["type"]) if column else None
        if column and kind and kind.is_text and 0 < kind.width < digits:
            yield Problem(
                "session.width",
                f"{group['name']}.{column['name']} holds {kind.width} characters; a GL session "
                f"has {digits} digits.",
                value=str(digits),
                remedy="Correct the digits, or make the column as wide.",
            )


def _table(table: str, group: Mapping[str, Any]) -> Iterator[Problem]:
    path, label = f"tables.{table}", words.TABLES[table].label
    names = {"name": "table"} | ({"history_name": "history table"} if table in WITH_HISTORY else {})
    for key, word in names.items():
        if not _NAME.fullmatch(group.get(key, "")):
            yield _bad_name(f"{path}.{key}", f"{label}: the {word}", group.get(key, ""))
    yield from _missing(table, group)
    yield from _columns(table, group)
    yield from _others(table, group)
    yield from _twice(table, group)


def _missing(table: str, group: Mapping[str, Any]) -> Iterator[Problem]:
    order = [key for key in COLUMNS[table] if key in (REQUIRED | OPTIONAL)[table]]
    for key in order:
        if key not in group["columns"]:
            label = column_label(table, key)
            yield Problem(
                f"tables.{table}.columns.{key}.name",
                f"{group['name']} needs a column for ‘{label}’; {_without(table)}.",
                rule="a required column",
                remedy="Enter the column's name as it stands in Sage Pro.",
            )


def _without(table: str) -> str:
    if table in REQUIRED:
        return "nothing can be posted without it"
    return "leave the whole table out if this company has none"


def _columns(table: str, group: Mapping[str, Any]) -> Iterator[Problem]:
    for key, column in group["columns"].items():
        path = f"tables.{table}.columns.{key}"
        yield from _name_and_type(group["name"], path, column["name"], column["type"])
        if column.get("right_justified") and not column["type"].startswith("C"):
            yield Problem(
                f"{path}.right_justified",
                f"{group['name']}.{column['name']} is no text of a fixed width, so nothing fills "
                "it on the left.",
                value=column["type"],
                remedy="Make it a text, or take the tick away.",
            )


def _others(table: str, group: Mapping[str, Any]) -> Iterator[Problem]:
    others = {name: (kind, "") for name, kind in group.get("blanks", {}).items()}
    others |= {n: (c["type"], c["value"]) for n, c in group.get("constants", {}).items()}
    for name, (kind, value) in others.items():
        path = f"tables.{table}.others.{name}"
        where = f"{group['name']}.{name}"
        found = list(_name_and_type(group["name"], path, name, kind))
        yield from found
        if found or not value:
            continue
        parsed = ColumnType.parse(kind)
        if not parsed.is_text:
            yield Problem(
                f"{path}.value",
                f"{where} is {TYPES[parsed.letter].lower()}, and only a text column can "
                f"hold the fixed text ‘{value}’.",
                value=value,
                remedy="Leave the fixed text empty, so that the column is blank.",
            )
        elif parsed.width and len(value) > parsed.width:
            yield Problem(
                f"{path}.value",
                f"{where} holds {parsed.width} characters; ‘{value}’ has {len(value)}.",
                value=value,
                remedy="Shorten the fixed text.",
            )


def _name_and_type(table: str, path: str, name: str, kind: str) -> Iterator[Problem]:
    if not _NAME.fullmatch(name):
        yield _bad_name(f"{path}.name", f"{table}: the column", name)
    elif is_sensitive(name):
        yield Problem(
            f"{path}.name",
            f"{table}.{name} is named like card data or a password, and Tieout reads none.",
            value=name,
            rule="no card data",
            remedy="Map another column.",
        )
    problem = _bad_type(kind)
    if problem:
        yield Problem(
            f"{path}.type",
            f"{table}.{name}: {problem}.",
            value=kind,
            remedy="Choose the type and width that the column has in Sage Pro.",
        )


def _bad_type(kind: str) -> str:
    try:
        parsed = ColumnType.parse(kind)
    except ValueError:
        return f"‘{kind[1:]}’ is no width for {TYPES.get(kind[:1], 'this type').lower()}"
    widest = _WIDEST.get(parsed.letter)
    if widest and parsed.width > widest:
        return f"{parsed.width} is wider than such a column can be ({widest})"
    if widest is None and parsed.width:
        return f"{TYPES[parsed.letter].lower()} has no width"
    return ""


def _bad_name(path: str, which: str, name: str) -> Problem:
    return Problem(
        path,
        f"{which} ‘{name}’ is no name that a table or column can have."
        if name
        else f"{which} has no name.",
        value=name,
        rule="letters, digits and _, beginning with a letter",
        remedy="Enter it as it stands in Sage Pro.",
    )


def _twice(table: str, group: Mapping[str, Any]) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for key, column in group["columns"].items():
        name, label = column["name"].lower(), column_label(table, key)
        if name and name in seen:
            yield _double(f"tables.{table}.columns.{key}.name", group, name, seen[name], label)
        seen.setdefault(name, label)
    for name in (*group.get("blanks", {}), *group.get("constants", {})):
        if name.lower() in seen:
            path = f"tables.{table}.others.{name}.name"
            yield _double(path, group, name, seen[name.lower()], "what a new row is filled with")


def _double(path: str, group: Mapping[str, Any], name: str, first: str, second: str) -> Problem:
    return Problem(
        path,
        f"{group['name']}.{name} is used twice: for ‘{first}’ and for ‘{second}’.",
        value=name,
        remedy="Enter another column in one of the two places.",
    )

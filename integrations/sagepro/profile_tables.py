"""The tables of a posting profile as JSON, read and written."""

from __future__ import annotations

from collections.abc import Mapping

from integrations.sagepro.columns import ColumnMap, ColumnType, TableMap
from integrations.sagepro.invalid import invalid
from integrations.sagepro.profile_values import group_of, text_of, truth_of
from integrations.sagepro.required import OPTIONAL, REQUIRED, WITH_HISTORY


def tables_of(data: Mapping[str, object]) -> dict[str, TableMap]:
    """The tables by their role. Raises FixConfiguration with the path of the bad field."""
    for table in data:
        if table not in REQUIRED and table not in OPTIONAL:
            raise invalid(f"tables.{table}", "is not a table this connector knows")
    mapped = [*REQUIRED, *(table for table in OPTIONAL if table in data)]
    return {table: _table(data, table) for table in mapped}


def _table(data: Mapping[str, object], table: str) -> TableMap:
    path = f"tables.{table}."
    group = group_of(data, table, "tables.")
    columns = _columns(group_of(group, "columns", path), f"{path}columns.")
    missing = sorted((REQUIRED | OPTIONAL)[table] - set(columns))
    if missing:
        raise invalid(f"{path}columns.{missing[0]}", "is missing")
    return TableMap(
        name=text_of(group, "name", path),
        columns=columns,
        history_name=text_of(group, "history_name", path) if table in WITH_HISTORY else "",
        blanks=_blanks(group, path),
        constants=_constants(group, path),
        is_system=truth_of(group, "system", path),
    )


def _columns(data: Mapping[str, object], path: str) -> dict[str, ColumnMap]:
    columns = {}
    for key in data:
        group = group_of(data, key, path)
        here = f"{path}{key}."
        columns[key] = ColumnMap(
            name=text_of(group, "name", here),
            type=_type(text_of(group, "type", here), f"{here}type"),
            is_right=truth_of(group, "right_justified", here),
            is_free_text=truth_of(group, "free_text", here),
        )
    return columns


def _type(text: str, path: str) -> ColumnType:
    try:
        return ColumnType.parse(text)
    except ValueError as error:
        raise invalid(path, f"is wrong: {error}") from None


def _blanks(group: Mapping[str, object], path: str) -> dict[str, ColumnType]:
    data = group.get("blanks", {})
    if not isinstance(data, Mapping):
        raise invalid(f"{path}blanks", "must be a group of fields")
    return {name: _type(str(text), f"{path}blanks.{name}") for name, text in data.items()}


def _constants(group: Mapping[str, object], path: str) -> dict[str, tuple[ColumnType, str]]:
    data = group.get("constants", {})
    if not isinstance(data, Mapping):
        raise invalid(f"{path}constants", "must be a group of fields")
    constants = {}
    for name in data:
        here = f"{path}constants.{name}."
        item = group_of(data, name, f"{path}constants.")
        kind = _type(text_of(item, "type", here), f"{here}type")
        constants[name] = (kind, text_of(item, "value", here))
    return constants


def written_table(table: TableMap) -> dict[str, object]:
    """The JSON form of one table; everything `tables_of` needs of it."""
    out: dict[str, object] = {"name": table.name}
    if table.history_name:
        out["history_name"] = table.history_name
    if table.is_system:
        out["system"] = True
    out["columns"] = {key: _written_column(column) for key, column in table.columns.items()}
    if table.blanks:
        out["blanks"] = {name: str(kind) for name, kind in table.blanks.items()}
    if table.constants:
        out["constants"] = {
            name: {"type": str(kind), "value": value}
            for name, (kind, value) in table.constants.items()
        }
    return out


def _written_column(column: ColumnMap) -> dict[str, object]:
    out: dict[str, object] = {"name": column.name, "type": str(column.type)}
    if column.is_right:
        out["right_justified"] = True
    if column.is_free_text:
        out["free_text"] = True
    return out

"""Records as a person keys them: table, column, value, and what stands there now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from integrations.canonical.keyed_changes import ListedRow, ListedValue
from integrations.canonical.redaction import redact_text
from integrations.sagepro.backends.books import Changeable, Row


def new_row(company: Changeable[Any], table: str, values: Row, *, key: str) -> ListedRow:
    """A record to add: every value that is not blank, and the site's constants."""
    mapped = company.profile.table_map(table)
    listed = [
        ListedValue(column, mapped.columns[column].name, _shown(value))
        for column, value in values.items()
        if column in mapped.columns and _shown(value)
    ]
    listed += [
        ListedValue(name, name, _shown(value)) for name, (_, value) in mapped.constants.items()
    ]
    return ListedRow(table, company.profile.physical_table(table), key, tuple(listed))


def changed_row(
    company: Changeable[Any], table: str, standing: Row, values: Mapping[str, object], *, key: str
) -> ListedRow | None:
    """What of a standing record differs from these values; None when nothing does.

    A column that this site does not map, or that was not read, is no difference.
    """
    mapped = company.profile.table_map(table).columns
    listed = tuple(
        ListedValue(column, mapped[column].name, _shown(value), redact_text(_shown(stands)))
        for column, value in values.items()
        if column in mapped and column in standing
        for stands in [standing[column]]
        if _plain(stands) != _plain(value)
    )
    if not listed:
        return None
    name = company.profile.physical_table(table)
    return ListedRow(table, name, key, listed, is_new=False)


def sentences(row: ListedRow) -> list[str]:
    """What stands in Sage otherwise: a sentence for a missing record, and for each column."""
    if row.is_new:
        values = ", ".join(f"{one.name} {one.value}" for one in row.values)
        return [f"{row.key} is missing ({row.name}): {values}."]
    about = f" of {row.key}" if row.key else ""
    return [
        f"{row.name}.{one.name}{about} is ‘{one.was}’ in Sage and should be ‘{one.value}’."
        for one in row.values
    ]


def _plain(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else str(value).strip()

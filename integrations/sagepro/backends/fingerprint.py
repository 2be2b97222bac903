"""What the mapped tables look like now, and whether the posting profile still fits them."""

from __future__ import annotations

import hashlib
import json

from sqlalchemy import Connection, column, func, select, table

from integrations.canonical.errors import FixConfiguration
from integrations.sagepro.backends.company import SqlCompany
from integrations.sagepro.backends.faults import schema_changed
from integrations.sagepro.layout import Layout, changes, in_short, layout_of
from integrations.sagepro.profile import HISTORY

_FACTS = (
    "table_name",
    "column_name",
    "data_type",
    "character_maximum_length",
    "numeric_precision",
    "numeric_scale",
    "is_nullable",
)
_CATALOGUE = table(
    "columns", column("table_schema"), *map(column, _FACTS), schema="information_schema"
)


def read(connection: Connection, company: SqlCompany) -> list[tuple[str, ...]]:
    """Table, column, type, sizes and nullability of the mapped tables, in stable order."""
    profile = company.profile
    names = [profile.physical_table(name) for name in company.tables]
    schema = profile.database_schema or func.current_schema()
    statement = select(*(_CATALOGUE.c[fact] for fact in _FACTS)).where(
        _CATALOGUE.c.table_schema == schema, _CATALOGUE.c.table_name.in_(names)
    )
    rows = (tuple(str(value) for value in row) for row in connection.execute(statement))
    return sorted(rows)


def digest(facts: list[tuple[str, ...]]) -> str:
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def what_changed(
    facts: list[tuple[str, ...]], company: SqlCompany, *, expected: Layout | None
) -> FixConfiguration:
    """The error that stops a write to tables that are not `expected` any more, in words."""
    if expected is None:
        check_columns(facts, company)
        return schema_changed("Sage Pro's tables have changed since the calibration.")
    return schema_changed(
        "Sage Pro's tables have changed, so nothing was written. "
        + in_short(changes(expected, layout_of(facts)))
    )


def check_columns(facts: list[tuple[str, ...]], company: SqlCompany) -> None:
    """Raises FixConfiguration naming the first mapped column that is not there."""
    present = {(fact[0].lower(), fact[1].lower()) for fact in facts}
    for name in (*company.profile.tables, *HISTORY):
        physical = company.profile.physical_table(name)
        for mapped in company.tables[name].columns:
            if (physical.lower(), mapped.name.lower()) not in present:
                raise schema_changed(
                    f"Sage Pro's table {physical} has no column {mapped.name} any more, "
                    "or this login may not see it."
                )

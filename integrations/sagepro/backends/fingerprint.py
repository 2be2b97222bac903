"""What the mapped tables look like now, and whether the posting profile still fits them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnClause, Connection, Select, TableClause, column, select, table
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from integrations.canonical.errors import FixConfiguration
from integrations.sagepro.backends.company import SqlCompany
from integrations.sagepro.backends.sentences import schema_changed
from integrations.sagepro.layout import Layout, changes, in_short, layout_of

_FACTS = (
    "table_name",
    "column_name",
    "data_type",
    "character_maximum_length",
    "numeric_precision",
    "numeric_scale",
    "is_nullable",
)


def _catalogue(*, is_upper: bool, database: str = "") -> TableClause:
    """The information schema's columns, where wanted of another database of the server. SQL Server
    may tell upper from lower case."""
    spell = str.upper if is_upper else str.lower
    columns: list[ColumnClause[Any]] = [column(spell(name)) for name in ("table_schema", *_FACTS)]
    place = spell("information_schema")
    return table(spell("columns"), *columns, schema=f"{database}.{place}" if database else place)


_LOWER, _UPPER = _catalogue(is_upper=False), _catalogue(is_upper=True)


class _OwnSchema(FunctionElement[str]):
    """The schema where names without one are looked for."""

    inherit_cache = True


@compiles(_OwnSchema)
def _current_schema(_element: _OwnSchema, _compiler: SQLCompiler, **_options: Any) -> str:
    return "current_schema()"


@compiles(_OwnSchema, "mssql")
def _schema_name(_element: _OwnSchema, _compiler: SQLCompiler, **_options: Any) -> str:
    return "SCHEMA_NAME()"


def read(connection: Connection, company: SqlCompany) -> list[tuple[str, ...]]:
    """Table, column, type, sizes and nullability of the mapped tables, in stable order."""
    asked = statements(company, dialect=connection.dialect.name)
    found = [row for one in asked for row in connection.execute(one)]
    return sorted(tuple(str(value) for value in row) for row in found)


def statements(company: SqlCompany, *, dialect: str) -> list[Select[Any]]:
    """The questions for those facts, one for each schema, in the spelling of this product."""
    return [
        _of_schema(schema, dialect=dialect, names=names)
        for schema, names in company.profile.by_schema().items()
    ]


def read_all(connection: Connection, *, schema: str) -> list[tuple[str, ...]]:
    """The same facts of every table in the schema that this login may see."""
    found = connection.execute(_of_schema(schema, dialect=connection.dialect.name))
    return sorted(tuple(str(value) for value in row) for row in found)


def _of_schema(schema: str, *, dialect: str, names: Sequence[str] | None = None) -> Select[Any]:
    place, of, name = _LOWER, "", schema
    if dialect == "mssql":
        of, _, name = schema.rpartition(".")
        place = _catalogue(is_upper=True, database=of) if of else _UPPER
    of_schema, *facts = place.c
    asked = select(*facts).where(of_schema == (name or _OwnSchema()))
    return asked if names is None else asked.where(facts[0].in_(names))


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
    for name in company.profile.all_tables:
        physical = company.profile.physical_table(name)
        for mapped in company.tables[name].columns:
            if (physical.lower(), mapped.name.lower()) not in present:
                raise schema_changed(
                    f"Sage Pro's table {physical} has no column {mapped.name} any more, "
                    "or this login may not see it."
                )

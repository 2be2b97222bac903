"""What the mapped tables look like now, and whether the posting profile still fits them."""

from __future__ import annotations

import hashlib
import json
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


def _catalogue(*, is_upper: bool) -> TableClause:
    """The information schema's columns. SQL Server may tell upper from lower case."""
    spell = str.upper if is_upper else str.lower
    columns: list[ColumnClause[Any]] = [column(spell(name)) for name in ("table_schema", *_FACTS)]
    return table(spell("columns"), *columns, schema=spell("information_schema"))


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
    found = connection.execute(statement(company, dialect=connection.dialect.name))
    return sorted(tuple(str(value) for value in row) for row in found)


def statement(company: SqlCompany, *, dialect: str) -> Select[Any]:
    """The question for those facts, in the spelling of this product."""
    profile = company.profile
    names = [profile.physical_table(name) for name in company.tables]
    of_schema, *facts = (_UPPER if dialect == "mssql" else _LOWER).c
    schema = profile.database_schema or _OwnSchema()
    return select(*facts).where(of_schema == schema, facts[0].in_(names))


def read_all(connection: Connection, *, schema: str) -> list[tuple[str, ...]]:
    """The same facts of every table in the schema that this login may see."""
    of_schema, *facts = (_UPPER if connection.dialect.name == "mssql" else _LOWER).c
    found = connection.execute(select(*facts).where(of_schema == (schema or _OwnSchema())))
    return sorted(tuple(str(value) for value in row) for row in found)


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

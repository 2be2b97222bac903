"""Insert a row that may be there already, and know which it was."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models.expressions import DatabaseDefault

from tenants.scope import current_tenant_id
from tenants.tenant_model import CrossTenantWrite, TenantModel


def insert_once(row: TenantModel) -> bool:
    """Insert `row`; True when it is new, False when a unique key says it was there.

    One statement: there is no moment between looking and writing. Unlike
    `bulk_create(ignore_conflicts=True)` it never stays silent about what happened.
    """
    return bool(insert_all([row], telling=("id",)))


def insert_all(rows: Sequence[TenantModel], *, telling: Sequence[str]) -> list[tuple[Any, ...]]:
    """Insert rows of one model in one statement; of those that are new, the columns `telling`.

    A row that a unique key knows already, or that repeats one before it, is left out.
    """
    if not rows:
        return []
    columns = _columns(rows[0])
    values = [value for row in rows for value in _values(row, columns)]
    quote = connection.ops.quote_name
    places = f"({', '.join(['%s'] * len(columns))})"
    statement = (
        f"INSERT INTO {quote(rows[0]._meta.db_table)} "  # noqa: S608 names come from the model
        f"({', '.join(quote(column) for column in columns)}) "
        f"VALUES {', '.join([places] * len(rows))} "
        f"ON CONFLICT DO NOTHING RETURNING {', '.join(quote(name) for name in telling)}"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def _columns(row: TenantModel) -> list[str]:
    """Those the row has a value for; the database fills the others."""
    return [
        str(field.column)
        for field in row._meta.local_concrete_fields
        if not isinstance(getattr(row, field.attname), DatabaseDefault)
    ]


def _values(row: TenantModel, columns: Sequence[str]) -> list[Any]:
    tenant_id = current_tenant_id()
    if getattr(row, "tenant_id", None) is None:
        row.tenant_id = tenant_id
    if row.tenant_id != tenant_id:
        raise CrossTenantWrite(f"{type(row).__name__} of another company")
    fields = {str(field.column): field for field in row._meta.local_concrete_fields}
    return [
        fields[column].get_db_prep_save(getattr(row, fields[column].attname), connection=connection)
        for column in columns
    ]

"""Insert a row that may be there already, and know which it was."""

from __future__ import annotations

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
    tenant_id = current_tenant_id()
    if getattr(row, "tenant_id", None) is None:
        row.tenant_id = tenant_id
    if row.tenant_id != tenant_id:
        raise CrossTenantWrite(f"{type(row).__name__} of another company")
    columns: list[str] = []
    values: list[Any] = []
    for field in row._meta.local_concrete_fields:
        value = getattr(row, field.attname)
        if isinstance(value, DatabaseDefault):
            continue
        columns.append(connection.ops.quote_name(str(field.column)))
        values.append(field.get_db_prep_save(value, connection=connection))
    table = connection.ops.quote_name(row._meta.db_table)
    places = ", ".join(["%s"] * len(values))
    statement = (
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places}) "  # noqa: S608 names come from the model
        "ON CONFLICT DO NOTHING"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return bool(cursor.rowcount == 1)

"""The one way to reach tenant rows: inside `tenant_transaction`.

Two walls stand there. django-scopes refuses any query outside a scope; PostgreSQL's
row-level security refuses any row of another tenant, whatever the query was. The tenant is
set transaction-locally, so a pooled connection never carries it to the next request.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, connection, transaction
from django_scopes import get_scope, scope


class NoTenant(RuntimeError):  # noqa: N818 names the state, not a mistake of the code
    """Tenant rows were asked for outside `tenant_transaction`. Never a default tenant."""


@contextmanager
def tenant_transaction(tenant_id: uuid.UUID) -> Iterator[None]:
    """One outermost transaction in which exactly this tenant's rows exist.

    Raises RuntimeError when already inside a transaction: boundaries are never nested, so
    that nobody calls the outside world from within one by accident.
    """
    with transaction.atomic(durable=True), scope(tenant=tenant_id):
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('tieout.tenant', %s, true)", [str(tenant_id)])
        yield


def tenant_statement(
    tenant_id: uuid.UUID, statement: str, values: Mapping[str, Any]
) -> tuple[Any, ...] | None:
    """One statement in a transaction of its own, in one round trip; the first row it returns.

    For the way in, where round trips are what costs: PostgreSQL runs the statements of one
    message in one transaction, so the tenant is set for this one only, and the work is
    committed when this returns. A kept connection that turns out dead is replaced and the
    statement told again, so it must be one that may run twice. Raises RuntimeError inside a
    transaction, and django.db.Error when it could not be carried out.
    """
    if connection.in_atomic_block:
        raise RuntimeError("A tenant's statement is a transaction of its own; leave this one.")
    # Asking whether the connection lives costs as much as the statement; failing tells as well.
    connection.health_check_done = True  # type: ignore[attr-defined]  # its stubs leave it out
    try:
        return _told(tenant_id, statement, values)
    except OperationalError:
        if connection.is_usable():
            raise
        connection.close()
        return _told(tenant_id, statement, values)


def _told(
    tenant_id: uuid.UUID, statement: str, values: Mapping[str, Any]
) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT set_config('tieout.tenant', %(tenant_of_this)s, true); {statement}",
            {**values, "tenant_of_this": str(tenant_id)},
        )
        cursor.nextset()
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row


def current_tenant_id() -> uuid.UUID:
    """The tenant of the running `tenant_transaction`. Raises NoTenant outside of one."""
    tenant_id = get_scope().get("tenant")
    if not isinstance(tenant_id, uuid.UUID):
        raise NoTenant("No company is selected here; enter tenant_transaction first.")
    return tenant_id

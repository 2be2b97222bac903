"""The one way to reach tenant rows: inside `tenant_transaction`.

Two walls stand there. django-scopes refuses any query outside a scope; PostgreSQL's
row-level security refuses any row of another tenant, whatever the query was. The tenant is
set transaction-locally, so a pooled connection never carries it to the next request.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
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


def current_tenant_id() -> uuid.UUID:
    """The tenant of the running `tenant_transaction`. Raises NoTenant outside of one."""
    tenant_id = get_scope().get("tenant")
    if not isinstance(tenant_id, uuid.UUID):
        raise NoTenant("No company is selected here; enter tenant_transaction first.")
    return tenant_id

"""Look: whichever outside system a connection is, read what it tells."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from integrations.connections.models import Connection
from integrations.pipeline.disputes import look_for_cases
from integrations.pipeline.poll import poll
from tenants.scope import tenant_transaction


def look(*, tenant_id: uuid.UUID, connection_id: uuid.UUID, keep: Callable[[], bool]) -> None:
    """Read every source of a connection that is due. `keep` is called between chunks, to keep
    the drain."""
    with tenant_transaction(tenant_id):
        kind = Connection.objects.values_list("kind", flat=True).get(id=connection_id)
    read = look_for_cases if kind == Connection.Kind.DISPUTES else poll
    read(tenant_id=tenant_id, connection_id=connection_id, keep=keep)

"""Receive: an authenticated delivery is stored once, and its reader is woken."""

from __future__ import annotations

import time
import uuid

from integrations.events.inbox import Delivery, store
from tenants import work
from tenants.models import WorkKind
from tenants.scope import tenant_transaction

# One bell per connection and this many seconds and web worker: the bell costs more than the
# notice, one drain reads them all, and the sweeper covers the gap.
_RING_EVERY_SECONDS = 0.2
_last_rung: dict[uuid.UUID, float] = {}


def receive(delivery: Delivery, *, tenant_id: uuid.UUID, connection_id: uuid.UUID) -> bool:
    """Store one delivery, committed when this returns; False for a duplicate.

    Raises django.db.Error when it could not be stored: the sender must try again.
    """
    is_new = store(delivery, tenant_id=tenant_id, connection_id=connection_id) is not None
    if is_new:
        _ring(tenant_id, connection_id)
    return is_new


def _ring(tenant_id: uuid.UUID, connection_id: uuid.UUID) -> None:
    now = time.monotonic()
    if now - _last_rung.get(connection_id, -_RING_EVERY_SECONDS) < _RING_EVERY_SECONDS:
        return
    _last_rung[connection_id] = now
    with tenant_transaction(tenant_id):
        work.ring(WorkKind.PROCESS, tenant_id=tenant_id, subject_id=connection_id)

"""Receive: an authenticated delivery is stored once, and its reader is woken."""

from __future__ import annotations

import uuid

from integrations.events.inbox import Delivery, store
from tenants import work
from tenants.models import WorkKind


def receive(delivery: Delivery, *, tenant_id: uuid.UUID, connection_id: uuid.UUID) -> bool:
    """Store one delivery, committed when this returns; False for a duplicate.

    Raises django.db.Error when it could not be stored: the sender must try again.
    """
    stored = store(delivery, tenant_id=tenant_id, connection_id=connection_id)
    # One drain reads all that wait, so only the first of many rings. A duplicate wakes too:
    # it is sent again because somebody died between storing the first and this line. A reader
    # that came and went just before the commit is found by the sweeper.
    if not stored.is_reader_due:
        work.wake(WorkKind.PROCESS, tenant_id=tenant_id, subject_id=connection_id)
    return stored.is_new

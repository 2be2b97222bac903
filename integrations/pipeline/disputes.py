"""Disputes: look through what a provider tells of its cases, from its own watermark.

The third door beside file and form. A look that fails leaves the watermark where it was; what
its first pages told is kept.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.utils import timezone

from integrations.canonical.errors import IntegrationError
from integrations.connections import clients, disputes, health
from integrations.connections.models import Connection
from integrations.disputes.provider import DisputesProvider
from integrations.events import polling
from integrations.events.models import Source, SyncRun
from integrations.events.polling import Window
from integrations.pipeline import resume
from integrations.pipeline.dispute_cases import Taken, take_cases
from integrations.pipeline.poll import failed
from tenants.models import WorkKind
from tenants.scope import tenant_transaction


def look_for_cases(
    *, tenant_id: uuid.UUID, connection_id: uuid.UUID, keep: Callable[[], bool]
) -> None:
    """Read the cases that changed. Does nothing while the connection or its account rests."""
    with tenant_transaction(tenant_id):
        connection = Connection.objects.select_related("tells_of").get(id=connection_id)
        account = connection.tells_of
        if account is None or account.posts_to_id is None:
            return
        if not resume.may_go(connection, WorkKind.POLL):
            return
        window = polling.window(
            connection_id=connection.id,
            source=Source.DISPUTES,
            zone=str(account.settings["zone"]),
            now=timezone.now(),
        )
        if window is None:
            return
        run = polling.begin(connection_id=connection.id, source=Source.DISPUTES, window=window)
    try:
        opened = clients.open_connection(tenant_id=tenant_id, connection_id=connection_id)
        provider = disputes.provider_with(opened)
        try:
            taken = _read(provider, window, account=account, teller=connection.name, keep=keep)
        finally:
            provider.close()
    except IntegrationError as error:
        _fail(connection, run, error)
        return
    with tenant_transaction(tenant_id):
        health.record_ok(connection_id=connection.id)
        polling.finish(run, asked_at=window.asked_at, seen=taken.seen, new=taken.new)


def _read(
    provider: DisputesProvider,
    window: Window,
    *,
    account: Connection,
    teller: str,
    keep: Callable[[], bool],
) -> Taken:
    """Page by page, each committed by itself."""
    total = Taken()
    for page in provider.cases(changed_since=_begins(window)):
        with tenant_transaction(account.tenant_id):
            total += take_cases(page, source=account, teller=teller)
        keep()
    return total


def _begins(window: Window) -> datetime:
    return datetime.combine(window.first_day, time(), tzinfo=ZoneInfo(window.zone))


def _fail(connection: Connection, run: SyncRun, error: IntegrationError) -> None:
    with tenant_transaction(connection.tenant_id):
        polling.fail(run, sentence=error.sentence)
    failed(connection, error, kind=WorkKind.POLL)

"""Backfill: read past days, one at a time; whatever happens, it goes on with the next one."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from integrations.canonical.errors import FixConfiguration, IntegrationError
from integrations.connections import clients, health
from integrations.connections.models import Connection
from integrations.events import backfills
from integrations.events.models import Backfill, Source
from integrations.pipeline import resume
from integrations.pipeline.poll import has_ach, has_batches
from integrations.pipeline.settled_sources import read_settled_on
from integrations.pipeline.sources import Found, Look, read_ach_day, read_day
from tenants import work
from tenants.models import WorkKind
from tenants.scope import tenant_transaction

# A long backfill gives way to other drains after this long, at the end of a day.
TURN_SECONDS = 20.0
# A connection that is paused, or waits for a person, is looked at again this often.
_LOOK_AGAIN = timedelta(minutes=1)


def backfill(
    *, tenant_id: uuid.UUID, backfill_id: uuid.UUID, keep: Callable[[], bool] = lambda: True
) -> bool:
    """Read its next days for a while; True when more are left that can be read now."""
    began = time.monotonic()
    while time.monotonic() - began < TURN_SECONDS:
        with tenant_transaction(tenant_id):
            job = Backfill.objects.filter(id=backfill_id, state=Backfill.State.RUNNING).first()
            if job is None or not _may_go(job):
                return False
        if not _read_next(job, keep=keep):
            return False
    return True


def _may_go(job: Backfill) -> bool:
    """As the connection may, by its own bell: it must not use up the one of the poll."""
    connection = Connection.objects.get(id=job.connection_id)
    if connection.posts_to_id is not None and resume.is_free(connection):
        return True
    backfills.note_trouble(job, sentence=f"It goes on when {connection.name} can be asked.")
    _come_back(job, after=_LOOK_AGAIN)
    return False


def _read_next(job: Backfill, *, keep: Callable[[], bool]) -> bool:
    began = time.monotonic()
    connection = _connection(job)
    try:
        client = clients.paytrace_client(tenant_id=job.tenant_id, connection_id=connection.id)
        look = Look(connection, client, now=timezone.now(), keep=keep)
        found = read_day(look, job.next_day)
        if has_ach(connection):
            found += read_ach_day(look, job.next_day)
            found += read_settled_on(look, Source.DEPOSITS, job.next_day)
        if has_batches(connection):
            found += read_settled_on(look, Source.BATCHES, job.next_day)
    except IntegrationError as error:
        _failed(job, connection, error)
        return False
    _day_done(job, found, seconds=time.monotonic() - began)
    return True


def _connection(job: Backfill) -> Connection:
    with tenant_transaction(job.tenant_id):
        return Connection.objects.get(id=job.connection_id)


def _day_done(job: Backfill, found: Found, *, seconds: float) -> None:
    with tenant_transaction(job.tenant_id):
        health.record_ok(connection_id=job.connection_id)
        backfills.day_done(job, seen=found.seen, new=found.new, milliseconds=int(1000 * seconds))


def _failed(job: Backfill, connection: Connection, error: IntegrationError) -> None:
    with tenant_transaction(job.tenant_id):
        wait = health.record_failure(connection_id=connection.id, error=error, now=timezone.now())
        backfills.note_trouble(job, sentence=error.sentence)
        _come_back(job, after=_LOOK_AGAIN if isinstance(error, FixConfiguration) else wait)


def _come_back(job: Backfill, *, after: timedelta) -> None:
    work.ring(WorkKind.BACKFILL, tenant_id=job.tenant_id, subject_id=job.id, after=after)

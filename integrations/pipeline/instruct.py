"""Instruct: send what is ready to PayTrace, and find out what became of what got no answer.

One drain at a time per PayTrace account, for order and fairness; that nothing is sent twice
rests on the rows. Missing answers are looked for first: they hold up what comes after them.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from datetime import timedelta

import structlog
from django.utils import timezone

from integrations.canonical.errors import FixConfiguration, IntegrationError
from integrations.connections import clients, health
from integrations.connections.models import Connection
from integrations.instructions import late, operations, protocol, running, waiting
from integrations.instructions.protocol import Claimed
from integrations.instructions.running import Desk
from integrations.pipeline import flagged, holds, resume
from integrations.posting import queries as posting
from tenants.models import WorkKind
from tenants.scope import tenant_transaction

log = structlog.get_logger("pipeline.instruct")
# A drain gives way after this long.
TURN_SECONDS = 20.0
_NOT_BEFORE = timedelta(seconds=5)
_MUCH_LATER = timedelta(hours=1)


def instruct(
    *, tenant_id: uuid.UUID, connection_id: uuid.UUID, keep: Callable[[], bool] = lambda: True
) -> bool:
    """Work through one account's instructions; True when more may be due at once."""
    with tenant_transaction(tenant_id):
        connection = Connection.objects.get(id=connection_id)
        if waiting.next_due(connection_id=connection_id) is None:
            return False
        if not resume.may_go(connection, WorkKind.INSTRUCT):
            return False
    try:
        client = clients.paytrace_client(tenant_id=tenant_id, connection_id=connection_id)
        desk = Desk(
            tenant_id,
            client,
            operations.day_of(connection),
            taken_back=posting.taken_back,
            refunds_before=posting.refunds_before,
        )
        more = _work(connection, desk, keep)
    except IntegrationError as error:
        _failed(connection, error)
        return False
    if not more:
        _come_back(connection)
    return more


def _work(connection: Connection, desk: Desk, keep: Callable[[], bool]) -> bool:
    began = time.monotonic()
    while time.monotonic() - began < TURN_SECONDS:
        if not any(step(connection, desk) for step in _STEPS):
            return False
        keep()
    return True


def _look_for_one(connection: Connection, desk: Desk) -> bool:
    claimed = _claim(connection, protocol.claim_open)
    if claimed is None:
        return False
    try:
        found = running.look_for(claimed, desk=desk)
    except IntegrationError:
        with tenant_transaction(desk.tenant_id):
            protocol.look_again_later(claimed, after=_NOT_BEFORE)
        raise
    log.info("instruction.looked_for", state=str(found.state) if found else "")
    _answered(connection, claimed, desk)
    return True


def _send_one(connection: Connection, desk: Desk) -> bool:
    claimed = _claim(connection, protocol.claim_ready)
    if claimed is None:
        return False
    told = running.send_one(claimed, desk=desk)
    log.info("instruction.sent", state=str(told.state) if told else "")
    _answered(connection, claimed, desk)
    return True


def _look_late(connection: Connection, desk: Desk) -> bool:
    """Ask once more about one that was given up: last, for nobody waits for it."""
    claimed = _claim(connection, protocol.claim_late)
    if claimed is None:
        return False
    try:
        found = late.look(claimed, desk=desk)
    except IntegrationError:
        with tenant_transaction(desk.tenant_id):
            protocol.look_late_again(claimed, after=_MUCH_LATER)
        raise
    log.info("instruction.looked_late", state=str(found.state) if found else "")
    _answered(connection, claimed, desk)
    return True


_STEPS = (_look_for_one, _send_one, _look_late)


def _claim(connection: Connection, claim: Callable[..., Claimed | None]) -> Claimed | None:
    with tenant_transaction(connection.tenant_id):
        claimed = claim(connection_id=connection.id)
    if claimed is not None:
        structlog.contextvars.bind_contextvars(instruction_id=str(claimed.instruction_id))
    return claimed


def _answered(connection: Connection, claimed: Claimed, desk: Desk) -> None:
    with tenant_transaction(connection.tenant_id):
        health.record_ok(connection_id=connection.id)
        flagged.ring_for(connection)
    holds.told_of(claimed.instruction_id, source=connection, client=desk.client)


def _come_back(connection: Connection) -> None:
    """Ring for what becomes due by time alone."""
    with tenant_transaction(connection.tenant_id):
        wait = waiting.next_due(connection_id=connection.id)
        if wait is not None:
            operations.ring(connection.id, after=max(wait, _NOT_BEFORE))


def _failed(connection: Connection, error: IntegrationError) -> None:
    log.warning("paytrace.unavailable", code=error.code)
    with tenant_transaction(connection.tenant_id):
        wait = health.record_failure(connection_id=connection.id, error=error, now=timezone.now())
        if not isinstance(error, FixConfiguration):
            operations.ring(connection.id, after=wait)

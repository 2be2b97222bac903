"""django-q2's way in: ids in, one call each. The names here are stored in the queue."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import structlog
from django.utils import timezone

from integrations import pipeline
from integrations.accounting import operations as accounting
from integrations.connections import calibrating, testing
from integrations.events import facts
from tenants import heartbeat, work
from tenants.models import WorkKind

# How long a drain may be silent before another worker takes over. Longer than the longest
# network call (30 s) plus its transactions; shorter than the queue's own time limit.
LEASE_SECONDS = 75
# A payment this young is at PayTrace still, however long it keeps the older ones.
_KNOWN_FOR = timedelta(days=365)
Keep = Callable[[], bool]
AFTER_A_FALL_SECONDS = 10


def drain(*, kind: str, tenant_id: str, subject_id: str, **_: Any) -> bool:
    """Answer a doorbell: run one drain if nobody else does, and ring again if more is due.

    True when it rang again.
    """
    heartbeat.beat("worker")
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(tenant_id=tenant_id, drain=kind)
    due = work.Due(kind, uuid.UUID(tenant_id), uuid.UUID(subject_id))
    fence = work.take(kind, subject_id=due.subject_id, seconds=LEASE_SECONDS)
    if fence is None:
        return False
    try:
        more = _RUN[WorkKind(kind)](due, _keeper(due, fence))
    except Exception:
        # Unforeseen: keep the lease a little, so that the sweeper finds it over and rings.
        work.extend(kind, subject_id=due.subject_id, fence=fence, seconds=AFTER_A_FALL_SECONDS)
        raise
    rings = work.release(kind, subject_id=due.subject_id, fence=fence) or more
    if rings:
        work.enqueue(due)
    return rings


def _keeper(due: work.Due, fence: int) -> Keep:
    """Keeps the drain while long work goes on; False once somebody else has taken it over."""
    return lambda: work.extend(
        due.kind, subject_id=due.subject_id, fence=fence, seconds=LEASE_SECONDS
    )


def _process(due: work.Due, _: Keep) -> bool:
    return pipeline.process(tenant_id=due.tenant_id, connection_id=due.subject_id)


def _deliver(due: work.Due, _: Keep) -> bool:
    return pipeline.deliver(tenant_id=due.tenant_id, company_id=due.subject_id)


def _poll(due: work.Due, keep: Keep) -> bool:
    pipeline.look(tenant_id=due.tenant_id, connection_id=due.subject_id, keep=keep)
    return False


def _backfill(due: work.Due, keep: Keep) -> bool:
    return pipeline.backfill(tenant_id=due.tenant_id, backfill_id=due.subject_id, keep=keep)


def _instruct(due: work.Due, keep: Keep) -> bool:
    return pipeline.instruct(tenant_id=due.tenant_id, connection_id=due.subject_id, keep=keep)


def _open_items(due: work.Due, keep: Keep) -> bool:
    return pipeline.read_open_items(tenant_id=due.tenant_id, company_id=due.subject_id, keep=keep)


def _flagged(due: work.Due, keep: Keep) -> bool:
    return pipeline.flagged_rows(tenant_id=due.tenant_id, company_id=due.subject_id, keep=keep)


def _test(due: work.Due, _: Keep) -> bool:
    testing.run_test(
        tenant_id=due.tenant_id,
        test_id=due.subject_id,
        keep_accounts=lambda company_id, accounts: accounting.refresh_accounts(
            company_id=company_id, accounts=accounts
        ),
        known_payments=lambda connection_id: facts.settled_lately(
            connection_id, since=timezone.now() - _KNOWN_FOR
        ),
    )
    return False


def _calibrate(due: work.Due, _: Keep) -> bool:
    calibrating.run_step(tenant_id=due.tenant_id, step_id=due.subject_id)
    return False


_RUN: dict[WorkKind, Callable[[work.Due, Keep], bool]] = {
    WorkKind.PROCESS: _process,
    WorkKind.DELIVER: _deliver,
    WorkKind.POLL: _poll,
    WorkKind.TEST: _test,
    WorkKind.BACKFILL: _backfill,
    WorkKind.CALIBRATE: _calibrate,
    WorkKind.INSTRUCT: _instruct,
    WorkKind.OPEN_ITEMS: _open_items,
    WorkKind.FLAGGED: _flagged,
}

"""Waking a drain: one bell for many callers, and nothing that was committed is overlooked."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django_q.models import OrmQ

from tenants import work
from tenants.ids import new_id
from tenants.models import DueNotice, DueWork, Tenant, WorkKind

pytestmark = pytest.mark.usefixtures("db")
PROCESS = WorkKind.PROCESS


@pytest.fixture
def tenant(db: None) -> Tenant:
    return Tenant.objects.create(name="Alice Supply", slug="alice")


@pytest.fixture
def subject() -> UUID:
    return new_id()


def _wake(tenant: Tenant, subject: UUID) -> None:
    work.wake(PROCESS, tenant_id=tenant.id, subject_id=subject)


def _is_due(subject: UUID) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT due_at <= clock_timestamp() FROM tenants_duework WHERE subject_id = %s",
            [subject],
        )
        (is_due,) = cursor.fetchone()
    return bool(is_due)


def test_the_first_ever_makes_the_drain_and_rings(tenant: Tenant, subject: UUID) -> None:
    _wake(tenant, subject)
    assert _is_due(subject)
    assert OrmQ.objects.count() == 1


def test_many_ring_once(tenant: Tenant, subject: UUID) -> None:
    for _ in range(5):
        _wake(tenant, subject)
    assert OrmQ.objects.count() == 1


def test_after_the_drain_began_it_is_due_again(tenant: Tenant, subject: UUID) -> None:
    """The drain that holds it finds out when it gives it back, so no bell is needed."""
    _wake(tenant, subject)
    fence = work.take(PROCESS, subject_id=subject, seconds=60)
    assert fence is not None
    assert not _is_due(subject)
    _wake(tenant, subject)
    assert OrmQ.objects.count() == 1
    assert work.release(PROCESS, subject_id=subject, fence=fence)


def test_after_the_drain_ended_it_rings_again(tenant: Tenant, subject: UUID) -> None:
    _wake(tenant, subject)
    fence = work.take(PROCESS, subject_id=subject, seconds=60)
    assert fence is not None
    assert not work.release(PROCESS, subject_id=subject, fence=fence)
    _wake(tenant, subject)
    assert OrmQ.objects.count() == 2


def test_the_end_of_a_wait_stays(tenant: Tenant, subject: UUID) -> None:
    """The other side is away: what comes meanwhile waits for the next try with the rest."""
    hour = timedelta(hours=1)
    work.ring(PROCESS, tenant_id=tenant.id, subject_id=subject, after=hour)
    _wake(tenant, subject)
    assert not _is_due(subject)
    assert DueWork.objects.get().rung_at is None
    assert OrmQ.objects.count() == 0


def test_a_notice_whose_reader_came_too_early_is_found(tenant: Tenant, subject: UUID) -> None:
    _wake(tenant, subject)
    fence = work.take(PROCESS, subject_id=subject, seconds=60)
    assert fence is not None
    DueNotice.objects.create(tenant=tenant, connection_id=subject, notice_id=new_id())
    assert work.find_unread() == 0, "its reader is still at it"
    assert not work.release(PROCESS, subject_id=subject, fence=fence)
    assert work.find_unread() == 1
    assert _is_due(subject)
    assert [due.subject_id for due in work.ring_overdue()] == [subject]


def test_nobody_is_sent_to_an_empty_inbox(tenant: Tenant, subject: UUID) -> None:
    _wake(tenant, subject)
    fence = work.take(PROCESS, subject_id=subject, seconds=60)
    assert fence is not None
    work.release(PROCESS, subject_id=subject, fence=fence)
    assert work.find_unread() == 0

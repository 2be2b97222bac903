"""Whether somebody else waits for a worker: what a long drain asks before it goes on."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from tenants import work
from tenants.ids import new_id
from tenants.models import Tenant, WorkKind

pytestmark = pytest.mark.usefixtures("db")
DELIVER = WorkKind.DELIVER


@pytest.fixture
def tenant(db: None) -> Tenant:
    return Tenant.objects.create(name="Alice Supply", slug="alice")


def _ring(tenant: Tenant, after: timedelta = work.NOW) -> UUID:
    subject = new_id()
    work.ring(DELIVER, tenant_id=tenant.id, subject_id=subject, after=after)
    return subject


def test_nobody_waits_when_nothing_is_due(tenant: Tenant) -> None:
    _ring(tenant, timedelta(minutes=1))
    assert not work.is_another_waiting(subject_id=new_id())


def test_one_s_own_work_is_not_another_s(tenant: Tenant) -> None:
    subject = _ring(tenant)
    assert not work.is_another_waiting(subject_id=subject)


def test_a_due_drain_waits_until_somebody_begins_it(tenant: Tenant) -> None:
    subject = _ring(tenant)
    assert work.is_another_waiting(subject_id=new_id())
    fence = work.take(DELIVER, subject_id=subject, seconds=60)
    assert not work.is_another_waiting(subject_id=new_id())
    work.ring(DELIVER, tenant_id=tenant.id, subject_id=subject)
    assert not work.is_another_waiting(subject_id=new_id())
    assert fence is not None
    assert work.release(DELIVER, subject_id=subject, fence=fence)
    assert work.is_another_waiting(subject_id=new_id())

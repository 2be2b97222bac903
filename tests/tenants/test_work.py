"""Doorbells: rung once, taken by one, never forgotten, never waiting for each other."""

from __future__ import annotations

import threading
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connections

from tenants import work
from tenants.ids import new_id
from tenants.models import DueWork, Tenant, WorkKind
from tenants.scope import tenant_transaction

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def tenant() -> Tenant:
    return Tenant.objects.create(name="Alice Supply", slug="alice")


def _ring(tenant: Tenant, subject: UUID, *, after: timedelta = work.NOW) -> None:
    with tenant_transaction(tenant.id):
        work.ring(WorkKind.DELIVER, tenant_id=tenant.id, subject_id=subject, after=after)


def test_a_drain_is_taken_by_one_and_a_ring_meanwhile_is_kept(tenant: Tenant) -> None:
    subject = new_id()
    _ring(tenant, subject)
    fence = work.take(WorkKind.DELIVER, subject_id=subject, seconds=60)
    assert fence == 1
    assert work.take(WorkKind.DELIVER, subject_id=subject, seconds=60) is None
    _ring(tenant, subject)
    assert work.release(WorkKind.DELIVER, subject_id=subject, fence=fence) is True
    assert work.take(WorkKind.DELIVER, subject_id=subject, seconds=60) == 2


def test_an_earlier_due_time_stays(tenant: Tenant) -> None:
    subject = new_id()
    _ring(tenant, subject, after=timedelta(minutes=5))
    first = DueWork.objects.get().due_at
    _ring(tenant, subject, after=timedelta(hours=5))
    assert DueWork.objects.get().due_at == first


def test_a_drain_whose_holder_died_is_rung_again(tenant: Tenant) -> None:
    subject = new_id()
    _ring(tenant, subject)
    work.take(WorkKind.DELIVER, subject_id=subject, seconds=-1)
    assert [due.subject_id for due in work.ring_overdue()] == [subject]
    assert list(work.ring_overdue()) == []


def test_a_late_holder_can_neither_extend_nor_release(tenant: Tenant) -> None:
    subject = new_id()
    _ring(tenant, subject)
    late = work.take(WorkKind.DELIVER, subject_id=subject, seconds=-1)
    assert late is not None
    assert work.take(WorkKind.DELIVER, subject_id=subject, seconds=60) == late + 1
    assert not work.extend(WorkKind.DELIVER, subject_id=subject, fence=late, seconds=60)
    assert not work.release(WorkKind.DELIVER, subject_id=subject, fence=late)
    assert DueWork.objects.get().lease_until is not None


def test_two_that_ring_the_same_drains_in_other_orders_never_deadlock(tenant: Tenant) -> None:
    bells = [(kind, new_id()) for kind in (WorkKind.PROCESS, WorkKind.DELIVER, WorkKind.POLL)]
    failures: list[BaseException] = []
    start = threading.Barrier(2)

    def ring_often(order: list[tuple[WorkKind, UUID]]) -> None:
        try:
            start.wait(10)
            for _ in range(40):
                with tenant_transaction(tenant.id):
                    work.ring_all(order, tenant_id=tenant.id)
        except BaseException as error:  # noqa: BLE001 told to the test's own thread
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ring_often, args=(order,)) for order in (bells, bells[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []

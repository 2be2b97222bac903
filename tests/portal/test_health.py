"""Liveness looks at nothing, readiness says what is wrong, metrics name no company."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tenants.heartbeat import beat
from tenants.models import (
    DueNotice,
    DueWork,
    Environment,
    Heartbeat,
    Tenant,
    UnknownTokenCount,
    WorkKind,
)
from tenants.scope import tenant_transaction

pytestmark = pytest.mark.usefixtures("db")


def _ago(**kwargs: int) -> datetime:
    return timezone.now() - timedelta(**kwargs)


@pytest.fixture
def tenant() -> Tenant:
    return Tenant.objects.create(name="Alice Supply", slug="alice")


def _work(tenant: Tenant, *, due_at: datetime) -> DueWork:
    return DueWork.objects.create(
        kind=WorkKind.DELIVER, tenant=tenant, subject_id=uuid.uuid4(), due_at=due_at
    )


def test_a_live_process_asks_nobody(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        response = client.get("/health/live")
    assert (response.status_code, response.json()) == (200, {"status": "live"})


def test_ready_when_work_flows(client: Client) -> None:
    beat("sweeper")
    response = client.get("/health/ready")
    answer = response.json()
    assert response.status_code == 200
    assert answer["status"] == "ready"
    assert [(check["name"], check["ok"]) for check in answer["checks"]] == [
        ("database", True),
        ("migrations", True),
        ("background", True),
        ("backlog", True),
    ]


def test_not_ready_before_the_sweeper_has_started(client: Client) -> None:
    beat("worker")
    response = client.get("/health/ready")
    assert response.status_code == 503
    assert response.json()["sentence"] == "The sweeper has not started yet."


def test_a_busy_worker_does_not_speak_for_a_silent_sweeper(client: Client) -> None:
    beat("worker")
    Heartbeat.objects.create(name="sweeper", beat_at=_ago(minutes=10))
    response = client.get("/health/ready")
    assert response.status_code == 503
    assert response.json()["sentence"] == "The sweeper was last heard 10 minutes ago."


def test_not_ready_when_work_waits_too_long(client: Client, tenant: Tenant) -> None:
    beat("sweeper")
    _work(tenant, due_at=_ago(minutes=9, seconds=30))
    response = client.get("/health/ready")
    assert response.status_code == 503
    assert response.json()["sentence"] == "Work has been waiting for a worker for 9 minutes."


def test_work_in_the_future_and_work_in_hand_are_no_backlog(client: Client, tenant: Tenant) -> None:
    beat("sweeper")
    _work(tenant, due_at=timezone.now() + timedelta(days=1))
    held = _work(tenant, due_at=_ago(hours=1))
    DueWork.objects.filter(pk=held.pk).update(lease_until=timezone.now() + timedelta(minutes=1))
    assert client.get("/health/ready").status_code == 200


def test_a_database_without_the_tables_is_told_in_a_sentence(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET search_path TO nowhere")
    response = client.get("/health/ready")
    connection.close()
    assert response.status_code == 503
    assert "database" in response.json()["sentence"].lower()


def test_health_answers_only_reads(client: Client) -> None:
    for path in ("live", "ready", "metrics"):
        assert client.post(f"/health/{path}").status_code == 405


def test_metrics_count_rows_of_all_companies_and_name_none(client: Client, tenant: Tenant) -> None:
    other = Tenant.objects.create(name="Charlie Parts", slug="charlie")
    for company in (tenant, other):
        with tenant_transaction(company.id):
            Environment.objects.create(kind=Environment.Kind.PRODUCTION)
        _work(company, due_at=_ago(minutes=1))
        DueNotice.objects.create(tenant=company, connection_id=uuid.uuid4(), notice_id=uuid.uuid4())
    UnknownTokenCount.objects.create(day="2026-11-20", count=3)
    UnknownTokenCount.objects.create(day="2026-11-21", count=4)
    beat("sweeper")
    response = client.get("/health/metrics")
    text = response.content.decode()
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/plain")
    assert 'tieout_due_work{kind="deliver"} 2.0' in text
    assert "tieout_due_notices 2.0" in text
    assert "tieout_notices_unknown_token_total 7.0" in text
    assert 'tieout_heartbeat_age_seconds{name="sweeper"}' in text
    for private in ("Alice", "alice", "Charlie", str(tenant.id), str(other.id)):
        assert private not in text


def test_metrics_are_for_this_machine_unless_a_token_says_otherwise(
    client: Client, settings: LazySettings
) -> None:
    assert client.get("/health/metrics", REMOTE_ADDR="203.0.113.9").status_code == 403
    proxied = client.get("/health/metrics", headers={"X-Forwarded-For": "203.0.113.9"})
    assert proxied.status_code == 403
    settings.METRICS_TOKEN = "let-me-read"
    assert client.get("/health/metrics").status_code == 403
    wrong = client.get("/health/metrics", headers={"Authorization": "Bearer let-me-rea"})
    assert wrong.status_code == 403
    right = client.get("/health/metrics", headers={"Authorization": "Bearer let-me-read"})
    assert right.status_code == 200


def test_security_txt_never_expires_unseen(client: Client, settings: LazySettings) -> None:
    settings.SECURITY_CONTACT = "mailto:security@example.com"
    lines = dict(
        line.split(": ", 1)
        for line in client.get("/.well-known/security.txt").content.decode().splitlines()
    )
    assert lines["Contact"] == "mailto:security@example.com"
    expires = datetime.fromisoformat(lines["Expires"])
    assert timedelta(days=30) < expires - timezone.now() < timedelta(days=365)

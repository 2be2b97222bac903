"""Typed actions: a reason first, one company at a time, audited there, refused in sentences."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from integrations.connections.models import Connection
from integrations.exceptions.models import ExceptionCase
from integrations.posting.models import Effect
from tenants.models import AuditEvent, DueWork, Tenant, User
from tenants.scope import tenant_transaction
from tests.portal.admin.conftest import Scene

REASON = "The customer's bank confirmed it"


def _act(client: Client, listing: str, name: str, *rows: Any, **extra: str) -> Any:
    data = {"action": name, "_selected_action": [str(row.pk) for row in rows], **extra}
    return client.post(reverse(f"admin:{listing}_changelist"), data)


def _audited(tenant: Tenant) -> list[tuple[str, str, Any]]:
    with tenant_transaction(tenant.id):
        found = AuditEvent.objects.filter(action__startswith="support.").order_by("at")
        return [(row.action, row.actor, row.details) for row in found]


def _told(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_an_action_asks_for_a_reason_first(alice: Scene, staff: Client) -> None:
    for extra in ({}, {"reason": "no"}):
        page = _act(staff, "posting_effect", "redrive", alice.case.effect, **extra)
        text = page.content.decode()
        assert page.status_code == 200
        assert "Redrive payment" in text
        assert str(alice.case.effect_id) in text
    with tenant_transaction(alice.books.tenant.id):
        assert Effect.objects.get(pk=alice.case.effect_id).state == "parked"
    assert _audited(alice.books.tenant) == []


def test_redrive_walks_a_parked_payment_again_in_each_company(
    alice: Scene, charlie: Scene, staff: Client
) -> None:
    rows = [alice.case.effect, charlie.case.effect]
    done = _act(staff, "posting_effect", "redrive", *rows, reason=REASON)
    assert _told(done) == ["Redrive payment: done for 2 of 2."]
    for scene in (alice, charlie):
        with tenant_transaction(scene.books.tenant.id):
            effect = Effect.objects.get(pk=scene.case.effect_id)
            case = ExceptionCase.objects.get(pk=scene.case.pk)
        assert effect.state in {"new", "ready"}
        assert (case.state, case.resolution) == ("resolved", "retried")
        assert case.resolved_by == "sam@tieout.example (support)"
        assert _audited(scene.books.tenant) == [
            ("support.redriven", "sam@tieout.example (support)", {"reason": REASON})
        ]
    assert DueWork.objects.filter(kind="deliver").count() == 2


def test_what_is_posted_is_never_redriven(alice: Scene, staff: Client) -> None:
    rows = [alice.posted, alice.case.effect]
    told = _told(_act(staff, "posting_effect", "redrive", *rows, reason=REASON))
    assert len(told) == 2
    assert any("nothing to decide" in sentence for sentence in told)
    assert "Redrive payment: done for 1 of 2." in told
    with tenant_transaction(alice.books.tenant.id):
        assert Effect.objects.get(pk=alice.posted.pk).state == "posted"
    assert len(_audited(alice.books.tenant)) == 1


def test_a_connection_is_paused_resumed_and_polled(
    alice: Scene, charlie: Scene, staff: Client
) -> None:
    listing, row = "connections_connection", alice.books.paytrace
    _act(staff, listing, "pause_connection", row, reason=REASON)
    with tenant_transaction(alice.books.tenant.id):
        paused = Connection.objects.get(pk=row.pk)
        assert (paused.paused_at is not None, paused.paused_reason) == (True, REASON)
    _act(staff, listing, "resume_connection", row, reason=REASON)
    with tenant_transaction(alice.books.tenant.id):
        assert Connection.objects.get(pk=row.pk).paused_at is None
    told = _told(_act(staff, listing, "repoll", row, alice.books.sage, reason=REASON))
    assert "Look for payments now: done for 1 of 2." in told
    assert DueWork.objects.filter(kind="poll", subject_id=row.pk, due_at__isnull=False).exists()
    assert [fact for fact, _, _ in _audited(alice.books.tenant)] == [
        "support.connection_paused",
        "support.connection_resumed",
        "support.repolled",
    ]
    assert _audited(charlie.books.tenant) == []


def test_a_company_is_paused_and_resumed(alice: Scene, charlie: Scene, staff: Client) -> None:
    company = alice.books.tenant
    _act(staff, "tenants_tenant", "pause_company", company, reason=REASON)
    paused = Tenant.objects.get(pk=company.pk)
    assert (paused.paused_at is not None, paused.paused_reason) == (True, REASON)
    assert Tenant.objects.get(pk=charlie.books.tenant.pk).paused_at is None
    again = _act(staff, "tenants_tenant", "pause_company", company, reason=REASON)
    assert _told(again)[-1:] == ["Acme Supply: This company is paused already."]
    _act(staff, "tenants_tenant", "resume_company", company, reason=REASON)
    assert Tenant.objects.get(pk=company.pk).paused_at is None
    assert [fact for fact, _, _ in _audited(company)] == [
        "support.company_paused",
        "support.company_resumed",
    ]


@pytest.mark.usefixtures("charlie")
def test_staff_who_may_only_look_are_offered_nothing(alice: Scene) -> None:
    watcher = User.objects.create_user("eve@tieout.example", "x" * 12, is_staff=True)
    watcher.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client = Client()
    client.force_login(watcher)
    assert "Redrive" not in client.get(reverse("admin:posting_effect_changelist")).content.decode()
    _act(client, "posting_effect", "redrive", alice.case.effect, reason=REASON)
    with tenant_transaction(alice.books.tenant.id):
        assert Effect.objects.get(pk=alice.case.effect_id).state == "parked"


def test_one_click_is_at_most_a_hundred_rows(alice: Scene, staff: Client) -> None:
    with tenant_transaction(alice.books.tenant.id):
        template = alice.case.effect
        copies = []
        for number in range(101):
            copy = Effect.objects.get(pk=template.pk)
            copy.pk = None
            copy.id = Effect().id
            copy.effect_key = f"copy:{number}"
            copies.append(copy)
        Effect.objects.bulk_create(copies)
    told = _told(_act(staff, "posting_effect", "redrive", *copies, reason=REASON))
    assert told == ["Choose at most 100 rows."]
    with tenant_transaction(alice.books.tenant.id):
        assert set(Effect.objects.filter(effect_key__startswith="copy").values_list("state")) == {
            ("parked",)
        }

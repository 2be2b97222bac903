"""Support staff see every company's rows, no secret, no payload, and change nothing."""

from __future__ import annotations

import re
from typing import Any

import psycopg
from django.apps import apps
from django.contrib import admin
from django.db import connections
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from integrations.posting.models import Effect
from tenants.models import User
from tenants.scope import tenant_transaction
from tenants.support_admin import SupportAdmin
from tests import factories
from tests.portal.admin.conftest import PAYLOAD, SECRET, Scene

OURS = sorted(
    (model for model, page in admin.site._registry.items() if isinstance(page, SupportAdmin)),
    key=lambda model: model._meta.label,
)
# Nothing in the scene makes these.
EMPTY = {"mapping.MappingVersion", "accounting.GLRuleVersion"}


def _address(model: type[Model], page: str, *arguments: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=arguments)


def _rows(model: type[Model]) -> list[Any]:
    manager = getattr(model, "across_tenants", model._base_manager)
    return list(manager.using("support").values_list("pk", flat=True))


def _hidden_values(scene: Scene) -> list[str]:
    return [SECRET, PAYLOAD, scene.api_key, "po_number", "arcash", "PO-7", "pbkdf2"]


def test_every_page_shows_both_companies_and_nothing_secret(
    alice: Scene, charlie: Scene, staff: Client
) -> None:
    hidden = _hidden_values(alice) + _hidden_values(charlie)
    for model in OURS:
        label = model._meta.label
        listed = staff.get(_address(model, "changelist"))
        assert listed.status_code == 200, label
        rows = _rows(model)
        assert (len(rows) < 2) is (label in EMPTY), f"{label} is not in the scene"
        shown = listed.content.decode()
        assert all(f"/{row}/change/" in shown for row in rows), label
        for row in rows:
            page = staff.get(_address(model, "change", row))
            assert page.status_code == 200, label
            shown += page.content.decode()
        assert [text for text in hidden if text in shown] == [], label


def test_no_page_can_be_used_to_write(alice: Scene, charlie: Scene, staff: Client) -> None:
    """Nor could a superuser: the pages themselves refuse."""
    root = Client()
    root.force_login(User.objects.create_superuser("root@tieout.example", "x" * 12))
    for client in (staff, root):
        for model in OURS:
            wrote = [client.get(_address(model, "add")), client.post(_address(model, "add"), {})]
            for row in _rows(model)[:2]:
                wrote.append(client.post(_address(model, "change", row), {"state": "posted"}))
                wrote.append(client.post(_address(model, "delete", row), {"post": "yes"}))
            assert {response.status_code for response in wrote} == {403}, model._meta.label
    listed = root.get(_address(Effect, "changelist")).content.decode()
    assert 'value="delete_selected"' not in listed


def test_lists_ask_two_queries_however_many_rows(
    alice: Scene, charlie: Scene, staff: Client
) -> None:
    """The count and the page, whatever the list points to."""
    with tenant_transaction(alice.books.tenant.id):
        for _ in range(20):
            factories.effect(alice.books)
    asked = {}
    for model in OURS:
        with CaptureQueriesContext(connections["support"]) as captured:
            staff.get(_address(model, "changelist"))
        asked[model._meta.label] = len(captured)
    assert set(asked.values()) == {2}, asked


def test_search_finds_a_payment_of_any_company(alice: Scene, charlie: Scene, staff: Client) -> None:
    address = _address(Effect, "changelist")
    found = staff.get(address, {"q": charlie.posted.transaction_id}).content.decode()
    assert str(charlie.posted.id) in found
    assert str(alice.posted.id) not in found
    of_one = staff.get(address, {"tenant__id__exact": str(alice.books.tenant.id)}).content.decode()
    assert str(alice.posted.id) in of_one
    assert str(charlie.posted.id) not in of_one


def test_every_list_says_in_which_zone_its_times_are(alice: Scene, staff: Client) -> None:
    pages = [_address(model, "changelist") for model in OURS]
    says = [b"all times in UTC" in staff.get(page).content for page in pages]
    assert set(says) == {True}


def test_a_payment_tells_its_whole_story_in_order(
    alice: Scene, charlie: Scene, staff: Client
) -> None:
    text = staff.get(_address(Effect, "change", alice.posted.id)).content.decode()
    told = re.findall(r'<tr class="stage-(\w+)">', text)
    assert sorted(told) == ["attempt", "fact", "ledger", "notice", "walk"]
    moments = re.findall(r'<time datetime="([^"]+)"', text)
    assert moments == sorted(moments)
    assert "By rule ‘Cards’: Card clearing is 1010." in text
    assert f"Receipt {alice.posted.marker} on invoice 10432" in text
    parked = staff.get(_address(Effect, "change", alice.case.effect_id)).content.decode()
    assert "Invoice not found" in parked
    assert charlie.posted.transaction_id not in text


def test_the_door_is_for_staff_only(alice: Scene) -> None:
    client = Client()
    assert client.get("/admin/").status_code == 302
    client.force_login(alice.books.owner)
    refused = client.get("/admin/posting/effect/")
    assert refused.status_code in {302, 403}
    assert alice.posted.transaction_id not in refused.content.decode()


def test_staff_without_the_group_see_nothing(alice: Scene) -> None:
    client = Client()
    client.force_login(User.objects.create_user("lone@tieout.example", "x" * 12, is_staff=True))
    for model in OURS:
        assert client.get(_address(model, "changelist")).status_code == 403


def test_what_a_page_hides_the_database_hides_too(superuser_url: str, db: None) -> None:
    """The support role may read exactly the columns that pages do not hide."""
    readable = "SELECT has_column_privilege('tieout_support', %s, %s, 'SELECT')"
    wrong = []
    with psycopg.connect(superuser_url) as raw:
        for model in OURS:
            hidden: tuple[str, ...] = getattr(admin.site._registry[model], "hidden", ())
            for field in model._meta.concrete_fields:
                row = raw.execute(readable, [model._meta.db_table, field.column]).fetchone()
                if row is None or row[0] is (field.name in hidden):
                    wrong.append(f"{model._meta.label}.{field.name}")
    assert wrong == []


def test_tables_of_secrets_have_no_page_and_no_reader(superuser_url: str, db: None) -> None:
    secret = ["tenants.DataKey", "tenants.ApiAnswer", "tenants.HookToken", "tenants.AgentToken"]
    secret += ["connections.ConnectionSecret", "connections.AccessToken", "events.NoticeKey"]
    secret += ["tenants.PayToken"]
    readable = "SELECT has_any_column_privilege('tieout_support', %s, 'SELECT')"
    with psycopg.connect(superuser_url) as raw:
        for label in secret:
            model = apps.get_model(label)
            assert model not in OURS
            assert raw.execute(readable, [model._meta.db_table]).fetchone() == (False,)


def test_a_page_is_clean_under_the_strict_policy(alice: Scene, staff: Client) -> None:
    for address in (
        "/admin/",
        _address(Effect, "changelist"),
        _address(Effect, "change", alice.posted.id),
    ):
        response = staff.get(address)
        text = response.content.decode()
        assert "script-src 'self'" in response["Content-Security-Policy"]
        assert re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", text) == []
        assert re.findall(r"\son\w+=\"", text) == []
        assert re.findall(r"\sstyle=\"", text) == []
        assert re.findall(r"(?:src|href)=\"(?:https?:)?//", text) == []

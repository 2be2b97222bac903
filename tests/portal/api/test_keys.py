"""Who may ask what: keys, scopes, environments, companies and how often."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from tenants import operations
from tenants.models import ApiKey, Membership
from tenants.roles import Role
from tenants.scope import tenant_transaction
from tests import factories
from tests.portal.api.conftest import MakeProgram, Program

LISTS = ("payments", "exceptions", "connections", "mappings", "gl-rules", "accounts")


@pytest.mark.parametrize("header", ["", "Bearer ", "Bearer nonsense", "Basic eDp5", "Bearer \x80"])
def test_without_a_live_key_nothing_is_told(header: str, books: factories.Books) -> None:
    for path in LISTS:
        response = Client().get(f"/api/v1/{path}", headers={"Authorization": header})
        assert response.status_code == 401
        assert response["WWW-Authenticate"] == 'Bearer realm="tieout"'
        assert response.json()["error"]["code"] in {"not_authenticated", "key_refused"}


def test_a_revoked_key_is_refused(program: Program, books: factories.Books) -> None:
    assert program.get("payments").status_code == 200
    with tenant_transaction(books.tenant.id):
        operations.revoke_api_key(key_id=ApiKey.objects.get().id, actor="alice")
    assert program.get("payments").status_code == 401


def test_a_key_does_what_its_scopes_say(books: factories.Books, make_program: MakeProgram) -> None:
    reader = make_program(books, "payments:read")
    assert reader.get("payments").status_code == 200
    for path in LISTS[1:]:
        refused = reader.get(path)
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "missing_scope")
    only_reads = make_program(books, "mappings:read", "gl_rules:read", "exceptions:read")
    with tenant_transaction(books.tenant.id):
        case = factories.parked(books)
    for path in ("mappings", "gl-rules", f"exceptions/{case.id}/retry"):
        assert only_reads.post(path).status_code == 403


def test_a_key_decides_only_what_its_maker_may_decide_now(
    books: factories.Books, program: Program
) -> None:
    """Reading goes on: what a program shows does not end with the person who set it up."""
    with tenant_transaction(books.tenant.id):
        case = factories.parked(books)
    Membership.objects.filter(user=books.owner).update(role=Role.IT)
    for path in ("mappings", "gl-rules", f"exceptions/{case.id}/retry"):
        refused = program.post(path)
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "maker_not_allowed")
    Membership.objects.filter(user=books.owner).delete()
    assert program.post(f"exceptions/{case.id}/dismiss", {"reason": "x"}).status_code == 403
    assert program.get("payments").status_code == 200


def test_a_key_sees_its_environment_only(books: factories.Books, make_program: MakeProgram) -> None:
    with tenant_transaction(books.tenant.id):
        case = factories.parked(books)
    dev = make_program(books, dev=True)
    assert dev.get("payments").json()["payments"] == []
    assert dev.get("connections").json()["connections"] == []
    for path in (f"payments/{case.effect_id}", f"exceptions/{case.id}"):
        assert dev.get(path).status_code == 404
    assert dev.post(f"exceptions/{case.id}/dismiss", {"reason": "Not ours"}).status_code == 404


def test_another_companys_rows_are_as_absent_as_none(
    program: Program, foreign: factories.Books
) -> None:
    with tenant_transaction(foreign.tenant.id):
        case = factories.parked(foreign)
    absent = "00000000-0000-7000-8000-000000000000"
    body = {"reason": "Not mine"}
    pairs = (
        (program.get(f"payments/{case.effect_id}"), program.get(f"payments/{absent}")),
        (program.get(f"exceptions/{case.id}"), program.get(f"exceptions/{absent}")),
        (program.get(f"connections/{foreign.sage.id}"), program.get(f"connections/{absent}")),
        (
            program.post(f"exceptions/{case.id}/dismiss", body),
            program.post(f"exceptions/{absent}/dismiss", body),
        ),
    )
    for theirs, none in pairs:
        assert theirs.status_code == none.status_code == 404
        told, nothing = theirs.json()["error"], none.json()["error"]
        assert told | {"request_id": ""} == nothing | {"request_id": ""}


def test_the_last_use_is_written_at_most_once_a_minute(program: Program) -> None:
    program.get("payments")
    first = ApiKey.objects.get().last_used_at
    program.get("payments")
    assert ApiKey.objects.get().last_used_at == first
    ApiKey.objects.update(last_used_at=timezone.now() - timedelta(minutes=2))
    program.get("payments")
    assert ApiKey.objects.get().last_used_at is not None
    assert ApiKey.objects.get().last_used_at > first  # type: ignore[operator]


def test_a_key_that_asks_too_often_is_told_how_long_to_wait(
    books: factories.Books, make_program: MakeProgram, settings: LazySettings
) -> None:
    settings.API_REQUESTS_PER_MINUTE = 2
    busy, calm = make_program(books), make_program(books)
    # Four requests stand in at most two different minutes, so one of them is over the limit.
    answers = [busy.get("payments/nonsense") for _ in range(3)] + [
        busy.get("payments") for _ in range(3)
    ]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert 1 <= int(refused[-1]["Retry-After"]) <= 60
    assert refused[-1].json()["error"]["code"] == "too_many_requests"
    assert calm.get("payments").status_code == 200

"""Connections, accounts, field mappings and GL rules as a program reads and publishes them."""

from __future__ import annotations

from typing import Any

from integrations.accounting.models import GLRuleVersion
from integrations.connections import profiles
from integrations.connections.secrets import keep_secrets
from integrations.mapping.models import MappingVersion
from integrations.sagepro.sample.profile import sample_profile
from tenants.models import AuditEvent
from tenants.scope import tenant_transaction
from tests import factories
from tests.portal.api.conftest import Program

ROW = {"target": "reference", "source": "transaction_id", "constant": "", "steps": []}


def _rule(role: str, account: str, **values: Any) -> dict[str, Any]:
    return {
        "name": role,
        "role": role,
        "account": account,
        "conditions": [],
        "effective_from": "",
        "effective_until": "",
    } | values


RULES = [_rule("card_clearing", "1010"), _rule("receivables", "1200")]


def test_connections_are_told_without_secrets(program: Program, books: factories.Books) -> None:
    with tenant_transaction(books.tenant.id):
        keep_secrets(connection_id=books.paytrace.id, values={"password": "s3cret-word"})
    answer = program.get("connections")
    told = {each["id"]: each for each in answer.json()["connections"]}
    assert set(told) == {str(books.paytrace.id), str(books.sage.id)}
    assert told[str(books.paytrace.id)]["settings"]["merchant_id"] == "MID-4417"
    assert told[str(books.paytrace.id)]["posts_to_id"] == str(books.sage.id)
    assert program.get(f"connections/{books.sage.id}").json() == told[str(books.sage.id)]
    text = answer.content.decode()
    for private in ("s3cret-word", "login_key", "profile", "00" * 32):
        assert private not in text


def test_accounts_are_the_chart_as_last_read(program: Program, books: factories.Books) -> None:
    accounts = program.get("accounts").json()["accounts"]
    assert accounts[0] == {
        "sage_connection_id": str(books.sage.id),
        "number": "1010",
        "description": "Card clearing",
        "is_active": True,
    }
    assert [account["number"] for account in accounts] == ["1010", "1011", "1020", "1200", "2300"]


def test_a_mapping_is_read_changed_and_published(program: Program, books: factories.Books) -> None:
    shipped = program.get("mappings").json()
    assert shipped["version"] == 0
    answer = program.post("mappings", {"rows": shipped["rows"], "note": "As shipped"})
    assert answer.status_code == 201
    assert answer.json() == {"version": 1, "rows": shipped["rows"]}
    assert program.get("mappings").json() == answer.json()
    with tenant_transaction(books.tenant.id):
        published = MappingVersion.objects.get()
        audited = AuditEvent.objects.get(action="mapping.published")
    assert (published.note, published.published_by) == ("As shipped", audited.actor)
    assert audited.actor.startswith("API key Shop …")


def test_a_mapping_that_cannot_work_names_every_row(
    program: Program, books: factories.Books
) -> None:
    rows = [
        ROW,
        {"target": "shoe_size", "source": "transaction_id"},
        {"target": "comment", "source": "no_such_field"},
    ]
    answer = program.post("mappings", {"rows": rows})
    error = answer.json()["error"]
    assert answer.status_code == 422
    assert error["code"] == "unpublishable"
    fields = [problem["field"] for problem in error["problems"]]
    assert {"shoe_size", "comment"} <= set(fields)
    with tenant_transaction(books.tenant.id):
        assert not MappingVersion.objects.exists()


def test_rules_are_published_and_wrong_ones_named(program: Program, books: factories.Books) -> None:
    assert program.get("gl-rules").json() == {"version": 0, "rules": []}
    wrong = program.post("gl-rules", {"rules": [*RULES, _rule("bank", "9999")]})
    assert wrong.status_code == 422
    assert any("9999" in each["message"] for each in wrong.json()["error"]["problems"])
    answer = program.post("gl-rules", {"rules": RULES})
    assert answer.status_code == 201
    assert answer.json() == program.get("gl-rules").json() == {"version": 1, "rules": RULES}
    with tenant_transaction(books.tenant.id):
        assert GLRuleVersion.objects.get().version == 1


def test_publishing_twice_with_one_key_makes_one_version(
    program: Program, books: factories.Books
) -> None:
    answers = [
        program.post("gl-rules", {"rules": RULES}, **{"Idempotency-Key": "v1"}) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    with tenant_transaction(books.tenant.id):
        assert GLRuleVersion.objects.count() == 1


def test_the_posting_profile_is_read_with_its_versions(
    program: Program, books: factories.Books
) -> None:
    with tenant_transaction(books.tenant.id):
        profiles.keep_first(books.sage, actor="alice@acme.example")
    told = program.get(f"connections/{books.sage.id}/posting-profile").json()
    assert (told["version"], told["profile"]) == (1, sample_profile().as_json())
    (version,) = told["versions"]
    assert (version["origin"], version["saved_by"]) == ("created", "alice@acme.example")
    assert program.get(f"connections/{books.paytrace.id}/posting-profile").status_code == 404

"""Holds by program: listed whoever made them, captured and let go by instructions."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from integrations.canonical.money import Money
from integrations.instructions import policies
from tenants.scope import tenant_transaction
from tests import factories
from tests.factories import Books
from tests.portal.api.conftest import MakeProgram, Program


def _listed(program: Program) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = program.get("holds").json()["holds"]
    return found


def test_a_hold_is_listed_until_it_is_captured(program: Program, books: Books) -> None:
    with tenant_transaction(books.tenant.id):
        limit = Money(Decimal(5000), "USD")
        policies.set_policy(
            environment_id=books.environment.id, user_daily_limit=limit,
            company_daily_limit=limit, approval_above=limit, actor=books.owner.email,
        )  # fmt: skip
        young = factories.hold(books, transaction_id="9002", amount=Decimal("60.50"))
        old = factories.hold(
            books, transaction_id="9001", created_at=timezone.now() - timedelta(days=3)
        )
    first, second = _listed(program)
    assert first.pop("held_at")[:10] == str(old.created_at)[:10]
    assert first == {
        "transaction_id": "9001", "connection_id": str(books.paytrace.id), "amount": "740.00",
        "currency": "USD", "customer_id": "", "customer_name": "Acme Tools Inc.",
        "invoice_reference": "INV-10432", "customer_reference": "", "card_brand": "Visa",
        "last_four": "5454", "is_old": False, "instruction_id": None,
    }  # fmt: skip
    assert (second["transaction_id"], second["amount"]) == ("9002", "60.50")
    body = {"kind": "capture", "amount": "740.00", "transaction_id": "9001"}
    asked = program.post("instructions", body, **{"Idempotency-Key": "take"})
    assert asked.status_code == 201
    assert [one["instruction_id"] for one in _listed(program)] == [asked.json()["id"], None]
    with tenant_transaction(books.tenant.id):
        factories.effect(books, transaction_id="9001", gateway_state="settled")
    assert [one["transaction_id"] for one in _listed(program)] == [young.transaction_id]


def test_the_held_amount_is_changed_by_program(program: Program, books: Books) -> None:
    with tenant_transaction(books.tenant.id):
        limit = Money(Decimal(5000), "USD")
        policies.set_policy(
            environment_id=books.environment.id, user_daily_limit=limit,
            company_daily_limit=limit, approval_above=limit, actor=books.owner.email,
        )  # fmt: skip
        one = factories.hold(books, transaction_id="9001")
    body = {"kind": "adjust", "amount": "800.00", "transaction_id": "9001"}
    asked = program.post("instructions", body, **{"Idempotency-Key": "more"})
    assert (asked.status_code, asked.json()["state"]) == (201, "ready")
    assert [one["instruction_id"] for one in _listed(program)] == [asked.json()["id"]]
    with tenant_transaction(books.tenant.id):
        factories.held_amount(books, str(one.id), "800.00")
    assert [one["amount"] for one in _listed(program)] == ["800.00"]
    # The same key later still answers the same, whatever is held by then.
    again = program.post("instructions", body, **{"Idempotency-Key": "more"})
    assert again.json()["id"] == asked.json()["id"]
    far = program.post("instructions", {**body, "amount": "1.00"}, **{"Idempotency-Key": "far"})
    assert (far.status_code, far.json()["error"]["field"]) == (409, "amount")
    none = program.post(
        "instructions", {**body, "transaction_id": "1"}, **{"Idempotency-Key": "none"}
    )
    assert (none.status_code, none.json()["error"]["field"]) == (409, "transaction_id")


def test_another_companys_holds_are_not_there(
    books: Books, foreign: Books, make_program: MakeProgram
) -> None:
    with tenant_transaction(foreign.tenant.id):
        factories.hold(foreign)
    assert _listed(make_program(books)) == []
    assert make_program(books, "payments:read").get("holds").status_code == 403
    assert make_program(books).get("holds", state="open").status_code == 400

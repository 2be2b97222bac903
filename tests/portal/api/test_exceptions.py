"""Exceptions: read, decided once, and never twice by a repeated request."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connections

from integrations.exceptions.models import ExceptionCase
from integrations.posting.models import Effect
from tenants.models import ApiAnswer, AuditEvent
from tenants.scope import tenant_transaction
from tests import factories
from tests.portal.api.conftest import Program


@pytest.fixture
def case(books: factories.Books) -> ExceptionCase:
    with tenant_transaction(books.tenant.id):
        return factories.parked(books)


def _decisions(books: factories.Books) -> list[str]:
    with tenant_transaction(books.tenant.id):
        found = AuditEvent.objects.filter(action__startswith="payment.")
        return sorted(found.values_list("action", flat=True))


def test_a_case_says_what_is_wrong_and_what_can_be_done(
    program: Program, case: ExceptionCase
) -> None:
    listed = program.get("exceptions").json()
    told = program.get(f"exceptions/{case.id}").json()
    payment = told.pop("payment")
    assert listed == {"exceptions": [told], "next_cursor": None}
    assert payment["id"] == told["payment_id"] == str(case.effect_id)
    assert payment["state"] == "needs-you"
    told.pop("opened_at")
    assert told == {
        "id": str(case.id),
        "payment_id": str(case.effect_id),
        "code": "invoice_not_found",
        "title": "Invoice not found",
        "sentence": "None of the documents the payment names is in Sage.",
        "field": "",
        "remedy": "",
        "amount": "740.00",
        "currency": "USD",
        "state": "open",
        "offers": ["choose_invoice", "on_account", "retry", "dismiss"],
        "resolved_at": None,
        "resolution": "",
        "resolved_by": "",
        "reason": "",
    }


@pytest.mark.parametrize(
    ("path", "body", "resolution", "decision"),
    [
        ("retry", {}, "retried", {"trigger": "retry"}),
        (
            "put-on-account",
            {"customer_number": "ACME01", "reason": "Prepayment"},
            "on_account",
            {"trigger": "decision", "on_account": True, "customer_number": "ACME01"},
        ),
        (
            "choose-invoice",
            {"invoice_number": "10432"},
            "invoice_chosen",
            {"trigger": "decision", "invoice_number": "10432"},
        ),
    ],
)
def test_a_decision_is_written_down_for_the_next_walk(  # noqa: PLR0917 fixtures and a table
    program: Program,
    case: ExceptionCase,
    books: factories.Books,
    path: str,
    body: dict[str, str],
    resolution: str,
    decision: dict[str, Any],
) -> None:
    answer = program.post(f"exceptions/{case.id}/{path}", body)
    told = answer.json()
    assert answer.status_code == 200
    assert (told["state"], told["resolution"]) == ("resolved", resolution)
    assert told["resolved_by"].startswith("API key Shop …")
    with tenant_transaction(books.tenant.id):
        effect = Effect.objects.get(pk=case.effect_id)
    assert {key: effect.decision[key] for key in decision} == decision
    assert effect.state != "parked"
    assert _decisions(books) == [f"payment.{resolution}"]


def test_a_dismissal_keeps_its_reason(
    program: Program, case: ExceptionCase, books: factories.Books
) -> None:
    assert program.post(f"exceptions/{case.id}/dismiss", {}).json()["error"]["field"] == "reason"
    told = program.post(f"exceptions/{case.id}/dismiss", {"reason": "Keyed by Maria"}).json()
    assert (told["resolution"], told["reason"]) == ("dismissed", "Keyed by Maria")
    assert told["payment"]["state"] == "dismissed"
    again = program.post(f"exceptions/{case.id}/dismiss", {"reason": "Keyed by Maria"})
    assert again.status_code == 409
    assert again.json()["error"]["code"] == "not_possible"
    assert _decisions(books) == ["payment.dismissed"]


def test_the_same_idempotency_key_decides_once(
    program: Program, case: ExceptionCase, books: factories.Books
) -> None:
    path, body = f"exceptions/{case.id}/dismiss", {"reason": "Keyed by Maria"}
    first = program.post(path, body, **{"Idempotency-Key": "one"})
    second = program.post(path, body, **{"Idempotency-Key": "one"})
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == second.json()
    assert "Idempotent-Replayed" not in first
    assert second["Idempotent-Replayed"] == "true"
    other = program.post(path, {"reason": "Another reason"}, **{"Idempotency-Key": "one"})
    assert (other.status_code, other.json()["error"]["code"]) == (422, "idempotency_key_reused")
    assert _decisions(books) == ["payment.dismissed"]


def test_a_refused_request_leaves_its_key_free(
    program: Program, case: ExceptionCase, books: factories.Books
) -> None:
    path = f"exceptions/{case.id}/put-on-account"
    with tenant_transaction(books.tenant.id):
        Effect.objects.filter(pk=case.effect_id).update(state="posted")
    refused = program.post(path, {"customer_number": "ACME01"}, **{"Idempotency-Key": "two"})
    assert refused.status_code == 409
    with tenant_transaction(books.tenant.id):
        assert not ApiAnswer.objects.exists()
        Effect.objects.filter(pk=case.effect_id).update(state="parked")
    done = program.post(path, {"customer_number": "ACME01"}, **{"Idempotency-Key": "two"})
    assert done.status_code == 200


def test_ten_at_once_with_one_key_decide_once(
    program: Program, case: ExceptionCase, books: factories.Books
) -> None:
    answers: list[Any] = []
    start = threading.Barrier(10)

    def send() -> None:
        start.wait()
        path, body = f"exceptions/{case.id}/dismiss", {"reason": "Keyed by Maria"}
        answers.append(program.post(path, body, **{"Idempotency-Key": "three"}))
        for each in connections.all(initialized_only=True):
            each.close()

    threads = [threading.Thread(target=send) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert [answer.status_code for answer in answers] == [200] * 10
    assert all(answer.json() == answers[0].json() for answer in answers)
    assert _decisions(books) == ["payment.dismissed"]


@pytest.mark.parametrize("key", ["x" * 201, "sch\u00f6n", "a\tb"])
def test_an_odd_idempotency_key_is_refused(
    program: Program, case: ExceptionCase, key: str, books: factories.Books
) -> None:
    answer = program.post(f"exceptions/{case.id}/retry", {}, **{"Idempotency-Key": key})
    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == "Idempotency-Key"
    assert _decisions(books) == []


def test_cases_come_in_pages_oldest_first(program: Program, books: factories.Books) -> None:
    with tenant_transaction(books.tenant.id):
        made = [str(factories.parked(books).id) for _ in range(5)]
    seen: list[str] = []
    query: dict[str, object] = {"limit": 2}
    while True:
        page = program.get("exceptions", **query).json()
        seen += [case["id"] for case in page["exceptions"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert seen == made

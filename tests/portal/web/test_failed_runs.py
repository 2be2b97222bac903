"""A recurring payment that failed, on screens: what happened, and asking PayTrace about it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from integrations.canonical.money import Money
from integrations.exceptions.models import ExceptionCase
from integrations.instructions import policies
from integrations.instructions.models import Instruction, RecurringPlan
from integrations.posting.models import Effect
from tenants.roles import Role
from tenants.scope import tenant_transaction
from tests import factories
from tests.factories import Books
from tests.portal.web.reading import text_of


@pytest.fixture
def case(books: Books) -> ExceptionCase:
    limit = Money(Decimal(500), "USD")
    with tenant_transaction(books.tenant.id):
        policies.set_policy(
            environment_id=books.environment.id, user_daily_limit=limit,
            company_daily_limit=limit, approval_above=limit, actor="alice@acme.example",
        )  # fmt: skip
        plan = RecurringPlan.objects.create(
            environment=books.environment, connection=books.paytrace, recurrence_id="77",
            vault_id="ACME01", customer_number="ACME01", amount=Decimal("99.00"), currency="USD",
            frequency="3", counts_from=factories.at("2026-11-20 12:00").date(),
        )  # fmt: skip
        return factories.failed_run(books, plan)


def _base(books: Books) -> str:
    return f"/t/{books.tenant.slug}"


def test_it_stands_in_the_inbox_and_on_its_plan_with_what_can_be_done(
    alice: Client, books: Books, case: ExceptionCase
) -> None:
    inbox = text_of(alice.get(f"{_base(books)}/exceptions/"))
    told = ["1 payment needs you", "A recurring payment failed", "99.00 USD at stake",
            "Charge again", "Pause the plan", "Dismiss", "The recurring plan"]  # fmt: skip
    assert [words for words in told if words not in inbox] == []
    assert "Try again" not in inbox
    plan = text_of(alice.get(f"{_base(books)}/charges/plans/{case.evidence['plan_id']}/"))
    assert "Payments that failed" in plan
    assert case.sentence in plan
    page = text_of(alice.get(f"{_base(books)}/payments/{case.effect_id}/"))
    assert "Failed recurring payment" in page
    assert "Charge again" in page


@pytest.mark.parametrize(
    ("what", "kind", "resolution", "money"),
    [
        ("charge_again", "charge", "charged_again", Decimal("99.00")),
        ("pause_plan", "plan_pause", "plan_paused", None),
    ],
)
def test_asking_closes_it_and_leads_to_the_instruction(  # noqa: PLR0917 fixtures and a table
    alice: Client,
    books: Books,
    case: ExceptionCase,
    what: str,
    kind: str,
    resolution: str,
    money: Decimal | None,
) -> None:
    address = f"{_base(books)}/exceptions/{case.id}/ask/{what}/"
    assert "The recurring plan" in text_of(alice.get(address))
    answer = alice.post(address)
    with tenant_transaction(books.tenant.id):
        one = Instruction.objects.get()
        case.refresh_from_db()
        effect = Effect.objects.get(id=case.effect_id)
    assert answer.headers["Location"] == f"{_base(books)}/charges/{one.id}/"
    assert (one.kind, one.amount, one.state, one.asked_by) == (
        kind, money, "ready", "alice@acme.example"
    )  # fmt: skip
    assert (case.state, case.resolution, effect.state) == ("resolved", resolution, "noted")
    assert "was decided already" in text_of(alice.post(address))
    with tenant_transaction(books.tenant.id):
        assert Instruction.objects.count() == 1


def test_what_cannot_be_asked_says_why_and_the_exception_stays(
    alice: Client, books: Books, case: ExceptionCase
) -> None:
    with tenant_transaction(books.tenant.id):
        policies.turn_off(environment_id=books.environment.id, actor="alice@acme.example")
    answer = alice.post(f"{_base(books)}/exceptions/{case.id}/ask/charge_again/")
    assert "Payments from here are off." in text_of(answer)
    with tenant_transaction(books.tenant.id):
        case.refresh_from_db()
        assert (case.state, Instruction.objects.count()) == ("open", 0)


def test_an_approver_may_dismiss_and_not_ask(books: Books, case: ExceptionCase) -> None:
    client = Client()
    client.force_login(
        factories.member(books.tenant, email="carol@acme.example", role=Role.APPROVER)
    )
    inbox = text_of(client.get(f"{_base(books)}/exceptions/"))
    assert "Dismiss" in inbox
    assert "Charge again" not in inbox.replace("Charge this one again", "")
    assert client.post(f"{_base(books)}/exceptions/{case.id}/ask/charge_again/").status_code == 403
    for nothing in (f"{case.id}/ask/retry", f"{case.id}/charge_again"):
        assert client.get(f"{_base(books)}/exceptions/{nothing}/").status_code in {403, 404}

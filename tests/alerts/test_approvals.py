"""What waits for approval is mailed to those who may give it, once, and cleared by the decision."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from integrations.alerts import operations
from integrations.alerts.models import Alert
from integrations.canonical.money import Money
from integrations.instructions.kinds import Kind
from integrations.instructions.models import Instruction
from integrations.instructions.wishes import Wish
from tenants.roles import Role
from tenants.scope import tenant_transaction
from tests import factories
from tests.factories import Books


@pytest.fixture
def books(db: None) -> Books:
    made = factories.company()
    for role in (Role.ACCOUNTANT, Role.APPROVER, Role.VIEWER):
        factories.member(made.tenant, email=f"{role}@acme.example", role=role)
    return made


def _open(books: Books) -> list[tuple[str, str, str]]:
    with tenant_transaction(books.tenant.id):
        rows = Alert.objects.filter(kind="approval", cleared_at=None).order_by("opened_at", "id")
        return [(row.subject_key, row.sentence, row.link) for row in rows]


def test_each_is_told_once_to_approvers_and_owners(books: Books, mailoutbox: list[Any]) -> None:
    with tenant_transaction(books.tenant.id):
        one = factories.instructed(books)
    operations.evaluate(tenant_id=books.tenant.id)
    told = (
        "End recurring plan for ACME01, asked for by alice@acme.example, waits for approval. "
        "Nothing is sent to PayTrace before."
    )
    assert _open(books) == [
        (str(one.id), told, f"/t/{books.tenant.slug}/charges/{one.id}/"),
    ]
    mailed = {mail.to[0]: mail.subject for mail in mailoutbox}
    assert mailed == {"alice@acme.example": told[:150], "approver@acme.example": told[:150]}
    operations.evaluate(tenant_id=books.tenant.id)
    assert len(mailoutbox) == 2
    with tenant_transaction(books.tenant.id):
        factories.instructed(books, word="ZENITH")
        wish = Wish(Kind.CHARGE, amount=Money(Decimal("740.00"), "USD"), vault_id="ZENITH")
        Instruction.objects.create(
            environment=books.environment, connection=books.paytrace, kind=wish.kind,
            idempotency_key="by-hand", origin="person", asked_by="bob@acme.example",
            asked_on=date(2026, 11, 20), request=wish.as_json(), request_hash=wish.digest,
            amount=wish.amount.amount if wish.amount else None, currency="USD",
            customer_number="ZENITH", state="waiting_approval",
        )  # fmt: skip
    operations.evaluate(tenant_id=books.tenant.id)
    assert "Charge of 740.00 USD for ZENITH, asked for by bob@acme.example" in mailoutbox[-1].body
    assert "End recurring plan for ZENITH" in mailoutbox[-1].body
    with tenant_transaction(books.tenant.id):
        Instruction.objects.update(state="rejected")
    operations.evaluate(tenant_id=books.tenant.id)
    assert _open(books) == []

"""What tests of charges, plans and stored cards do and look at on screens."""

from __future__ import annotations

from typing import Any

from django.test import Client

from integrations.instructions.models import Instruction, StoredPaymentMethod
from tenants.roles import Role
from tenants.scope import tenant_transaction
from tests import factories
from tests.factories import Books

LIMITS = {
    "user_daily_limit": "5,000.00",
    "company_daily_limit": "20000.00",
    "approval_above": "1000.00",
}


def at(books: Books, what: str = "") -> str:
    return f"/t/{books.tenant.slug}/charges/{what}"


def member_with(books: Books, role: Role) -> Client:
    client = Client()
    client.force_login(factories.member(books.tenant, email=f"{role}@acme.example", role=role))
    return client


def allow(books: Books, alice: Client) -> None:
    assert alice.post(at(books, "limits/"), LIMITS).status_code == 302


def stored_card(books: Books) -> StoredPaymentMethod:
    with tenant_transaction(books.tenant.id):
        return StoredPaymentMethod.objects.create(
            environment=books.environment, connection=books.paytrace, vault_id="V-1",
            customer_number="ACME01", brand="Visa", last_four="1111", expiry_month=7,
            expiry_year=2028, stored_by="alice@acme.example",
        )  # fmt: skip


def asked_rows(books: Books) -> list[tuple[Any, ...]]:
    with tenant_transaction(books.tenant.id):
        found = Instruction.objects.order_by("asked_at", "id")
        return [(o.kind, o.state, o.amount, o.customer_number, o.invoice_number) for o in found]


def speaks_v1(books: Books) -> None:
    with tenant_transaction(books.tenant.id):
        books.paytrace.settings = {**books.paytrace.settings, "api_version": "v1"}
        books.paytrace.save(update_fields=["settings"])

"""A case that can be contested for a few days only is told, until its day is over or it ended."""

from __future__ import annotations

import time_machine

from integrations.alerts.facts import conditions
from integrations.events.models import GatewayFact
from tenants.scope import tenant_transaction
from tests import factories
from tests.factories import Books


def _told(books: Books, day: str) -> list[str]:
    """At noon of that day, Pacific."""
    with time_machine.travel(factories.at(f"{day} 20:00")), tenant_transaction(books.tenant.id):
        found = conditions(books.environment)
        return [one.sentence for one in found if one.kind == "contest_by"]


def test_the_last_days_to_contest_a_case_are_told(db: None) -> None:
    books = factories.company()
    with tenant_transaction(books.tenant.id):
        opened = factories.effect(books, kind="chargeback", transaction_id="CB-77")
        GatewayFact.objects.create(
            connection=books.paytrace, transaction_id="CB-77", type="chargeback", state="opened",
            seen_by="sync", amount=opened.amount, currency=opened.currency,
            created_at=opened.occurred_at, details={"respond_by": "2026-12-08"},
        )  # fmt: skip
    case = "Case 77 over 740.00 USD of Acme Tools Inc. can be contested until"
    what = "only. Answer the acquirer, or enter that it was lost."
    assert [_told(books, day) for day in ("2026-12-04", "2026-12-05", "2026-12-08")] == [
        [], [f"{case} Dec 8 {what}"], [f"{case} today {what}"],
    ]  # fmt: skip
    assert _told(books, "2026-12-09") == []
    with tenant_transaction(books.tenant.id):
        factories.effect(
            books, kind="chargeback_lost", transaction_id="CB-77", gateway_state="lost"
        )
    assert _told(books, "2026-12-08") == []

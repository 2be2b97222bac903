"""Holds are told before the bank lets them go, until they are captured or too old to matter."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import time_machine

from integrations.alerts.facts import conditions
from integrations.events.models import HeldAmount
from tenants.scope import tenant_transaction
from tests import factories
from tests.factories import Books

MADE = factories.at("2026-11-20 20:00")


def _told(books: Books, days: float) -> list[tuple[str, int]]:
    """So many days after they were made."""
    with time_machine.travel(MADE + timedelta(days=days)), tenant_transaction(books.tenant.id):
        found = conditions(books.environment)
        return [(one.sentence, one.count) for one in found if one.kind == "holds_run_out"]


def test_a_hold_is_told_from_its_fifth_day_to_its_tenth(db: None) -> None:
    books = factories.company()
    with tenant_transaction(books.tenant.id):
        factories.hold(books, transaction_id="9001", created_at=MADE)
    one = (
        "A hold of 740.00 USD was made on Nov 20, and most banks let a hold go after a week. "
        "Capture what was delivered, or let it go."
    )
    assert [_told(books, days) for days in (4.9, 5, 9.9, 10)] == [[], [(one, 1)], [(one, 1)], []]
    with tenant_transaction(books.tenant.id):
        later = MADE + timedelta(hours=1)
        factories.hold(books, amount=Decimal("60.50"), created_at=later)
    two = (
        "2 holds of 800.50 USD in all are more than 5 days old, the oldest of Nov 20, and most "
        "banks let a hold go after a week. Capture what was delivered, or let it go."
    )
    assert _told(books, 6) == [(two, 2)]
    with tenant_transaction(books.tenant.id):
        HeldAmount.objects.create(
            connection=books.paytrace, transaction_id="9001", amount=Decimal("800.00"),
            currency="USD", seen_by="sync",
        )  # fmt: skip
    assert [sentence[:29] for sentence, _ in _told(books, 6)] == ["2 holds of 860.50 USD in all "]
    with tenant_transaction(books.tenant.id):
        factories.effect(books, transaction_id="9001", gateway_state="pending_settlement")
    assert [sentence[:22] for sentence, _ in _told(books, 6)] == ["A hold of 60.50 USD wa"]

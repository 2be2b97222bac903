"""One payment from PayTrace to the row in Sage."""

from __future__ import annotations

import pytest

from integrations.posting import invariants
from tenants.scope import tenant_transaction
from tests.walks.world import World

pytestmark = pytest.mark.walk


def test_an_approved_payment_becomes_a_receipt_with_its_journal(world: World) -> None:
    invoice = world.open_invoice()
    paid = world.pay(amount=invoice.balance, invoice_id=invoice.number)
    assert world.notify(paid) == 202
    world.work()
    assert world.effects() == [
        {
            "kind": "sale",
            "state": "posted",
            "reason": "",
            "amount": f"{invoice.balance:.2f}",
            "found_by": "notice",
            "attempts": "1",
        }
    ]
    print(world.changed())
    with tenant_transaction(world.tenant.id):
        assert invariants.breaks() == []

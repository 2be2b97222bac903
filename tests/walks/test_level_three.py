"""What was sold is told to PayTrace before the sale settles; the sale keeps its invoice."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from integrations.connections.models import Connection
from integrations.instructions.kinds import Kind
from integrations.instructions.models import Instruction
from integrations.instructions.wishes import Wish
from tenants.errors import NotPossible
from tenants.scope import tenant_transaction
from tests.walks.test_instructions import again, ask, held, look_now, till
from tests.walks.world import World

pytestmark = pytest.mark.walk
__all__ = ["till"]

DETAIL = {
    "items": [
        {
            "description": "Bolts", "product_id": "B-7", "quantity": "2.5",
            "unit_of_measure": "KG", "unit_cost": "296.00", "amount": "740.00",
        },
    ],
    "customer_reference": "PO-9",
    "tax": "0.80",
    "shipping_postal_code": "85284",
}  # fmt: skip
PATH = "/v1/level_three"


def wish(world: World, **more: Any) -> Wish:
    sold = world.pay(
        **{"amount": "740.00", "invoice_id": "10432", "customer_id": "ACME01",
           "masked_number": "401200******5439", **more},
    )  # fmt: skip
    return Wish(Kind.ADD_LEVEL_THREE, transaction_id=sold, level_three=DETAIL)


def kept(world: World) -> Any:
    (one,) = held(world)
    return one["level_three"]


def test_the_detail_is_told_and_the_sale_keeps_its_invoice(till: World) -> None:
    row = ask(till, wish(till))
    assert (row.state, row.sentence) == ("done", "PayTrace has the level 3 detail of 740.00 USD.")
    told = kept(till)
    assert (told["invoice_id"], told["customer_reference_id"]) == ("10432", "PO-9")
    assert (told["tax_amount"], told["line_items"][0]["amount"]) == ("0.80", "740.00")
    till.poll()
    assert till.effects()[0]["state"] == "posted"


@pytest.mark.parametrize(
    ("sale", "sentence"),
    [
        ({"state": "settled"}, "only between the sale and its settlement"),
        ({"masked_number": "371449*****2376"}, "Visa and MasterCard only"),
    ],
)
def test_what_cannot_be_described_is_refused(
    till: World, sale: dict[str, str], sentence: str
) -> None:
    row = ask(till, wish(till, **sale))
    assert row.state == "refused"
    assert sentence in row.sentence
    assert kept(till) == {}


def test_a_lost_answer_is_a_persons_to_find_out(till: World) -> None:
    """No export tells the detail, and it is never sent again by itself."""
    till.simulator.control("faults", kind="reply_lost", count=1, path_prefix=PATH, performed=True)
    row = ask(till, wish(till))
    look_now(till)
    found = again(till, row)
    assert (found.state, found.code) == ("unknown", "instruction.person_needed")


def test_api_v3_has_no_such_call_so_nothing_is_asked(till: World) -> None:
    good = wish(till)
    with tenant_transaction(till.tenant.id):
        account = Connection.objects.get(id=till.gateway_id)
        account.settings = {**account.settings, "api_version": "v3"}
        account.save(update_fields=["settings"])
    with pytest.raises(NotPossible, match="API v3, whose fields for level 3 detail"):
        ask(till, replace(good, transaction_id="5"))
    with tenant_transaction(till.tenant.id):
        assert Instruction.objects.count() == 0

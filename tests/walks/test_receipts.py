"""PayTrace mails its own receipt: asked once, and found out when its answer is lost."""

from __future__ import annotations

from dataclasses import replace

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

TO = "ap@acme.example"
PATH = "/v1/transactions/email_receipt"


def wish(world: World) -> Wish:
    paid = world.pay(amount="740.00", invoice_id="10432", customer_id="ACME01")
    return Wish(Kind.SEND_RECEIPT, transaction_id=paid, email=TO)


def sent_to(world: World) -> list[str]:
    return [one["email"] for one in held(world)]


def test_a_receipt_is_mailed_and_moves_nothing(till: World) -> None:
    row = ask(till, wish(till))
    assert (row.state, row.sentence) == ("done", f"PayTrace mailed its receipt to {TO}.")
    assert sent_to(till) == [TO]
    till.poll()
    assert [(one["kind"], one["state"]) for one in till.effects()] == [("sale", "posted")]


def test_a_lost_answer_is_found_out_by_what_the_payment_says(till: World) -> None:
    till.simulator.control("faults", kind="reply_lost", count=1, path_prefix=PATH, performed=True)
    row = ask(till, wish(till))
    assert row.state == "unknown"
    look_now(till)
    assert again(till, row).state == "done"


def test_what_never_arrived_is_not_taken_for_mailed(till: World) -> None:
    till.simulator.control("faults", kind="offline", count=1, path_prefix=PATH)
    row = ask(till, wish(till))
    look_now(till)
    assert (again(till, row).state, sent_to(till)) == ("unknown", [""])


def test_what_cannot_be_mailed_is_refused_before_it_is_asked(till: World) -> None:
    good = wish(till)
    with pytest.raises(NotPossible, match="‘nobody’ is no e-mail address"):
        ask(till, replace(good, email="nobody"))
    with tenant_transaction(till.tenant.id):
        account = Connection.objects.get(id=till.gateway_id)
        account.settings = {**account.settings, "api_version": "v3"}
        account.save(update_fields=["settings"])
    with pytest.raises(NotPossible, match="API v3, which mails no receipt"):
        ask(till, good)
    with tenant_transaction(till.tenant.id):
        assert Instruction.objects.count() == 0

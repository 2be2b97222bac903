"""A stored customer is changed at PayTrace, once, and here as far as it is known here."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from integrations.connections.models import Connection
from integrations.instructions import operations
from integrations.instructions.kinds import Kind
from integrations.instructions.models import Instruction, StoredPaymentMethod
from integrations.instructions.wishes import Wish
from tenants.errors import NotPossible
from tenants.scope import tenant_transaction
from tests.walks.test_instructions import ALICE, again, ask, held, look_now, till
from tests.walks.world import World

pytestmark = pytest.mark.walk
__all__ = ["till"]

CHANGE = Wish(
    Kind.UPDATE_CUSTOMER,
    vault_id="ACME01",
    customer_number="ACME01",
    name="Acme Tools Inc.",
    email="pay@acme.example",
    phone="775 555 0100",
    street="1 Main Street",
    city="Reno",
    region="NV",
    postal_code="89501",
    country="us",
    expiry_month=7,
    expiry_year=2031,
)
UPDATES = "/v1/customer/update"


def at_paytrace(world: World) -> dict[str, Any]:
    (found,) = [one for one in held(world, "customers") if one["customer_id"] == "ACME01"]
    names = ("name", "email", "phone", "expiration_month", "expiration_year", "billing")
    return {name: found[name] for name in names}


def keep(world: World) -> None:
    """The card is known here too."""
    with tenant_transaction(world.tenant.id):
        StoredPaymentMethod.objects.create(
            environment_id=world.environment_id, connection_id=world.gateway_id,
            vault_id="ACME01", customer_number="ACME01", customer_name="Acme", brand="Visa",
            last_four="1111", expiry_month=7, expiry_year=2028, stored_by="alice@example.com",
        )  # fmt: skip


def known(world: World) -> tuple[Any, ...]:
    with tenant_transaction(world.tenant.id):
        one = StoredPaymentMethod.objects.get()
    return one.customer_name, one.last_four, one.expiry_month, one.expiry_year


def test_what_is_said_is_changed_and_the_rest_stays(till: World) -> None:
    keep(till)
    row = ask(till, CHANGE)
    assert (row.state, row.sentence) == ("done", "PayTrace changed the payment method.")
    assert known(till) == ("Acme Tools Inc.", "1111", 7, 2031)
    changed = at_paytrace(till)
    address = {
        "name": "Acme Tools Inc.", "street_address": "1 Main Street", "city": "Reno",
        "state": "NV", "zip": "89501", "country": "US",
    }  # fmt: skip
    assert address.items() <= changed.pop("billing").items()
    assert changed == {
        "name": "Acme Tools Inc.", "email": "pay@acme.example", "phone": "775 555 0100",
        "expiration_month": 7, "expiration_year": 31,
    }  # fmt: skip
    more = Wish(CHANGE.kind, vault_id=CHANGE.vault_id, email="two@acme.example")
    assert ask(till, more, key="key-2").state == "done"
    assert {**at_paytrace(till), "billing": {}} == {
        **changed, "email": "two@acme.example", "billing": {},
    }  # fmt: skip
    assert known(till) == ("Acme Tools Inc.", "1111", 7, 2031)


def test_a_lost_answer_is_found_out_by_what_paytrace_shows(till: World) -> None:
    till.simulator.control(
        "faults", kind="reply_lost", count=1, path_prefix=UPDATES, performed=True
    )
    row = ask(till, CHANGE)
    assert row.state == "unknown"
    with tenant_transaction(till.tenant.id), pytest.raises(NotPossible, match="still under way"):
        operations.ask(
            replace(CHANGE, city="Elko"), environment_id=till.environment_id,
            connection_id=till.gateway_id, idempotency_key="key-2",
            origin=Instruction.Origin.PERSON, who=ALICE,
        )  # fmt: skip
    look_now(till)
    assert again(till, row).state == "done"


def test_what_never_arrived_is_not_taken_for_done(till: World) -> None:
    """Its address alone tells that it was not."""
    before = at_paytrace(till)
    till.simulator.control("faults", kind="offline", count=1, path_prefix=UPDATES)
    row = ask(till, Wish(Kind.UPDATE_CUSTOMER, vault_id="ACME01", city="Elko"))
    look_now(till)
    assert (again(till, row).state, at_paytrace(till)) == ("unknown", before)


def test_what_paytrace_does_not_keep_is_refused(till: World) -> None:
    row = ask(till, replace(CHANGE, vault_id="NOBODY"))
    assert (row.state, row.code) == ("refused", "paytrace.customer_unknown")


def test_api_v3_has_no_such_call_so_nothing_is_asked(till: World) -> None:
    with tenant_transaction(till.tenant.id):
        account = Connection.objects.get(id=till.gateway_id)
        account.settings = {**account.settings, "api_version": "v3"}
        account.save(update_fields=["settings"])
    with pytest.raises(NotPossible, match="API v3, which changes no stored payment method"):
        ask(till, CHANGE)
    with tenant_transaction(till.tenant.id):
        assert Instruction.objects.count() == 0

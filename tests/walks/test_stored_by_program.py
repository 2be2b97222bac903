"""A card that a program's own page took with PayTrace's form, stored through the API, once."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from integrations.canonical.money import Money
from integrations.instructions import policies
from integrations.instructions.models import Instruction, StoredPaymentMethod
from tenants import operations as tenants
from tenants.models import Membership
from tenants.scope import tenant_transaction
from tests.portal.api.conftest import Program
from tests.walks.test_instructions import look_now
from tests.walks.world import ACTOR, World

pytestmark = pytest.mark.walk

STORING = "/v1/customer/pt_protect_create"
LIMIT = Money(Decimal(100), "USD")


@pytest.fixture
def shop(world: World) -> Program:
    """A program that may ask, in a company that allows it."""
    with tenant_transaction(world.tenant.id):
        policies.set_policy(
            environment_id=world.environment_id, user_daily_limit=LIMIT,
            company_daily_limit=LIMIT, approval_above=LIMIT, actor=ACTOR,
        )  # fmt: skip
        owner = Membership.objects.select_related("user").get(role="owner").user
        _, plain = tenants.create_api_key(
            environment_id=world.environment_id, name="Shop",
            scopes=["instructions:read", "instructions:write"], created_by=owner,
        )  # fmt: skip
    return Program(plain)


def pair(world: World) -> dict[str, str]:
    made: dict[str, str] = world.simulator.control("hosted_fields", account=world.account)
    return made


def store(shop: Program, sent: dict[str, Any], *, key: str = "one") -> Any:
    return shop.post(
        "payment-methods", {"customer_number": "NEW01", **sent}, **{"Idempotency-Key": key}
    )


def refused(answer: Any) -> tuple[int, str, str]:
    told = answer.json()["error"]
    return answer.status_code, told["code"], told["field"]


def kept(world: World) -> list[str]:
    """What PayTrace's vault holds beside what it held at first."""
    state = world.simulator.look("state", account=world.account)
    found = state["accounts"][world.account]["customers"]
    return [one["customer_id"] for one in found if one["customer_id"].startswith("NEW")]


def test_a_card_is_stored_once_for_a_key(world: World, shop: Program) -> None:
    answer = store(shop, {**pair(world), "name": "Nora New"})
    told = answer.json()
    assert (answer.status_code, told["state"], told["origin"]) == (201, "done", "api")
    assert told["asked_by"].startswith("API key Shop …")
    with tenant_transaction(world.tenant.id):
        method = StoredPaymentMethod.objects.get()
        row = Instruction.objects.get()
    assert method.vault_id == row.result_id
    assert method.vault_id.startswith("NEW01-")
    assert (method.customer_number, method.customer_name) == ("NEW01", "Nora New")
    # Again with a new pair, as a page sends it that was loaded anew.
    again = store(shop, {**pair(world), "name": "Nora New"})
    assert (again.status_code, again.json()) == (201, told)
    assert again["Idempotent-Replayed"] == "true"
    other = store(shop, {**pair(world), "name": "Somebody else"})
    assert refused(other) == (409, "idempotency_key_reused", "Idempotency-Key")
    assert kept(world) == [method.vault_id]
    sent = pair(world)
    assert not any(half in str(vars(row)) for half in sent.values())
    listed = shop.get("payment-methods", customer_number="NEW01").json()["payment_methods"]
    assert [one["vault_id"] for one in listed] == [method.vault_id]


def test_a_program_opens_paytraces_form_for_a_page_of_its_own(world: World, shop: Program) -> None:
    answer = shop.post("card-forms")
    told = answer.json()
    assert (answer.status_code, told["script"]) == (
        201, f"{world.simulator.url}/js/protect.min.js"
    )  # fmt: skip
    assert len(told["client_key"]) > 20
    again = shop.post("card-forms", {"connection_id": str(world.gateway_id)}).json()
    assert again["client_key"] != told["client_key"]
    assert refused(shop.post("card-forms", {"connection_id": str(world.company_id)})) == (
        409, "not_possible", "connection_id"
    )  # fmt: skip
    world.simulator.control("faults", kind="offline", count=9)
    assert refused(shop.post("card-forms"))[:2] == (409, "not_possible")


def test_a_lost_answer_is_found_out_and_nothing_is_stored_twice(
    world: World, shop: Program
) -> None:
    world.simulator.control(
        "faults", kind="reply_lost", count=1, path_prefix=STORING, performed=True
    )
    first = store(shop, pair(world)).json()
    assert first["state"] == "unknown"
    assert store(shop, pair(world)).json()["id"] == first["id"]
    look_now(world)
    ended = shop.get(f"instructions/{first['id']}").json()
    assert ended["state"] == "done"
    assert kept(world) == [ended["result"]["id"]]


def test_bad_input_names_the_field_and_nothing_is_asked(world: World, shop: Program) -> None:
    good = pair(world)
    bad: list[tuple[dict[str, Any], tuple[int, str, str]]] = [
        ({"hpf_token": good["hpf_token"]}, (400, "invalid", "enc_key")),
        ({**good, "enc_key": ""}, (400, "invalid", "enc_key")),
        ({**good, "enc_key": "two words"}, (400, "invalid", "enc_key")),
        ({**good, "hpf_token": "x" * 4001}, (400, "invalid", "hpf_token")),
        ({**good, "hpf_token": "4111111111111111"}, (400, "card_number", "hpf_token")),
        ({**good, "name": "4111 1111 1111 1111"}, (400, "card_number", "name")),
        ({**good, "customer_number": "N" * 21}, (400, "invalid", "customer_number")),
        ({**good, "card_number": "1"}, (400, "invalid", "card_number")),
        ({**good, "connection_id": str(world.company_id)}, (409, "not_possible", "connection_id")),
    ]
    for sent, told in bad:
        assert refused(store(shop, sent)) == told, sent
    without_key = shop.post("payment-methods", {"customer_number": "NEW01", **good})
    assert refused(without_key) == (400, "invalid", "Idempotency-Key")
    with tenant_transaction(world.tenant.id):
        policies.turn_off(environment_id=world.environment_id, actor=ACTOR)
    assert refused(store(shop, good)) == (409, "not_possible", "")
    with tenant_transaction(world.tenant.id):
        assert Instruction.objects.count() == 0
    assert kept(world) == []


def test_a_long_token_that_looks_like_a_number_by_chance_is_passed_on(
    world: World, shop: Program
) -> None:
    """PayTrace does not know it, and says so; no such text stays here."""
    random = "ab" * 20 + "4111111111111111" + "cd" * 20
    answer = store(shop, {"hpf_token": random, "enc_key": "k" * 50})
    assert (answer.status_code, answer.json()["state"]) == (201, "refused")
    # In a field that is kept it is refused, whatever stands around it.
    assert refused(store(shop, {**pair(world), "email": random}, key="two"))[1] == "card_number"
    with tenant_transaction(world.tenant.id):
        assert random not in str(vars(Instruction.objects.get()))

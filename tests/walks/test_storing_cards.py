"""A card is stored under an id of its own attempt: no other is ever taken for it, in v1 and v3."""

from __future__ import annotations

from dataclasses import replace

import psycopg
import pytest

from integrations.instructions import operations, policies, protocol
from integrations.instructions.kinds import Kind
from integrations.instructions.models import Instruction, StoredPaymentMethod
from integrations.instructions.policies import Who
from integrations.instructions.wishes import Wish
from tenants.errors import NotPossible
from tenants.scope import tenant_transaction
from tests.walks.test_instructions import again, ask, held, look_now, usd
from tests.walks.world import ACTOR, NOON, World

pytestmark = pytest.mark.walk

STORING = {"v1": "/v1/customer/create_from_transaction", "v3": "/v3/customer/create"}


@pytest.fixture(params=["v1", "v3"])
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def till(request: pytest.FixtureRequest, version: str) -> World:
    """A company that may ask; PayTrace keeps ACME01's card ending in 5439 already."""
    world: World = request.getfixturevalue("world" if version == "v1" else "world_v3")
    with tenant_transaction(world.tenant.id):
        policies.set_policy(
            environment_id=world.environment_id, user_daily_limit=usd("10"),
            company_daily_limit=usd("10"), approval_above=usd("10"), actor=ACTOR,
        )  # fmt: skip
    return world


def store(world: World, *, customer: str, last_four: str = "0057") -> Wish:
    """Keep the card of a payment that was made with this one."""
    payment = world.pay(amount="10.00", last_four=last_four)
    return Wish(Kind.STORE_CUSTOMER, customer_number=customer, transaction_id=payment)


def lose(world: World, version: str, kind: str, *, count: int = 1) -> None:
    world.simulator.control("faults", kind=kind, count=count, path_prefix=STORING[version])


def stored(world: World) -> list[tuple[str, str]]:
    """Customer and last four of what we say that PayTrace keeps."""
    with tenant_transaction(world.tenant.id):
        rows = StoredPaymentMethod.objects.order_by("last_four")
        return list(rows.values_list("customer_number", "last_four"))


def at_paytrace(world: World) -> list[str]:
    return sorted(str(one["masked_number"])[-4:] for one in held(world, "customers"))


def test_what_was_there_before_or_is_keyed_meanwhile_is_not_the_answer(
    till: World, version: str, superuser_url: str
) -> None:
    """The request never arrived, and PayTrace keeps others under the same names."""
    (acme,) = held(till, "customers")
    # In v3 a customer number of Sage may be PayTrace's own number of somebody else.
    names = ["ACME01", str(acme["number"]), "NEW01"]
    asked = []
    for name in names:
        lose(till, version, "offline")
        asked.append(ask(till, store(till, customer=name), key=name))
    by_hand = [{"customer_id": "NEW01", "masked_number": "************1881"}]
    till.simulator.control(
        "accounts", account=till.account, merchant_id=till.account, customers=by_hand
    )
    look_now(till)
    assert [again(till, row).state for row in asked] == ["unknown"] * 3
    with psycopg.connect(superuser_url, autocommit=True) as database:
        database.execute(
            "UPDATE instructions_instructionattempt SET started_at = started_at - interval '1h'"
        )
    look_now(till)
    assert {again(till, row).code for row in asked} == {"paytrace.never_arrived"}
    assert (stored(till), at_paytrace(till)) == ([], ["1881", "5439"])


def test_two_cards_of_one_customer_with_lost_answers_are_each_found(
    till: World, version: str
) -> None:
    lose(till, version, "reply_lost", count=2)
    wishes = [store(till, customer="ACME01", last_four=one) for one in ("0057", "0058")]
    asked = [ask(till, wish, key=wish.transaction_id) for wish in wishes]
    assert [row.state for row in asked] == ["unknown"] * 2
    look_now(till)
    ended = [again(till, row) for row in asked]
    assert [(row.state, row.result["last_four"]) for row in ended] == [
        ("done", "0057"), ("done", "0058"),
    ]  # fmt: skip
    assert stored(till) == [("ACME01", "0057"), ("ACME01", "0058")]
    assert at_paytrace(till) == ["0057", "0058", "5439"]


def test_a_worker_that_dies_before_it_tells_paytrace_leaves_nothing_to_mistake(
    till: World, superuser_url: str
) -> None:
    wish = store(till, customer="ACME01")
    with tenant_transaction(till.tenant.id):
        row = _asked(till, wish, key="crash")
        claimed = protocol.claim_ready(connection_id=till.gateway_id)
        assert claimed is not None
        assert protocol.intend(claimed, gateway_day=NOON.date()) is not None
    with psycopg.connect(superuser_url, autocommit=True) as database:
        database.execute("UPDATE instructions_instruction SET lease_until = %s", [NOON])
    till.wait_over()
    assert again(till, row).state == "unknown"
    assert (stored(till), at_paytrace(till)) == ([], ["5439"])


def test_the_card_of_a_payment_is_stored_once_for_a_customer(till: World) -> None:
    wish = store(till, customer="ACME01")
    with tenant_transaction(till.tenant.id):
        row = _asked(till, wish, key="first")
        with pytest.raises(NotPossible, match="is being stored already"):
            _asked(till, wish, key="second")
    till.work()
    done = again(till, row)
    with tenant_transaction(till.tenant.id), pytest.raises(NotPossible) as refused:
        _asked(till, replace(wish, customer_number="acme01"), key="third")
    assert refused.value.field == "transaction_id"
    assert refused.value.sentence == (
        "PayTrace keeps the card of this payment for acme01 already: Card ending in 0057. "
        "Charge that one."
    )
    # Another customer may pay by it too, and once forgotten it can be stored again.
    assert ask(till, replace(wish, customer_number="NEW01"), key="other").state == "done"
    forget = Wish(Kind.FORGET_CUSTOMER, vault_id=done.result_id)
    assert ask(till, forget, key="forget").state == "done"
    assert ask(till, wish, key="again").state == "done"
    assert at_paytrace(till) == ["0057", "0057", "5439"]


def _asked(world: World, wish: Wish, *, key: str) -> Instruction:
    return operations.ask(
        wish, environment_id=world.environment_id, connection_id=world.gateway_id,
        idempotency_key=key, origin=Instruction.Origin.PERSON, who=Who(ACTOR),
    ).instruction  # fmt: skip

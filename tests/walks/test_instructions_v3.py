"""The same of an account of API v3: what it offers is done once, what it lacks is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from integrations.canonical.money import Money
from integrations.instructions import deciding, hosted, operations, policies
from integrations.instructions.kinds import Kind
from integrations.instructions.models import Instruction, StoredPaymentMethod
from integrations.instructions.policies import Who
from integrations.instructions.wishes import Wish
from integrations.paytrace.people import HostedFields
from integrations.paytrace.recurring import Frequency
from tenants.errors import NotPossible
from tenants.models import Membership
from tenants.roles import Role
from tenants.scope import tenant_transaction
from tests import factories
from tests.walks.world import World

pytestmark = pytest.mark.walk

ALICE = Who("alice@example.com")
NO_REFERENCE = "API v3 has no call that charges the card of an earlier payment."
LIMIT = Money(Decimal(5000), "USD")


@pytest.fixture
def till(world_v3: World) -> World:
    with tenant_transaction(world_v3.tenant.id):
        policies.set_policy(
            environment_id=world_v3.environment_id, user_daily_limit=LIMIT,
            company_daily_limit=LIMIT, approval_above=LIMIT, actor="alice@example.com",
        )  # fmt: skip
    return world_v3


@pytest.fixture
def vault_id(till: World) -> str:
    """A card that PayTrace keeps, under a number of its own."""
    pair = HostedFields(**till.simulator.control("hosted_fields", account=till.account))
    place = hosted.Place(till.tenant.id, till.environment_id, till.gateway_id)
    stored = hosted.store_hosted(
        place=place, hosted=pair, customer_number="ACME01", idempotency_key="store", who=ALICE,
        keep_as="ACME-V3",
    )  # fmt: skip
    assert stored.state == "done"
    with tenant_transaction(till.tenant.id):
        return StoredPaymentMethod.objects.get().vault_id


def ask(world: World, wish: Wish, *, key: str) -> Instruction:
    def asked() -> Instruction:
        return operations.ask(
            wish,
            environment_id=world.environment_id,
            connection_id=world.gateway_id,
            idempotency_key=key,
            origin=Instruction.Origin.PERSON,
            who=ALICE,
        ).instruction

    row: Instruction = world.within(asked)
    return again(world, row)


def again(world: World, row: Instruction) -> Instruction:
    with tenant_transaction(world.tenant.id):
        return Instruction.objects.select_related("plan").get(id=row.id)


def look_now(world: World) -> None:
    with tenant_transaction(world.tenant.id):
        Instruction.objects.update(due_at=None)
    world.wait_over()


def at_paytrace(world: World) -> list[tuple[str, str, str]]:
    state = world.simulator.look("state", account=world.account)["accounts"][world.account]
    return [(one["type"], one["state"], str(one["amount"])) for one in state["transactions"]]


def charge(vault_id: str) -> Wish:
    return Wish(
        Kind.CHARGE, amount=Money(Decimal("740.00"), "USD"), vault_id=vault_id,
        customer_number="ACME01", invoice_number="10432",
    )  # fmt: skip


def test_a_lost_answer_is_looked_for_and_the_money_given_back(till: World, vault_id: str) -> None:
    till.simulator.control(
        "faults", kind="reply_lost", count=1, path_prefix="/v3/card/sale", performed=True
    )
    row = ask(till, charge(vault_id), key="charge")
    assert row.state == "unknown"
    look_now(till)
    paid = again(till, row)
    assert (paid.state, paid.sentence) == ("done", "740.00 USD was charged.")
    till.poll()
    assert till.effect(paid.result_id).state == "posted"
    back = Wish(
        Kind.GIVE_BACK, amount=Money(Decimal("740.00"), "USD"), transaction_id=paid.result_id
    )
    done = ask(till, back, key="back")
    assert (done.state, done.sentence) == ("done", "740.00 USD was voided before it settled.")
    assert at_paytrace(till) == [("sale", "voided", "740.00")]


def test_what_v3_lacks_is_refused_with_what_to_do_instead(till: World, vault_id: str) -> None:
    paid = ask(till, charge(vault_id), key="charge")
    by_reference = replace(charge(""), transaction_id=paid.result_id)
    refused = ask(till, by_reference, key="reference")
    assert (refused.state, refused.sentence) == (
        "refused",
        f"{NO_REFERENCE} Store the customer from that payment, then charge the stored customer.",
    )
    assert at_paytrace(till) == [("sale", "pending_settlement", "740.00")]


def test_a_plan_is_made_and_ended_and_what_cannot_be_looked_up_is_said_by_a_person(
    till: World, vault_id: str
) -> None:
    plan = Wish(
        Kind.PLAN_CREATE, amount=Money(Decimal("99.00"), "USD"), vault_id=vault_id,
        customer_number="ACME01", frequency=Frequency.MONTHLY, start_on=date(2026, 12, 15),
        total_count=6,
    )  # fmt: skip
    made = ask(till, plan, key="plan")
    assert made.state == "done"
    change = Wish(Kind.PLAN_CHANGE, plan_id=made.plan_id, amount=Money(Decimal(89), "USD"))
    with pytest.raises(NotPossible, match="API v3, which changes no recurring plan"):
        ask(till, change, key="change")
    assert ask(till, Wish(Kind.PLAN_CANCEL, plan_id=made.plan_id), key="end").state == "done"
    till.simulator.control(
        "faults", kind="reply_lost", count=1, path_prefix="/v3/recurrence", performed=True
    )
    lost = ask(till, plan, key="lost")
    look_now(till)
    assert again(till, lost).sentence == (
        "PayTrace’s API cannot be asked what became of this. Look it up in PayTrace and say here "
        "what happened."
    )
    carol = factories.person("carol@example.com")
    with tenant_transaction(till.tenant.id):
        Membership.objects.create(tenant=till.tenant, user=carol, role=Role.APPROVER)
        deciding.say_what_happened(
            instruction_id=lost.id, environment_id=till.environment_id,
            who=Who(carol.email, carol.id), happened=True, result_id="4711",
            reason="Seen in PayTrace",
        )  # fmt: skip
    said = again(till, lost)
    assert (said.state, said.result_id, said.decided_by) == ("done", "4711", "carol@example.com")
    assert said.plan is not None
    assert (said.plan.recurrence_id, said.plan.state) == ("4711", "active")

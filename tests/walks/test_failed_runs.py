"""A recurring plan charges and no money comes: seen by polling, asked of a person, once."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine

from integrations import pipeline
from integrations.canonical.money import Money
from integrations.exceptions import queries as exceptions
from integrations.exceptions.models import ExceptionCase
from integrations.instructions import operations, policies
from integrations.instructions.kinds import Kind
from integrations.instructions.models import Instruction
from integrations.instructions.policies import Who
from integrations.instructions.wishes import Wish
from integrations.paytrace.recurring import Frequency
from tenants.errors import NotPossible
from tenants.scope import tenant_transaction
from tests.walks.world import World

pytestmark = pytest.mark.walk

ALICE = Who("alice@example.com")
# The sandbox declines this amount (ActiveMerchant, remote PayTrace tests).
DECLINED = Money(Decimal("1.12"), "USD")
PLAN = Wish(
    Kind.PLAN_CREATE,
    amount=DECLINED,
    vault_id="ACME01",
    customer_number="ACME01",
    frequency=Frequency.MONTHLY,
    start_on=date(2026, 11, 22),
    total_count=6,
    description="Service plan",
)
FIRST_RUN = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)


@pytest.fixture
def till(world: World) -> World:
    with tenant_transaction(world.tenant.id):
        policies.set_policy(
            environment_id=world.environment_id,
            user_daily_limit=Money(Decimal(100), "USD"),
            company_daily_limit=Money(Decimal(100), "USD"),
            approval_above=Money(Decimal(100), "USD"),
            actor="alice@example.com",
        )
    return world


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


def found(world: World) -> list[tuple[str, str, str]]:
    return [(one["kind"], one["state"], one["reason"]) for one in world.effects()]


def let_it_run(world: World) -> None:
    """The plan's day comes, and PayTrace is looked through, twice."""
    world.simulator.control("clock", now=FIRST_RUN.isoformat())
    world.poll()
    world.poll()


RUN_FAILED = [("decline", "noted", "declined"), ("failed_run", "parked", "plan_run_failed")]


def test_a_declined_run_asks_a_person_once_and_is_charged_again(till: World) -> None:
    made = ask(till, PLAN, key="plan")
    assert made.plan_id is not None
    with time_machine.travel(FIRST_RUN, tick=True):
        let_it_run(till)
        assert sorted(found(till)) == RUN_FAILED
        with tenant_transaction(till.tenant.id):
            case = till.case()
            assert exceptions.failed_runs_of(made.plan_id) == [case]
            assert exceptions.count_open(environment_id=till.environment_id) == 1
            assert case.effect.customer_number == "ACME01"
        assert case.sentence == (
            "Recurring plan ‘Service plan’ of customer ACME01 charged 1.12 USD on November 22, "
            "2026, and it was declined. PayTrace says: DECLINE - Do not honor. No money came."
        )
        assert case.amount == Decimal("1.12")
        charge = till.within(lambda: pipeline.charge_again(effect_id=case.effect_id, who=ALICE))
        # The bank says no again: that is an answer to who asked, and no run of the plan.
        assert again(till, charge).state == "declined"
        till.poll()
    assert sorted(found(till)) == [
        ("decline", "noted", "declined"),
        ("decline", "noted", "declined"),
        ("failed_run", "noted", "charged_again"),
    ]
    with tenant_transaction(till.tenant.id):
        ended = ExceptionCase.objects.get()
        with pytest.raises(NotPossible, match="Somebody has decided about this already"):
            pipeline.pause_plan(effect_id=case.effect_id, who=ALICE)
    assert (ended.state, ended.resolution, ended.resolved_by) == (
        "resolved", "charged_again", "alice@example.com"
    )  # fmt: skip


def test_a_plan_is_known_by_customer_amount_and_day_and_is_paused(till: World) -> None:
    """Where its description was changed since; a like decline of another day is no run."""
    made = ask(till, PLAN, key="plan")
    words = Wish(Kind.PLAN_CHANGE, plan_id=made.plan_id, description="Gold plan")
    assert ask(till, words, key="words").state == "done"
    till.pay(amount="1.12", customer_id="ACME01", state="declined")
    till.poll()
    assert found(till) == [("decline", "noted", "declined")]
    with time_machine.travel(FIRST_RUN, tick=True):
        let_it_run(till)
        assert sorted(found(till)) == [("decline", "noted", "declined"), *RUN_FAILED]
        with tenant_transaction(till.tenant.id):
            case = till.case()
        till.within(lambda: pipeline.pause_plan(effect_id=case.effect_id, who=ALICE))
    plan = again(till, made).plan
    assert plan is not None
    assert plan.state == "paused"
    state = till.simulator.look("state", account=till.account)
    assert state["accounts"][till.account]["plans"] == []


def test_a_failed_run_is_dismissed_with_a_reason_and_never_walked(till: World) -> None:
    ask(till, PLAN, key="plan")
    with time_machine.travel(FIRST_RUN, tick=True):
        let_it_run(till)
        with tenant_transaction(till.tenant.id):
            case = till.case()
            with pytest.raises(NotPossible, match="is not posted, so there is nothing to try"):
                pipeline.retry(effect_id=case.effect_id, actor="alice@example.com")
        till.within(
            lambda: pipeline.dismiss(
                effect_id=case.effect_id, actor="alice@example.com", reason="Paid by check"
            )
        )
        till.poll()
    assert sorted(found(till)) == [
        ("decline", "noted", "declined"),
        ("failed_run", "dismissed", "plan_run_failed"),
    ]
    assert till.changed_tables() == []

"""What PayTrace keeps from before Tieout: brought in, charged, looked after."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from integrations.canonical.transactions import PaymentMethod
from integrations.connections import clients
from integrations.connections.models import Connection
from integrations.events.models import Source, SyncRun
from integrations.instructions import bringing_in, keeping, queries, unlisted
from integrations.instructions.kinds import Kind
from integrations.instructions.models import (
    Instruction,
    InstructionState,
    RecurringPlan,
    StoredPaymentMethod,
)
from integrations.instructions.outcomes import Outcome
from integrations.instructions.wishes import Wish
from integrations.open_items.models import OpenItem
from integrations.paytrace.client import PayTraceClient
from integrations.paytrace.recurring import Frequency, NewPlan, PlanChange
from integrations.paytrace.vault import CustomerChange, VaultCustomer
from tenants.scope import tenant_transaction
from tests.walks import test_instructions_v3
from tests.walks.test_instructions import PLAN, ask, till, usd
from tests.walks.world import NOON, World

pytestmark = pytest.mark.walk
__all__ = ["till", "till_v3"]
till_v3 = test_instructions_v3.till

S = InstructionState
CARD = ("Acme Tools Inc.", "5439", 12, 2030, "PayTrace")


def may_read(world: World) -> None:
    """A test has found that stored customers can be read; ACME01 owes something in Sage."""
    world.may_read_customers(allowed=True)
    with tenant_transaction(world.tenant.id):
        OpenItem.objects.create(
            company_id=world.company_id, leaf=1, customer_number="ACME01", number="10432",
            amount=Decimal(740), balance=Decimal(740), currency="USD",
        )  # fmt: skip


def keep_there(world: World, customer_id: str, **more: Any) -> None:
    world.simulator.control(
        "accounts", account=world.account, merchant_id=world.account,
        customers=[{"customer_id": customer_id, **more}],
    )  # fmt: skip


def client_of(world: World) -> PayTraceClient:
    return clients.paytrace_client(tenant_id=world.tenant.id, connection_id=world.gateway_id)


def cards(world: World) -> dict[str, tuple[Any, ...]]:
    """By customer number in Sage."""
    with tenant_transaction(world.tenant.id):
        return {
            one.customer_number: (
                one.customer_name, one.last_four, one.expiry_month, one.expiry_year, one.stored_by,
            )
            for one in StoredPaymentMethod.objects.filter(forgotten_at=None)
        }  # fmt: skip


def plans(world: World) -> list[tuple[Any, ...]]:
    with tenant_transaction(world.tenant.id):
        return [
            (one.customer_number, one.vault_id, one.amount, one.frequency, one.counts_from,
             one.total_count, one.description)
            for one in RecurringPlan.objects.all()
        ]  # fmt: skip


def test_cards_from_before_are_brought_in_and_can_be_charged(till: World) -> None:
    keep_there(till, "web-4711", name="Zenith")
    may_read(till)
    till.poll_now()
    # Whose card the other is, only a person can say: Sage has no such customer.
    assert cards(till) == {"ACME01": CARD, "": ("Zenith", *CARD[1:])}
    row = ask(till, Wish(Kind.CHARGE, amount=usd("740.00"), vault_id="ACME01"))
    assert row.state == "done"


def test_each_card_is_brought_in_once_and_what_is_new_of_it_is_taken_over(till: World) -> None:
    may_read(till)
    till.poll_now()
    till.poll_now()
    client_of(till).vault.update(
        customer_id="ACME01", change=CustomerChange(expiry_month=7, expiry_year=2034)
    )
    till.poll_now()
    assert cards(till) == {"ACME01": ("Acme Tools Inc.", "5439", 7, 2034, "PayTrace")}
    with tenant_transaction(till.tenant.id):
        runs = SyncRun.objects.filter(source=Source.STORED, seen__gt=0).order_by("started_at")
        assert [(run.state, run.seen, run.new) for run in runs] == [
            ("done", 1, 1), ("done", 1, 0), ("done", 1, 0),
        ]  # fmt: skip


def test_what_was_just_forgotten_here_does_not_come_back(till: World) -> None:
    may_read(till)
    till.poll_now()
    with tenant_transaction(till.tenant.id):
        StoredPaymentMethod.objects.update(forgotten_at=NOON)
    till.poll_now()
    assert cards(till) == {}


def test_nothing_is_read_where_the_user_may_not(till: World) -> None:
    def asked() -> int:
        return int(till.simulator.look("calls")["calls"].get("/v1/customer/export", 0))

    before = asked()
    till.poll_now()
    assert (cards(till), asked()) == ({}, before)


def test_a_name_or_id_that_reads_like_a_card_is_not_kept(till: World) -> None:
    keep_there(till, "4012000098765439", name="Nobody")
    keep_there(till, "ACME01", name="4012000098765439 Acme")
    may_read(till)
    till.poll_now()
    (name, *_) = cards(till)["ACME01"]
    assert "4012000098765439" not in name
    assert len(cards(till)) == 1


def test_a_plan_from_before_is_brought_in_paused_and_its_failed_run_asks_a_person(
    till: World,
) -> None:
    may_read(till)
    recurring = client_of(till).recurring
    recurring.create(
        NewPlan("ACME01", usd("1.12"), Frequency.MONTHLY, date(2026, 11, 22), 6, description="Care")
    )
    till.poll_now()
    till.poll_now()
    assert plans(till) == [
        ("ACME01", "ACME01", Decimal("1.1200"), "3", date(2026, 11, 22), 6, "Care")
    ]
    run = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
    till.simulator.control("clock", now=run.isoformat())
    with time_machine.travel(run + timedelta(minutes=5), tick=True):
        till.poll()
        assert till.open_cases() == ["plan_run_failed"]
        with tenant_transaction(till.tenant.id):
            plan = RecurringPlan.objects.get()
        paused = ask(till, Wish(Kind.PLAN_PAUSE, plan_id=plan.id), key="pause")
        assert (paused.state, recurring.plans()) == ("done", [])


def test_what_a_plan_charges_is_taken_over_when_it_was_changed_in_paytrace(till: World) -> None:
    """Paused and resumed, it is made anew: over the amount of now, and not of when it was found."""
    may_read(till)
    recurring = client_of(till).recurring
    number = recurring.create(
        NewPlan("ACME01", usd("9.00"), Frequency.MONTHLY, date(2026, 12, 22), 6)
    )
    till.poll_now()
    change = PlanChange(amount=usd("12.00"), frequency=Frequency.WEEKLY, next_on=date(2026, 12, 24))
    recurring.update(recurrence_id=number, change=change)
    till.poll_now()
    with tenant_transaction(till.tenant.id):
        plan = RecurringPlan.objects.get()
    assert (plan.amount, plan.frequency, plan.counts_from, plan.done_before) == (
        Decimal("12.0000"), Frequency.WEEKLY, date(2026, 12, 24), 0,
    )  # fmt: skip
    ask(till, Wish(Kind.PLAN_PAUSE, plan_id=plan.id), key="pause")
    resume = Wish(Kind.PLAN_RESUME, plan_id=plan.id, start_on=date(2027, 3, 1))
    assert ask(till, resume, key="resume").state == "done"
    assert [(one.amount, one.frequency, one.total_count) for one in recurring.plans()] == [
        (usd("12.00"), Frequency.WEEKLY, 6)
    ]


def test_a_plan_of_a_bank_account_stays_one_when_it_is_brought_in(till: World) -> None:
    """Paused and resumed, PayTrace is told to charge the account and not a card."""
    may_read(till)
    recurring = client_of(till).recurring
    recurring.create(
        NewPlan(
            "ACME01", usd("9.00"), Frequency.MONTHLY, date(2026, 11, 22), 6,
            method=PaymentMethod.ACH,
        )
    )  # fmt: skip
    till.poll_now()
    with tenant_transaction(till.tenant.id):
        plan = RecurringPlan.objects.get()
    ask(till, Wish(Kind.PLAN_PAUSE, plan_id=plan.id), key="pause")
    resume = Wish(Kind.PLAN_RESUME, plan_id=plan.id, start_on=date(2027, 3, 1))
    assert ask(till, resume, key="resume").state == "done"
    assert [one.method for one in recurring.plans()] == [PaymentMethod.ACH]


def test_a_plan_that_is_over_or_of_an_unknown_rhythm_is_left_out(till: World) -> None:
    may_read(till)
    client_of(till).recurring.create(
        NewPlan("ACME01", usd("9.00"), Frequency.DAILY, date(2026, 11, 21), 1)
    )
    over = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
    till.simulator.control("clock", now=over.isoformat())
    with time_machine.travel(over, tick=True):
        till.poll()
    assert plans(till) == []


def test_api_v3_tells_cards_by_its_own_numbers_and_no_plans(till_v3: World) -> None:
    may_read(till_v3)
    till_v3.poll_now()
    with tenant_transaction(till_v3.tenant.id):
        one = StoredPaymentMethod.objects.get()
    assert (one.customer_number, one.vault_id.isdigit(), one.last_four) == ("ACME01", True, "5439")
    assert plans(till_v3) == []
    row = ask(
        till_v3, Wish(Kind.CHARGE, amount=usd("10.00"), vault_id=one.vault_id), key="by-number"
    )
    assert row.state == "done"


def test_what_came_of_a_lost_answer_is_one_with_what_was_brought_in(till: World) -> None:
    """Brought in between the send and the answer, it is neither kept twice nor in the way."""
    made = ask(till, PLAN, key="plan")
    assert made.plan is not None
    resume = Wish(Kind.PLAN_RESUME, plan_id=made.plan.id, start_on=date(2027, 3, 1))
    ask(till, replace(resume, kind=Kind.PLAN_PAUSE, start_on=None), key="pause")
    row = ask(till, resume, key="resume")
    with tenant_transaction(till.tenant.id):
        mine = RecurringPlan.objects.get(id=made.plan.id)
        first, second = (_copied(mine, number) for number in ("777001", "777002"))
        keeping.keep(row.id, resume, Outcome(S.DONE, "", "", "777001"))
        keeping.keep(made.id, PLAN, Outcome(S.DONE, "", "", "777002"))
        told = {one.id: (one.recurrence_id, one.state) for one in RecurringPlan.objects.all()}
        assert told == {
            mine.id: ("777001", "active"),
            first.id: ("", "ended"),
            second.id: ("777002", "active"),
        }
        assert Instruction.objects.get(id=made.id).plan_id == second.id
        card = StoredPaymentMethod.objects.create(
            environment_id=mine.environment_id, connection_id=mine.connection_id,
            vault_id="ACME01-2Q9ABCDE", customer_number="", last_four="5439", stored_by="PayTrace",
        )  # fmt: skip
        stored = VaultCustomer(customer_id=card.vault_id, label="", last_four=card.last_four)
        wish = Wish(Kind.STORE_CUSTOMER, customer_number="ACME01")
        keeping.keep(made.id, wish, Outcome(S.DONE, "", "", "", customer=stored))
        card.refresh_from_db()
    assert (card.customer_number, card.stored_by) == ("ACME01", made.asked_by)


def test_a_plan_that_is_being_paused_is_not_brought_in_from_an_older_list(till: World) -> None:
    made = ask(till, PLAN, key="plan")
    assert made.plan is not None
    listed = client_of(till).recurring.plans()
    ask(till, Wish(Kind.PLAN_PAUSE, plan_id=made.plan.id), key="pause")
    with tenant_transaction(till.tenant.id):
        connection = Connection.objects.get(id=till.gateway_id)
        asked_at = Instruction.objects.latest("state_since").state_since
        soon = bringing_in.plans(listed, connection=connection, asked_at=asked_at)
        later = asked_at + timedelta(hours=2)
        night = bringing_in.plans(listed, connection=connection, asked_at=later)
    assert (len(listed), soon, night) == (1, 0, 1)


def _copied(plan: RecurringPlan, recurrence_id: str) -> RecurringPlan:
    return RecurringPlan.objects.create(
        environment_id=plan.environment_id, connection_id=plan.connection_id,
        recurrence_id=recurrence_id, customer_number="", vault_id=plan.vault_id,
        amount=plan.amount, currency=plan.currency, frequency=plan.frequency,
        counts_from=plan.counts_from,
    )  # fmt: skip


def marks(world: World) -> dict[str, bool]:
    """By PayTrace's id, whether a stored method or a plan is marked as not listed."""
    with tenant_transaction(world.tenant.id):
        found = [
            *StoredPaymentMethod.objects.values_list("vault_id", "unlisted_since"),
            *RecurringPlan.objects.values_list("recurrence_id", "unlisted_since"),
        ]
    return {name: since is not None for name, since in found}


def test_what_paytrace_lists_no_more_is_marked_and_never_taken_away(till: World) -> None:
    keep_there(till, "ZENITH", name="Zenith")
    may_read(till)
    there = client_of(till)
    gone, stays = (
        there.recurring.create(
            NewPlan(customer, usd("1.12"), Frequency.MONTHLY, date(2026, 12, 22), 6)
        )
        for customer in ("ZENITH", "ACME01")
    )
    till.poll_now()
    nothing = {"ZENITH": False, "ACME01": False, gone: False, stays: False}
    assert marks(till) == nothing
    there.recurring.delete(gone)
    there.vault.delete("ZENITH")
    # What was stored within the hour need not be on the list yet.
    till.poll_now()
    assert marks(till) == nothing
    later = NOON + timedelta(hours=3)
    with tenant_transaction(till.tenant.id):
        StoredPaymentMethod.objects.update(stored_at=NOON - timedelta(hours=2))
        RecurringPlan.objects.update(state_since=NOON - timedelta(hours=2))
    with time_machine.travel(later, tick=True):
        till.poll_now()
        assert marks(till) == {**nothing, "ZENITH": True, gone: True}
        assert {one.vault_id for one in to_charge(till)} == {"ACME01"}
        # Stored anew under the same id it is listed, and loses its mark.
        keep_there(till, "ZENITH", name="Zenith")
        till.poll_now()
    assert marks(till) == {**nothing, gone: True}
    assert {one.vault_id for one in to_charge(till)} == {"ACME01", "ZENITH"}


def to_charge(world: World) -> list[StoredPaymentMethod]:
    with tenant_transaction(world.tenant.id):
        return queries.stored_methods(environment_id=world.environment_id, is_listed=True)


def test_an_empty_list_and_one_without_bank_accounts_say_nothing_of_them(till_v3: World) -> None:
    with tenant_transaction(till_v3.tenant.id):
        account = Connection.objects.get(id=till_v3.gateway_id)
        for vault_id, method in (("901", "card"), ("902", "ach")):
            StoredPaymentMethod.objects.create(
                environment_id=till_v3.environment_id, connection=account, vault_id=vault_id,
                customer_number="ACME01", method=method, last_four="6789", stored_by="alice",
                stored_at=NOON - timedelta(days=1),
            )  # fmt: skip
        told: dict[str, Any] = {"connection": account, "asked_at": NOON}
        card = VaultCustomer("903", last_four="5439")
        unlisted.mark_methods([], **told)
        unlisted.mark_plans([], **told)
    assert marks(till_v3) == {"901": False, "902": False}
    with tenant_transaction(till_v3.tenant.id):
        unlisted.mark_methods([card], **told)
    assert marks(till_v3) == {"901": True, "902": False}
    with tenant_transaction(till_v3.tenant.id):
        unlisted.mark_methods([card, replace(card, method=PaymentMethod.ACH)], **told)
    assert marks(till_v3) == {"901": True, "902": True}

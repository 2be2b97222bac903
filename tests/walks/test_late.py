"""What was given up as never arrived, and stands at PayTrace after all: put right, never twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db.models.functions import Now

from integrations.connections import clients
from integrations.instructions import operations, protocol
from integrations.instructions.kinds import Kind
from integrations.instructions.models import (
    Instruction,
    InstructionAttempt,
    RecurringPlan,
    StoredPaymentMethod,
)
from integrations.instructions.plan_calls import marked
from integrations.instructions.wishes import Wish
from integrations.paytrace.client import PayTraceClient
from integrations.paytrace.recurring import NewPlan
from integrations.paytrace.vault import NewCustomer
from tenants.scope import tenant_transaction
from tests.walks.test_instructions import CHARGE, PLAN, again, ask, at_paytrace, look_now, till
from tests.walks.world import NOON, World

pytestmark = pytest.mark.walk
__all__ = ["till"]

LATE = "PayTrace’s record of it came late."


def given_up(
    world: World, superuser_url: str, wish: Wish, *, path: str, just_now: bool = False
) -> Instruction:
    """Asked for at noon, or just now, lost on its way, looked for in vain, and ended."""
    world.simulator.control("faults", kind="offline", count=1, path_prefix=path)
    row = ask(world, wish, key="lost")
    assert row.state == "unknown"
    with psycopg.connect(superuser_url, autocommit=True) as database:
        then = "now() - interval '30 minutes'" if just_now else f"'{NOON.isoformat()}'"
        database.execute(f"UPDATE instructions_instructionattempt SET started_at = {then}")
    look_now(world)
    row = again(world, row)
    assert (row.state, row.code) == ("refused", "paytrace.never_arrived")
    return row


def client_of(world: World) -> PayTraceClient:
    return clients.paytrace_client(tenant_id=world.tenant.id, connection_id=world.gateway_id)


def late_look(world: World) -> None:
    """The hour, or the day, is over."""
    with tenant_transaction(world.tenant.id):
        Instruction.objects.filter(state="refused").exclude(due_at=None).update(due_at=Now())
    world.wait_over()


def refund_of(world: World, payment: str, *, at: datetime, amount: str = "740.00") -> str:
    return world.pay(
        type="refund", amount=amount, original_transaction_id=payment, created_at=at.isoformat()
    )


def back(payment: str) -> Wish:
    return replace(
        Wish(Kind.GIVE_BACK, amount=CHARGE.amount), transaction_id=payment, description="Broken"
    )


@pytest.mark.parametrize("is_given_up", [True, False])
def test_a_refund_with_the_same_invoice_id_is_not_the_charge(
    till: World, superuser_url: str, *, is_given_up: bool
) -> None:
    """A refund may carry the invoice id of the payment that it gives back."""
    if is_given_up:
        row = given_up(till, superuser_url, CHARGE, path="/v1/transactions/sale")
    else:
        path = "/v1/transactions/sale"
        till.simulator.control("faults", kind="offline", count=1, path_prefix=path)
        row = ask(till, CHARGE)
    with tenant_transaction(till.tenant.id):
        number = InstructionAttempt.objects.get().invoice_id
    paid = till.pay(amount="740.00", invoice_id=number, state="settled")
    till.pay(
        type="refund", amount="740.00", invoice_id=number, original_transaction_id=paid,
        created_at=NOON.isoformat(),
    )  # fmt: skip
    till.poll()
    look_now(till)
    assert (again(till, row).state, again(till, row).result_id) == ("done", paid)


def test_a_charge_in_a_state_nobody_knows_is_not_called_done(till: World) -> None:
    till.simulator.control("faults", kind="offline", count=1, path_prefix="/v1/transactions/sale")
    row = ask(till, CHARGE)
    with tenant_transaction(till.tenant.id):
        number = InstructionAttempt.objects.get().invoice_id
    till.pay(amount="740.00", invoice_id=number, state="unknown")
    look_now(till)
    row = again(till, row)
    assert (row.state, row.code) == ("unknown", "instruction.person_needed")
    assert row.sentence.startswith("PayTrace does not show clearly what became of this.")


def test_a_refund_that_turns_up_of_that_moment_is_the_one_asked_for(
    till: World, superuser_url: str
) -> None:
    payment = till.pay(amount="740.00", state="settled")
    till.poll()
    row = given_up(till, superuser_url, back(payment), path="/v1/transactions/refund")
    refund = refund_of(till, payment, at=NOON - timedelta(minutes=2))
    till.poll()
    row = again(till, row)
    assert (row.state, row.result_id, row.result) == ("done", refund, {"way": "refund"})
    assert row.sentence == f"740.00 USD was refunded. {LATE}"


@pytest.mark.parametrize("why", ["another moment", "another amount", "declined", "asked again"])
def test_a_refund_that_may_be_another_one_changes_nothing(
    till: World, superuser_url: str, why: str
) -> None:
    payment = till.pay(amount="740.00", state="settled")
    till.poll()
    row = given_up(till, superuser_url, back(payment), path="/v1/transactions/refund")
    if why == "another moment":
        refund_of(till, payment, at=NOON - timedelta(hours=2))
    elif why == "another amount":
        refund_of(till, payment, at=NOON, amount="700.00")
    elif why == "declined":
        till.pay(
            type="refund", amount="740.00", original_transaction_id=payment, state="declined",
            created_at=NOON.isoformat(),
        )  # fmt: skip
    else:
        assert ask(till, back(payment), key="again").state == "done"
    till.poll()
    assert again(till, row).state == "refused"


def test_a_void_that_turns_up_is_the_one_asked_for(till: World, superuser_url: str) -> None:
    payment = till.pay(amount="740.00")
    till.poll()
    row = given_up(till, superuser_url, back(payment), path="/v1/transactions/void")
    till.simulator.control("void", account=till.account, transaction_id=payment)
    till.poll()
    row = again(till, row)
    assert (row.state, row.result) == ("done", {"way": "void"})


def test_a_plan_that_paytrace_has_after_all_is_known_again(till: World, superuser_url: str) -> None:
    row = given_up(till, superuser_url, PLAN, path="/v1/recurrence")
    late_look(till)
    assert again(till, row).state == "refused"
    with tenant_transaction(till.tenant.id):
        attempt = InstructionAttempt.objects.get()
    assert PLAN.amount is not None
    assert PLAN.frequency is not None
    assert PLAN.start_on is not None
    word = marked(PLAN.description, attempt.invoice_id)
    made = client_of(till).recurring.create(
        NewPlan(
            customer_id=PLAN.vault_id, amount=PLAN.amount, frequency=PLAN.frequency,
            start_on=PLAN.start_on, total_count=PLAN.total_count, description=word,
        )
    )  # fmt: skip
    # Its first payment tells that it is there, though no more looks were due.
    till.pay(amount="99.00", customer_id="ACME01", description=word)
    till.poll()
    look_late = again(till, row)
    assert (look_late.state, look_late.result_id) == ("done", made)
    with tenant_transaction(till.tenant.id):
        plan = RecurringPlan.objects.get()
    assert (plan.recurrence_id, plan.state, look_late.plan_id) == (made, "active", plan.id)


STORING = "/v1/customer/create_from_transaction"
STORE = Wish(Kind.STORE_CUSTOMER, customer_number="NEW01", name="Nora New")


def _arrives_late(world: World, row: Instruction, *, payment: str) -> str:
    """PayTrace does after all what the only attempt had asked for; the id of the stored card."""
    with tenant_transaction(world.tenant.id):
        told = protocol.question_of(row)
    assert told is not None
    vault = client_of(world).vault
    vault.create_from_transaction(NewCustomer(told.vault_id), transaction_id=payment)
    return told.vault_id


@pytest.mark.parametrize("by", ["the late look", "its first payment"])
def test_a_card_that_paytrace_keeps_after_all_is_found(
    till: World, superuser_url: str, by: str
) -> None:
    payment = till.pay(amount="10.00")
    wish = replace(STORE, transaction_id=payment)
    row = given_up(till, superuser_url, wish, path=STORING, just_now=True)
    assert row.due_at is not None
    stored = _arrives_late(till, row, payment=payment)
    if by == "the late look":
        late_look(till)
    else:
        till.pay(amount="1.00", customer_id=stored)
        till.poll()
    row = again(till, row)
    assert (row.state, row.result_id) == ("done", stored)
    assert row.sentence == f"PayTrace keeps the payment method now. {LATE}"
    with tenant_transaction(till.tenant.id):
        assert StoredPaymentMethod.objects.get().vault_id == stored


def test_what_was_asked_for_again_is_not_taken_for_the_one_given_up(
    till: World, superuser_url: str
) -> None:
    """Nor is what somebody keys into PayTrace by hand."""
    payment = till.pay(amount="10.00")
    wish = replace(STORE, transaction_id=payment)
    row = given_up(till, superuser_url, wish, path=STORING, just_now=True)
    assert ask(till, wish, key="again").state == "done"
    client_of(till).vault.create_from_transaction(NewCustomer("NEW01"), transaction_id=payment)
    late_look(till)
    assert again(till, row).state == "refused"


def test_looking_late_ends_after_a_day_and_an_outage_only_puts_it_off(
    till: World, superuser_url: str
) -> None:
    wish = Wish(Kind.FORGET_CUSTOMER, vault_id="ACME01")
    row = given_up(till, superuser_url, wish, path="/v1/customer/delete")
    assert _due(till, row) is None, "given up after a day: nothing more is looked for"
    with tenant_transaction(till.tenant.id):
        Instruction.objects.filter(id=row.id).update(due_at=Now())
        operations.ring(till.gateway_id)
    till.simulator.control("faults", kind="offline", count=9, path_prefix="/v1/customer")
    till.wait_over()
    put_off = _due(till, row)
    assert put_off is not None
    assert put_off > _due_now(till)
    till.simulator.control("faults", kind="none")
    client_of(till).vault.delete("ACME01")
    late_look(till)
    assert again(till, row).state == "done"
    assert at_paytrace(till) == []


def _due_now(world: World) -> Any:
    """This moment, by the clock that says what is due."""
    with tenant_transaction(world.tenant.id):
        return Instruction.objects.annotate(now=Now()).values_list("now", flat=True)[0]


def _due(world: World, row: Instruction) -> Any:
    return again(world, row).due_at

"""An amount is held, and captured or let go later: once, and only what is captured is posted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine

from integrations.events import holds
from integrations.events.holds import Hold
from integrations.instructions.kinds import Kind
from integrations.instructions.models import Instruction
from integrations.instructions.wishes import Wish
from tenants.scope import tenant_transaction
from tests.walks import test_instructions_v3
from tests.walks.test_instructions import again, ask, at_paytrace, look_now, till, usd
from tests.walks.world import NOON, World

pytestmark = pytest.mark.walk
__all__ = ["till", "till_v3"]
till_v3 = test_instructions_v3.till

HOLD = Wish(
    Kind.HOLD,
    amount=usd("740.00"),
    vault_id="ACME01",
    customer_number="ACME01",
    invoice_number="10432",
)


def capture(number: str, amount: str) -> Wish:
    return Wish(Kind.CAPTURE, amount=usd(amount), transaction_id=number)


def held(world: World) -> list[tuple[str, str]]:
    """Number and amount of what is held, as people see it."""
    with tenant_transaction(world.tenant.id):
        found: list[Hold] = holds.holds(environment_id=world.environment_id, now=NOON)
    return [(one.transaction.transaction_id, str(one.transaction.amount)) for one in found]


def test_a_hold_reaches_sage_when_a_part_of_it_is_captured(till: World) -> None:
    row = ask(till, HOLD)
    assert (row.state, row.sentence) == (
        "done", "740.00 USD is held. Nothing is charged before the hold is captured.",
    )  # fmt: skip
    # Nobody has looked through the list: its own number was asked for, and so below.
    assert held(till) == [(row.result_id, "740.00 USD")]
    assert (till.effects(), till.changed_tables()) == ([], [])
    taken = ask(till, capture(row.result_id, "500.00"), key="key-2")
    assert (taken.state, taken.sentence) == (
        "done", "500.00 USD was captured: it settles next.",
    )  # fmt: skip
    assert held(till) == []
    assert [(one["kind"], one["state"], one["amount"]) for one in till.effects()] == [
        ("sale", "posted", "500.00")
    ]
    assert till.changed().changed["armast"]["10432"]["balance"][0] == "740.0000"
    assert at_paytrace(till) == [("authorization", "pending_settlement", "500.00")]


def test_a_hold_is_let_go_and_nothing_reaches_sage(till: World) -> None:
    row = ask(till, HOLD)
    till.poll()
    gone = ask(
        till, Wish(Kind.GIVE_BACK, amount=usd("740.00"), transaction_id=row.result_id), key="key-2"
    )
    assert (gone.state, held(till)) == ("done", [])
    assert [(one["kind"], one["state"]) for one in till.effects()] == [("void", "noted")]
    assert till.changed_tables() == []
    assert at_paytrace(till) == [("authorization", "voided", "740.00")]


@pytest.mark.parametrize("wish", ["hold", "capture"])
def test_a_lost_answer_is_found_out_and_nothing_is_sent_twice(till: World, wish: str) -> None:
    path = {"hold": "/v1/transactions/authorization/by_customer"}.get(
        wish, "/v1/transactions/authorization/capture"
    )
    first = ask(till, HOLD) if wish == "capture" else None
    till.simulator.control("faults", kind="reply_lost", count=1, path_prefix=path, performed=True)
    wanted = capture(first.result_id, "740.00") if first else HOLD
    row = ask(till, wanted, key="key-2")
    assert row.state == "unknown"
    look_now(till)
    assert again(till, row).state == "done"
    states = {"hold": "authorized", "capture": "pending_settlement"}
    assert at_paytrace(till) == [("authorization", states[wish], "740.00")]


def test_a_capture_that_never_arrived_is_not_taken_for_done(till: World) -> None:
    row = ask(till, HOLD)
    till.simulator.control(
        "faults", kind="offline", count=1, path_prefix="/v1/transactions/authorization/capture"
    )
    taken = ask(till, capture(row.result_id, "740.00"), key="key-2")
    look_now(till)
    assert again(till, taken).state == "unknown"
    assert at_paytrace(till) == [("authorization", "authorized", "740.00")]


def test_never_more_than_is_held_and_never_twice(till: World) -> None:
    row = ask(till, HOLD)
    much = ask(till, capture(row.result_id, "740.01"), key="key-2")
    assert (much.state, much.sentence) == ("refused", "Only 740.00 USD is held.")
    assert ask(till, capture(row.result_id, "700.00"), key="key-3").state == "done"
    twice = ask(till, capture(row.result_id, "40.00"), key="key-4")
    assert (twice.state, twice.sentence) == ("refused", "This hold was captured already.")
    nothing = ask(till, capture("1", "40.00"), key="key-5")
    assert (nothing.state, nothing.code) == ("refused", "paytrace.transaction_unknown")


def test_a_declined_hold_is_declined(till: World) -> None:
    row = ask(till, Wish(Kind.HOLD, amount=usd("1.12"), vault_id="ACME01"))
    assert (row.state, row.sentence[:37]) == ("declined", "The hold of 1.12 USD was declined. Th")


def test_a_hold_counts_for_the_day_only_where_it_is_captured(till: World) -> None:
    """Of one person 3,000 a day: two holds of 1,000 leave it as it is."""
    for key in ("a", "b"):
        assert ask(till, Wish(Kind.HOLD, amount=usd("1000"), vault_id="ACME01"), key=key).state == (
            "done"
        )
    with tenant_transaction(till.tenant.id):
        numbers = list(Instruction.objects.values_list("result_id", flat=True))
    for number in numbers:
        assert ask(till, capture(number, "1000"), key=f"take-{number}").state == "done"
    rest = Wish(Kind.CHARGE, amount=usd("1000"), vault_id="ACME01")
    assert ask(till, rest, key="last").state == "done"


def test_a_hold_captured_elsewhere_weeks_later_is_found_the_next_night(till: World) -> None:
    made = till.pay(
        amount="740.00", invoice_id="10432", customer_id="ACME01", state="authorized",
        type="authorization",
    )  # fmt: skip
    till.poll()
    assert held(till) == [(made, "740.00 USD")]
    for days in (15, 20):
        later = NOON + timedelta(days=days)
        till.simulator.control("clock", now=later.isoformat())
        with time_machine.travel(later, tick=True):
            till.poll()
        if days == 15:
            # The list of the day on which it was made is not read any more.
            till.simulator.control("capture", account=till.account, transaction_id=made)
    assert [(one["kind"], one["state"]) for one in till.effects()] == [("sale", "posted")]
    assert held(till) == []


def test_api_v3_holds_captures_and_lets_go_too(till_v3: World) -> None:
    """By PayTrace's own number of the stored customer."""
    (customer,) = till_v3.simulator.control(
        "accounts", account=till_v3.account, merchant_id=till_v3.account
    )["customers"].values()
    wish = replace(HOLD, vault_id=str(customer))
    row = ask(till_v3, wish)
    till_v3.poll()
    assert held(till_v3) == [(row.result_id, "740.00 USD")]
    assert ask(till_v3, capture(row.result_id, "500.00"), key="key-2").state == "done"
    assert [(one["kind"], one["state"], one["amount"]) for one in till_v3.effects()] == [
        ("sale", "posted", "500.00")
    ]
    second = ask(till_v3, wish, key="key-3")
    gone = Wish(Kind.GIVE_BACK, amount=usd("740.00"), transaction_id=second.result_id)
    till_v3.poll()
    assert (ask(till_v3, gone, key="key-4").state, held(till_v3)) == ("done", [])

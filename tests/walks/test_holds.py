"""An amount is held, and captured or let go later: once, and only what is captured is posted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine

from integrations.events import holds
from integrations.events.holds import Hold
from integrations.events.models import HeldAmount
from integrations.instructions import operations, policies
from integrations.instructions.held import Held
from integrations.instructions.kinds import Kind
from integrations.instructions.models import Instruction
from integrations.instructions.wishes import Wish
from tenants.errors import NotPossible
from tenants.scope import tenant_transaction
from tests.walks import test_instructions_v3
from tests.walks.test_instructions import ALICE, again, ask, at_paytrace, look_now, till, usd
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


def test_of_two_captures_the_second_waits_until_it_is_known_what_became_of_the_first(
    till: World,
) -> None:
    """PayTrace shows of both that the hold was captured: one answer for two questions."""
    row = ask(till, HOLD)
    path = "/v1/transactions/authorization/capture"
    till.simulator.control("faults", kind="reply_lost", count=1, path_prefix=path, performed=True)
    first = ask(till, capture(row.result_id, "500.00"), key="key-2")
    second = ask(till, capture(row.result_id, "240.00"), key="key-3")
    assert (first.state, second.state) == ("unknown", "ready")
    look_now(till)
    assert again(till, first).state == "done"
    ended = again(till, second)
    assert (ended.state, ended.sentence) == ("refused", "This hold was captured already.")
    assert at_paytrace(till) == [("authorization", "pending_settlement", "500.00")]


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


# Another amount for a hold, which API v3 alone offers


def adjust(number: str, amount: str) -> Wish:
    return Wish(Kind.ADJUST, amount=usd(amount), transaction_id=number)


def ask_held(world: World, wish: Wish, *, key: str) -> Instruction:
    """As the page asks it: with what PayTrace told of the hold."""
    with tenant_transaction(world.tenant.id):
        one = holds.of_number(
            connection_id=world.gateway_id, transaction_id=wish.transaction_id, now=NOON
        )
        row = operations.ask(
            wish, environment_id=world.environment_id, connection_id=world.gateway_id,
            idempotency_key=key, origin=Instruction.Origin.PERSON, who=ALICE,
            held=Held(one.transaction.amount, one.first) if one else None,
        ).instruction  # fmt: skip
    world.work()
    return again(world, row)


@pytest.fixture
def made(till_v3: World) -> str:
    """The number of a hold of 740.00."""
    row = ask(till_v3, replace(HOLD, vault_id=stored_in(till_v3)))
    return row.result_id


def stored_in(world: World) -> str:
    (customer,) = world.simulator.control(
        "accounts", account=world.account, merchant_id=world.account
    )["customers"].values()
    return str(customer)


def test_a_hold_is_changed_and_captured_over_more_than_was_held_first(till_v3: World) -> None:
    wish = replace(HOLD, vault_id=stored_in(till_v3), amount=usd("600.00"))
    made = ask(till_v3, wish).result_id
    row = ask_held(till_v3, adjust(made, "780.00"), key="most")
    assert (row.state, row.sentence, row.result_id) == (
        "done", "780.00 USD is held now. Nothing is charged before the hold is captured.", made
    )  # fmt: skip
    assert held(till_v3) == [(made, "780.00 USD")]
    less = ask_held(till_v3, adjust(made, "500.00"), key="less")
    assert (less.state, held(till_v3)) == ("done", [(made, "500.00 USD")])
    assert ask_held(till_v3, adjust(made, "740.00"), key="more").state == "done"
    assert till_v3.effects() == []
    assert ask(till_v3, capture(made, "740.00"), key="take").state == "done"
    assert [(one["kind"], one["state"], one["amount"]) for one in till_v3.effects()] == [
        ("sale", "posted", "740.00")
    ]
    assert held(till_v3) == []


def test_a_lost_answer_to_a_change_is_told_by_the_amount(till_v3: World, made: str) -> None:
    path = "/v3/card/transaction/adjust"
    till_v3.simulator.control(
        "faults", kind="reply_lost", count=1, path_prefix=path, performed=True
    )
    row = ask_held(till_v3, adjust(made, "800.00"), key="lost")
    assert row.state == "unknown"
    # Nothing about the hold goes out before it is known what it amounts to.
    taken = ask(till_v3, capture(made, "800.00"), key="take")
    assert taken.state == "ready"
    look_now(till_v3)
    assert (again(till_v3, row).state, again(till_v3, taken).state) == ("done", "done")
    assert at_paytrace(till_v3) == [("authorization", "pending_settlement", "800.00")]


def test_a_change_that_never_arrived_is_not_taken_for_done(till_v3: World, made: str) -> None:
    till_v3.simulator.control(
        "faults", kind="offline", count=1, path_prefix="/v3/card/transaction/adjust"
    )
    row = ask_held(till_v3, adjust(made, "800.00"), key="lost")
    look_now(till_v3)
    assert (again(till_v3, row).state, held(till_v3)) == ("unknown", [(made, "740.00 USD")])
    # Captured meanwhile in PayTrace's own terminal: then nothing is left to be changed.
    till_v3.simulator.control("capture", account=till_v3.account, transaction_id=made)
    look_now(till_v3)
    ended = again(till_v3, row)
    assert (ended.state, ended.sentence) == (
        "refused", "This is no hold any more: PayTrace shows 740.00 USD as pending settlement."
    )  # fmt: skip


def test_a_hold_changed_in_paytraces_own_terminal_is_shown_and_let_go(
    till_v3: World, made: str
) -> None:
    till_v3.simulator.control(
        "adjust", account=till_v3.account, transaction_id=made, amount="700.00"
    )
    till_v3.poll()
    assert held(till_v3) == [(made, "700.00 USD")]
    till_v3.poll()
    with tenant_transaction(till_v3.tenant.id):
        assert HeldAmount.objects.count() == 1
    gone = Wish(Kind.GIVE_BACK, amount=usd("700.00"), transaction_id=made)
    assert (ask(till_v3, gone, key="gone").state, held(till_v3)) == ("done", [])


@pytest.mark.parametrize(
    ("amount", "sentence"),
    [
        ("740.00", "740.00 USD is held already. Enter another amount."),
        (
            "962.01",
            (
                "PayTrace changes a hold by at most 30 % of what was held first, 740.00 USD: from "
                "518.00 USD to 962.00 USD. Give an amount between them, or let the hold go and "
                "make another."
            ),
        ),
    ],
)
def test_what_paytrace_would_not_change_is_refused_when_asked(
    till_v3: World, made: str, amount: str, sentence: str
) -> None:
    with pytest.raises(NotPossible) as error:
        ask_held(till_v3, adjust(made, amount), key="k")
    assert (error.value.field, error.value.sentence) == ("amount", sentence)
    with pytest.raises(NotPossible, match="Nothing is held under this number"):
        ask_held(till_v3, adjust("1", "5.00"), key="k")


def test_api_v1_changes_no_hold_and_says_what_to_do(till: World) -> None:
    made = ask(till, HOLD).result_id
    with pytest.raises(NotPossible, match="Let the hold go and make another"):
        ask_held(till, adjust(made, "800.00"), key="k")


def test_of_a_changed_hold_the_increase_counts_for_the_day(till_v3: World, made: str) -> None:
    """Of 5,000 a day 4,900 are charged: 100 more may be held, and less always."""
    charge = Wish(Kind.CHARGE, amount=usd("4900"), vault_id=stored_in(till_v3))
    assert ask(till_v3, charge, key="charge").state == "done"
    with pytest.raises(NotPossible, match=r"100\.01 USD is above what alice@ex"):
        ask_held(till_v3, adjust(made, "840.01"), key="k")
    assert ask_held(till_v3, adjust(made, "840.00"), key="k2").state == "done"
    assert ask_held(till_v3, adjust(made, "800.00"), key="k3").state == "done"


def test_more_than_one_person_may_hold_alone_is_approved_by_another(
    till_v3: World, made: str
) -> None:
    with tenant_transaction(till_v3.tenant.id):
        policies.set_policy(
            environment_id=till_v3.environment_id, user_daily_limit=usd("5000"),
            company_daily_limit=usd("5000"), approval_above=usd("700"), actor="alice",
        )  # fmt: skip
    assert ask_held(till_v3, adjust(made, "741.00"), key="k").state == "waiting_approval"
    assert ask_held(till_v3, adjust(made, "739.00"), key="k2").state == "done"


def test_api_v3_holds_captures_and_lets_go_too(till_v3: World) -> None:
    """By PayTrace's own number of the stored customer."""
    wish = replace(HOLD, vault_id=stored_in(till_v3))
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


def _nights(world: World, days: int) -> None:
    """So many days later somebody looks, the nightly sources too."""
    later = NOON + timedelta(days=days)
    world.simulator.control("clock", now=later.isoformat())
    with time_machine.travel(later, tick=True):
        world.poll()


@pytest.mark.parametrize("version", ["v1", "v3"])
def test_a_hold_stays_for_months_until_paytrace_tells_otherwise(
    request: pytest.FixtureRequest, version: str
) -> None:
    world: World = request.getfixturevalue("till" if version == "v1" else "till_v3")
    made = world.pay(amount="740.00", state="authorized", type="authorization")
    world.poll()
    for days in (35, 70):
        _nights(world, days)
        assert held(world) == [(made, "740.00 USD")]
    world.simulator.control("lapse", account=world.account, transaction_id=made)
    _nights(world, 71)
    # API v1 has no list of what can be captured: only what becomes of it tells.
    assert held(world) == ([(made, "740.00 USD")] if version == "v1" else [])
    world.simulator.control("void", account=world.account, transaction_id=made)
    _nights(world, 72)
    assert held(world) == []
    assert world.changed_tables() == []


def test_a_hold_that_a_list_left_out_once_is_shown_again_and_its_capture_is_found(
    till_v3: World,
) -> None:
    made = till_v3.pay(amount="740.00", state="authorized", type="authorization")
    till_v3.poll()

    def left_out() -> None:
        with tenant_transaction(till_v3.tenant.id):
            holds.note_listed(connection_id=till_v3.gateway_id, looked_for=[made], listed=[])

    _nights(till_v3, 20)
    left_out()
    assert held(till_v3) == []
    _nights(till_v3, 21)
    assert held(till_v3) == [(made, "740.00 USD")]
    left_out()
    till_v3.simulator.control("capture", account=till_v3.account, transaction_id=made)
    _nights(till_v3, 40)
    assert [(one["kind"], one["amount"]) for one in till_v3.effects()] == [("sale", "740.00")]


def test_a_list_that_cannot_be_read_hides_nothing(till_v3: World) -> None:
    made = till_v3.pay(amount="740.00", state="authorized", type="authorization")
    till_v3.poll()
    path = "/v3/card/transactions/capturable"
    till_v3.simulator.control("faults", kind="html_page", count=9, path_prefix=path)
    for days in (20, 40):
        _nights(till_v3, days)
    assert held(till_v3) == [(made, "740.00 USD")]
    assert till_v3.simulator.look("calls")["calls"].get(f"{path}/{till_v3.account}", 0) >= 1

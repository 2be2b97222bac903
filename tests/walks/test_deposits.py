"""ACH deposits: what moves from ACH clearing to the bank, once, and what never does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

import pytest
import time_machine

from integrations.connections import operations as connections
from integrations.events.models import DepositPart, GatewayBatch, Source, Watermark
from integrations.posting import invariants
from tenants.scope import tenant_transaction
from tests.walks.world import ACTOR, NOON, RULES, World

pytestmark = pytest.mark.walk

TODAY = NOON.date()


@pytest.fixture
def depositing(world_v3: World) -> World:
    """An account of API v3 that posts every deposit from the first of November on."""
    switch(world_v3, "2026-11-01")
    return world_v3


def switch(world: World, first: str) -> None:
    world.within(
        lambda: connections.update_settings(
            connection_id=world.gateway_id, deposit_from=first, actor=ACTOR
        )
    )


def pay(world: World, amount: str = "740.00", invoice: str = "10432", **fields: object) -> str:
    made = world.simulator.control(
        "ach", account=world.account, amount=amount, invoice_id=invoice, customer_id="ACME01",
        **fields,
    )  # fmt: skip
    return str(made["transaction_id"])


def move(world: World, payment: str, status: str) -> None:
    world.simulator.control(
        "ach_move", account=world.account, transaction_id=payment, status=status
    )


def name(world: World, day: date = TODAY) -> str:
    """Of the deposit of a day among transactions."""
    return f"D-{number(world, day)}-{day}"


def number(world: World, day: date = TODAY) -> str:
    return f"{day:%Y%m%d}-D{sum(world.account.encode()) % 10_000:04d}"


@contextmanager
def later(world: World, **delta: float) -> Iterator[datetime]:
    moment = NOON + timedelta(**delta)
    world.simulator.control("clock", now=moment.isoformat())
    with time_machine.travel(moment, tick=True):
        yield moment


def states(world: World) -> list[tuple[str, str, str]]:
    return [(one["kind"], one["state"], one["reason"]) for one in world.effects()]


def lines(world: World) -> list[tuple[str, ...]]:
    return sorted(world.in_sage()["distribution"])


def hold(world: World) -> None:
    with tenant_transaction(world.tenant.id):
        assert invariants.breaks() == []
        assert invariants.conservation(world.environment_id).holds


def test_a_bank_payment_is_charged_settles_and_its_deposit_clears_ach_clearing_once(
    depositing: World,
) -> None:
    """The whole way, with the bank taking a payment back three weeks later."""
    world = depositing
    paid = pay(world)
    world.poll()
    assert world.ledger() == [("1110-00", "740.00", "0.00"), ("1200-00", "0.00", "740.00")]
    # It goes to the bank that evening, and settles two evenings later: on Sunday, November 22.
    with later(world, days=3):
        world.poll_now()
        world.poll_now()
        world.poll()
    day = date(2026, 11, 22)
    settled = world.effect(name(world, day), "settlement")
    assert (settled.state, settled.customer_name, settled.sage_reference) == (
        "posted",
        f"ACH deposit {number(world, day)} of November 22",
        f"Settlement {settled.marker} in the GL distribution",
    )
    assert world.ledger()[2:] == [("1010-00", "740.00", "0.00"), ("1110-00", "0.00", "740.00")]
    hold(world)

    # What came back is kept back from the deposit of its day, below zero as a whole.
    with later(world, days=24):
        move(world, paid, "returned")
        world.poll_now()
        world.poll_now()
    day = date(2026, 12, 14)
    assert sorted(states(world)) == [
        ("ach_return", "posted", ""),
        ("sale", "reversed", ""),
        ("settlement", "posted", ""),
        ("settlement", "posted", ""),
    ]
    assert lines(world) == [
        ("2026-11-20", "1110-00", "740.0000"),
        ("2026-11-20", "1200-00", "-740.0000"),
        ("2026-11-22", "1010-00", "740.0000"),
        ("2026-11-22", "1110-00", "-740.0000"),
        ("2026-12-14", "1010-00", "-740.0000"),
        ("2026-12-14", "1110-00", "-740.0000"),
        ("2026-12-14", "1110-00", "740.0000"),
        ("2026-12-14", "1200-00", "740.0000"),
    ]
    with tenant_transaction(world.tenant.id):
        parts = DepositPart.objects.order_by("told_at").values_list(
            "transaction_id", "kind", "deposit__net"
        )
        assert [(one, kind, f"{net:.2f}") for one, kind, net in parts] == [
            (paid, "sale", "740.00"),
            (paid, "return", "-740.00"),
        ]
    assert world.open_cases() == []
    hold(world)


def test_fees_kept_back_of_a_deposit_are_an_expense_and_the_bank_has_the_net(
    depositing: World,
) -> None:
    pay(depositing, status="settled", fee="1.85")
    depositing.poll_now()
    assert depositing.effect(name(depositing), "settlement").state == "posted"
    assert depositing.ledger()[2:] == [
        ("1010-00", "738.15", "0.00"),
        ("6100-00", "1.85", "0.00"),
        ("1110-00", "0.00", "740.00"),
    ]
    hold(depositing)


def test_nothing_is_posted_where_nobody_switched_it_on_and_batches_of_cards_are_another_switch(
    depositing: World,
) -> None:
    switch(depositing, "")
    depositing.within(
        lambda: connections.update_settings(
            connection_id=depositing.gateway_id, settle_from="2026-11-01", actor=ACTOR
        )
    )
    pay(depositing, status="settled")
    depositing.poll_now()
    assert states(depositing) == [("sale", "posted", "")]
    with tenant_transaction(depositing.tenant.id):
        deposit = GatewayBatch.objects.get()
        told = (deposit.method, deposit.number, deposit.settled_on, deposit.transaction_count)
        assert told == ("ach", number(depositing), TODAY, 1)
        assert f"{deposit.net:.2f}" == "740.00"
    switch(depositing, "2026-11-20")
    depositing.poll_now()
    assert sorted(states(depositing)) == [("sale", "posted", ""), ("settlement", "posted", "")]


def test_a_deposit_waits_for_everything_in_it_and_says_for_what(depositing: World) -> None:
    before, long_before = ((NOON - timedelta(days=days)).isoformat() for days in (1, 2))
    pay(depositing, status="settled", created_at=before)
    stray = pay(depositing, "55.00", "99999", status="settled", created_at=long_before)
    depositing.poll_now()
    settlement = depositing.effect(name(depositing), "settlement")
    assert (settlement.state, settlement.reason_code) == ("waiting_parent", "batch_open")
    assert settlement.sentence == (
        f"ACH deposit {number(depositing)} of November 20, 2026 waits until all of it has ended. "
        f"Open when last looked at: 1 of its 2 transactions: {stray} (Needs you)."
    )
    depositing.dismiss(stray, reason="booked by hand")
    assert depositing.effect(name(depositing), "settlement").state == "posted"
    assert depositing.ledger()[2:] == [("1010-00", "795.00", "0.00"), ("1110-00", "0.00", "795.00")]
    hold(depositing)


def test_a_payment_returned_before_its_deposit_was_seen_moves_in_and_out_again(
    depositing: World,
) -> None:
    """Both lines stand in one deposit; it comes to nothing, and nothing is posted for it."""
    paid = pay(depositing, status="settled")
    move(depositing, paid, "returned")
    depositing.poll_now()
    assert [one for one in states(depositing) if one[0] == "settlement"] == [
        ("settlement", "noted", "nothing_moves")
    ]
    with tenant_transaction(depositing.tenant.id):
        kinds = DepositPart.objects.order_by("kind").values_list("kind", flat=True)
        assert list(kinds) == ["return", "sale"]
    hold(depositing)


def test_a_deposit_that_does_not_add_up_is_not_posted_until_it_does(depositing: World) -> None:
    pay(depositing, "685.00", status="settled")
    pay(depositing, "55.00", status="settled", created_at=(NOON - timedelta(days=12)).isoformat())
    spoiled = {"path_prefix": "/v3/checks/deposit/transactions", "count": 50}
    depositing.simulator.control("faults", kind="unreadable_record", **spoiled)
    depositing.poll_now()
    assert "batch_mismatch" in depositing.open_cases()
    settlement = depositing.effect(name(depositing), "settlement")
    assert settlement.sentence.startswith(
        f"ACH deposit {number(depositing)} of November 20, 2026 and our transactions of it do not "
        "agree. PayTrace tells 2 transactions over 740.00 USD; we know "
    )
    depositing.simulator.control("faults", kind="none")
    depositing.poll_now()
    assert depositing.open_cases() == []
    assert depositing.effect(name(depositing), "settlement").state == "posted"
    assert depositing.ledger()[-2:] == [
        ("1010-00", "740.00", "0.00"),
        ("1110-00", "0.00", "740.00"),
    ]
    hold(depositing)


def test_a_line_that_can_be_read_only_weeks_later_lets_its_deposit_be_posted(
    depositing: World,
) -> None:
    """By then nobody lists the deposit any more; it is asked for by its own number."""
    pay(depositing, "685.00", status="settled")
    pay(depositing, "55.00", status="settled", created_at=(NOON - timedelta(days=12)).isoformat())
    spoiled = {"path_prefix": "/v3/checks/deposit/transactions", "count": 50}
    depositing.simulator.control("faults", kind="unreadable_record", **spoiled)
    depositing.poll_now()
    with later(depositing, days=6):
        depositing.poll_now()
    settlement = depositing.effect(name(depositing), "settlement")
    assert (settlement.state, settlement.reason_code) == ("parked", "batch_mismatch")
    depositing.simulator.control("faults", kind="none")
    with later(depositing, days=12):
        depositing.poll_now()
    settlement = depositing.effect(name(depositing), "settlement")
    assert (settlement.state, f"{settlement.amount:.2f}") == ("posted", "740.00")
    assert depositing.open_cases() == []
    hold(depositing)


def test_an_old_deposit_that_cannot_be_listed_keeps_no_new_one_away(depositing: World) -> None:
    path = {"path_prefix": "/v3/checks/deposit/transactions"}
    pay(depositing, "685.00", status="settled")
    depositing.simulator.control("faults", kind="unreadable_record", count=50, **path)
    depositing.poll_now()
    with later(depositing, days=6):
        depositing.poll_now()
    depositing.simulator.control("faults", kind="none")
    with later(depositing, days=12):
        pay(depositing, "55.00", status="settled")
        # The first call is answered as it is, every other one fails.
        depositing.simulator.control("faults", kind="slow", seconds=0, count=1, **path)
        depositing.simulator.control("faults", kind="http_500", count=50, **path)
        depositing.poll_now()
    newest = depositing.effect(name(depositing, TODAY + timedelta(days=12)), "settlement")
    assert f"{newest.amount:.2f}" == "55.00"


def test_a_bank_payment_without_a_number_stays_a_question_when_cards_are_read(
    depositing: World,
) -> None:
    pay(depositing, "55.00", "99999")
    path = "/v3/checks/transactions"
    depositing.simulator.control("faults", kind="nameless_record", path_prefix=path, count=50)
    depositing.poll()
    assert depositing.open_cases() == ["unreadable_record"]
    depositing.poll_now()
    asked = [one["state"] for one in depositing.effects() if one["kind"] == "unreadable"]
    assert asked == ["parked"], "asked once, and not closed by a list of cards"


def test_a_deposit_that_grows_before_it_is_posted_is_walked_again(depositing: World) -> None:
    depositing.publish_rules(RULES[:5])
    pay(depositing, status="settled")
    depositing.poll_now()
    assert depositing.effect(name(depositing), "settlement").state == "waiting_mapping"
    stray = pay(depositing, "10.00", "99999", status="settled")
    depositing.poll_now()
    depositing.dismiss(stray, reason="a test")
    depositing.publish_rules(RULES)
    settlement = depositing.effect(name(depositing), "settlement")
    assert (settlement.state, f"{settlement.amount:.2f}") == ("posted", "750.00")
    assert depositing.ledger()[-2:] == [
        ("1010-00", "750.00", "0.00"),
        ("1110-00", "0.00", "750.00"),
    ]
    hold(depositing)


def test_a_deposit_that_grows_after_its_journal_asks_a_person_and_posts_nothing_more(
    depositing: World,
) -> None:
    pay(depositing, status="settled")
    depositing.poll_now()
    late = pay(depositing, "10.00", "99999", status="settled")
    depositing.poll_now()
    depositing.poll_now()
    assert sorted(depositing.open_cases()) == ["batch_changed", "invoice_not_found"]
    posted = depositing.effect(name(depositing), "settlement")
    assert depositing.effect(name(depositing), "review").sentence == (
        f"ACH deposit {number(depositing)} of November 20, 2026 has changed. Its settlement "
        f"({posted.sage_reference}) was made of 1 transaction over 740.00 USD; PayTrace now tells "
        "2 transactions over 750.00 USD."
    )
    depositing.dismiss(late, reason="a test")
    assert depositing.ledger()[2:] == [("1010-00", "740.00", "0.00"), ("1110-00", "0.00", "740.00")]
    hold(depositing)


def test_a_deposit_that_is_told_of_another_day_after_its_journal_is_no_second_one(
    depositing: World,
) -> None:
    """Its id is the same: the journal of its first day stands, and the bank has nothing more."""
    same = "20261120-D0001"
    pay(depositing, status="settled", deposit_id=same)
    depositing.poll_now()
    yesterday = (NOON - timedelta(days=1)).isoformat()
    late = pay(
        depositing, "10.00", "99999", status="settled", created_at=yesterday,
        settled_at=yesterday, deposit_id=same,
    )  # fmt: skip
    depositing.poll_now()
    depositing.poll_now()
    depositing.dismiss(late, reason="a test")
    assert [one["state"] for one in depositing.effects() if one["kind"] == "settlement"] == [
        "posted"
    ]
    assert depositing.ledger()[2:] == [("1010-00", "740.00", "0.00"), ("1110-00", "0.00", "740.00")]
    assert depositing.open_cases() == ["batch_changed"]
    with tenant_transaction(depositing.tenant.id):
        told = GatewayBatch.objects.get()
        assert (told.settled_on, f"{told.net:.2f}") == (TODAY, "750.00")
    hold(depositing)


def test_a_deposit_moves_to_the_day_it_is_told_of_until_its_journal_is_entered(
    depositing: World,
) -> None:
    switch(depositing, "")
    same, yesterday = "20261120-D0001", NOON - timedelta(days=1)
    pay(depositing, status="settled", deposit_id=same)
    depositing.poll_now()
    stray = pay(
        depositing, "10.00", "99999", status="settled", created_at=yesterday.isoformat(),
        settled_at=yesterday.isoformat(), deposit_id=same,
    )  # fmt: skip
    depositing.poll_now()
    depositing.dismiss(stray, reason="a test")
    switch(depositing, "2026-11-01")
    depositing.poll_now()
    settlement = depositing.effect(f"D-{same}-{yesterday.date()}", "settlement")
    assert (settlement.state, f"{settlement.amount:.2f}") == ("posted", "750.00")
    assert [one["kind"] for one in depositing.effects()].count("settlement") == 1
    hold(depositing)


def test_a_deposit_that_cannot_be_read_stops_no_other_and_asks_a_person(depositing: World) -> None:
    yesterday = NOON - timedelta(days=1)
    pay(depositing, "55.00", "99999", status="settled", deposit_id="20261120-D0001")
    pay(
        depositing, status="settled", created_at=yesterday.isoformat(),
        settled_at=yesterday.isoformat(), deposit_id="20261119-D0002",
    )  # fmt: skip
    spoiled = {"path_prefix": "/v3/checks/deposit/search", "count": 50}
    depositing.simulator.control("faults", kind="unreadable_batch", **spoiled)
    depositing.poll_now()
    depositing.poll_now()
    asked = [one for one in depositing.effects() if one["kind"] == "unreadable"]
    assert [one["state"] for one in asked] == ["parked"]
    assert depositing.open_cases().count("unreadable_record") == 1
    depositing.simulator.control("faults", kind="none")
    depositing.poll_now()
    assert "unreadable_record" not in depositing.open_cases()
    hold(depositing)


def test_past_days_bring_their_deposits_and_an_account_without_ach_is_not_asked(
    depositing: World,
) -> None:
    moment = datetime(2026, 11, 3, 20, tzinfo=NOON.tzinfo)
    pay(
        depositing, status="settled", created_at=moment.isoformat(), settled_at=moment.isoformat(),
    )  # fmt: skip
    depositing.poll_now()
    with tenant_transaction(depositing.tenant.id):
        assert GatewayBatch.objects.count() == 0
        assert Watermark.objects.filter(source=Source.DEPOSITS).count() == 1
    depositing.backfill(first=date(2026, 11, 1), last=date(2026, 11, 5))
    assert depositing.effect(name(depositing, date(2026, 11, 3)), "settlement").state == "posted"
    hold(depositing)

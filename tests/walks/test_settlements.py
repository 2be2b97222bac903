"""Settled batches: what moves from clearing to the bank, once, and what never does."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import UUID

import pytest
import time_machine
from django.db import connections as connections_of_django

from integrations import pipeline, tasks
from integrations.connections import operations as connections
from integrations.posting import invariants
from tenants.scope import tenant_transaction
from tests.walks.world import ACTOR, NOON, RULES, World

pytestmark = pytest.mark.walk

NAME = "B-1-2026-11-20"
ONE = [("2026-11-20", "1010-00", "740.0000"), ("2026-11-20", "1105-00", "-740.0000")]
PAID = [("2026-11-20", "1105-00", "740.0000"), ("2026-11-20", "1200-00", "-740.0000")]


@pytest.fixture
def settling(world: World) -> World:
    """Every batch from the first of November on is posted."""
    switch(world, "2026-11-01")
    return world


def switch(world: World, first: str) -> None:
    world.within(
        lambda: connections.update_settings(
            connection_id=world.gateway_id, settle_from=first, actor=ACTOR
        )
    )


def pay(world: World, amount: str = "740.00", invoice: str = "10432", **fields: object) -> str:
    return world.pay(amount=amount, invoice_id=invoice, customer_id="ACME01", **fields)


def settle(world: World) -> None:
    world.simulator.control("settle", account=world.account)


def lines(world: World) -> list[tuple[str, ...]]:
    return sorted(world.in_sage()["distribution"])


def states(world: World) -> list[tuple[str, str, str]]:
    return [(one["kind"], one["state"], one["reason"]) for one in world.effects()]


def hold(world: World) -> None:
    with tenant_transaction(world.tenant.id):
        assert invariants.breaks() == []
        assert invariants.conservation(world.environment_id).holds


def test_a_settled_batch_moves_its_net_to_the_bank_once_however_often_it_is_looked_at(
    settling: World,
) -> None:
    pay(settling)
    settle(settling)
    settling.poll_now()
    settling.poll_now()
    settling.poll()
    assert states(settling) == [("sale", "posted", ""), ("settlement", "posted", "")]
    assert lines(settling) == sorted([*PAID, *ONE])
    settled = settling.effect(NAME, "settlement")
    assert settled.effect_key == f"paytrace:{settling.account}:{NAME}:settlement:1"
    assert settled.sage_reference == f"Settlement {settled.marker} in the GL distribution"
    assert settling.ledger()[2:] == [("1010-00", "740.00", "0.00"), ("1105-00", "0.00", "740.00")]
    hold(settling)


def test_nothing_is_posted_where_nobody_switched_it_on_or_before_the_day_chosen(
    world: World,
) -> None:
    pay(world)
    settle(world)
    world.poll_now()
    switch(world, "2026-11-21")
    world.poll_now()
    assert states(world) == [("sale", "posted", "")]
    switch(world, "2026-11-20")
    world.poll_now()
    assert states(world) == [("sale", "posted", ""), ("settlement", "posted", "")]
    hold(world)


def test_a_batch_waits_for_everything_in_it_and_says_for_what(settling: World) -> None:
    paid = pay(settling)
    stray = pay(settling, "55.00", "99999")
    settle(settling)
    settling.poll_now()
    assert states(settling)[2:] == [("settlement", "waiting_parent", "batch_open")]
    sentence = settling.effect(NAME, "settlement").sentence
    assert sentence.startswith("Batch 1 of November 20, 2026 waits until all of it has ended. ")
    assert f"its 2 transactions: {stray} (Needs you)" in sentence
    assert lines(settling) == sorted(PAID)
    settling.dismiss(stray, reason="booked by hand")
    assert states(settling)[2:] == [("settlement", "posted", "")]
    assert lines(settling) == sorted(
        [
            *PAID,
            ("2026-11-20", "1010-00", "795.0000"),
            ("2026-11-20", "1105-00", "-795.0000"),
        ]
    )
    assert settling.effect(paid).state == "posted"
    hold(settling)


def test_a_batch_that_gave_more_back_than_it_took_moves_from_the_bank_to_clearing(
    settling: World,
) -> None:
    paid = pay(
        settling,
        state="settled",
        created_at=(NOON - timedelta(days=1)).isoformat(),
        settled_at=(NOON - timedelta(days=1)).isoformat(),
    )
    settling.poll_now()
    settling.simulator.control("refund", account=settling.account, transaction_id=paid)
    settle(settling)
    settling.poll_now()
    assert [one for one in states(settling) if one[0] == "settlement"] == [
        ("settlement", "posted", ""),
        ("settlement", "posted", ""),
    ]
    assert settling.ledger()[-2:] == [("1010-00", "0.00", "740.00"), ("1105-00", "740.00", "0.00")]
    hold(settling)


def test_a_number_that_comes_round_again_is_another_batch(settling: World) -> None:
    for days, invoice in ((1, "10432"), (0, "99999")):
        moment = (NOON - timedelta(days=days)).isoformat()
        pay(
            settling, invoice=invoice, state="settled", batch_number=7,
            created_at=moment, settled_at=moment,
        )  # fmt: skip
    settling.poll_now()
    assert settling.effect("B-7-2026-11-19", "settlement").state == "posted"
    assert settling.effect("B-7-2026-11-20", "settlement").state == "waiting_parent"
    hold(settling)


def test_a_closed_period_holds_the_journal_as_it_holds_a_receipt(settling: World) -> None:
    pay(settling)
    settling.poll()
    settle(settling)
    settling.close_period("2026-11-20")
    settling.poll_now()
    assert states(settling)[1] == ("settlement", "waiting_period", "period_closed")


def test_an_account_no_rule_gives_is_waited_for(settling: World) -> None:
    settling.publish_rules(RULES[:5])
    pay(settling)
    settle(settling)
    settling.poll_now()
    assert states(settling)[1] == ("settlement", "waiting_mapping", "account_missing")
    settling.publish_rules(RULES)
    assert states(settling)[1] == ("settlement", "posted", "")
    hold(settling)


def _later(world: World, **delta: float) -> datetime:
    moment = NOON + timedelta(**delta)
    world.simulator.control("clock", now=moment.isoformat())
    return moment


def test_a_transaction_added_to_a_posted_batch_asks_a_person_and_posts_nothing_more(
    settling: World,
) -> None:
    pay(settling)
    settle(settling)
    settling.poll_now()
    late = pay(
        settling, "10.00", "99999", state="settled", batch_number=1,
        settled_at=settling.effect(NAME, "settlement").occurred_at.isoformat(),
    )  # fmt: skip
    settling.poll_now()
    settling.poll_now()
    assert sorted(settling.open_cases()) == ["batch_changed", "invoice_not_found"]
    assert settling.effect(NAME, "review").sentence == (
        "Batch 1 of November 20, 2026 has changed. Its settlement "
        f"({settling.effect(NAME, 'settlement').sage_reference}) was made of 1 transaction over "
        "740.00 USD; PayTrace now tells 2 transactions over 750.00 USD (sales 750.00 USD, refunds "
        "0.00 USD)."
    )
    settling.dismiss(late, reason="a test")
    assert lines(settling) == sorted([*PAID, *ONE])
    hold(settling)


def test_switched_off_while_it_waited_asks_a_person(settling: World) -> None:
    stray = pay(settling, "55.00", "99999")
    settle(settling)
    settling.poll_now()
    switch(settling, "")
    settling.dismiss(stray, reason="booked by hand")
    assert states(settling)[1] == ("settlement", "parked", "settlement_off")
    switch(settling, "2026-11-20")
    settling.retry(NAME, "settlement")
    assert states(settling)[1] == ("settlement", "posted", "")
    with time_machine.travel(_later(settling, days=1), tick=True):
        settling.poll_now()
    assert settling.open_cases() == []
    hold(settling)


def test_a_batch_that_does_not_agree_to_the_cent_is_not_posted_until_it_does(
    settling: World,
) -> None:
    moment = (NOON - timedelta(hours=1)).isoformat()
    for amount, days in (("55.00", 12), ("685.00", 0)):
        pay(
            settling, amount, state="settled", batch_number=1, settled_at=moment,
            created_at=(NOON - timedelta(days=days)).isoformat(),
        )  # fmt: skip
    export = {"path_prefix": "/v1/batches/transaction_list", "count": 50}
    settling.simulator.control("faults", kind="unreadable_record", **export)
    settling.poll_now()
    settling.poll()
    assert settling.open_cases() == ["unreadable_record", "batch_mismatch"]
    assert settling.effect(NAME, "settlement").sentence == (
        "Batch 1 of November 20, 2026 and our transactions of it do not agree. PayTrace tells 2 "
        "transactions over 740.00 USD (sales 740.00 USD, refunds 0.00 USD); we know 1 transaction "
        "over 685.00 USD (sales 685.00 USD, refunds 0.00 USD). The difference is 55.00 USD: sales "
        "of 55.00 USD that we do not know."
    )
    settling.simulator.control("faults", kind="none")
    settling.poll_now()
    assert settling.open_cases() == []
    assert settling.effect(NAME, "settlement").state == "posted"
    assert settling.ledger()[-2:] == [("1010-00", "740.00", "0.00"), ("1105-00", "0.00", "740.00")]
    hold(settling)


def test_a_batch_that_cannot_be_read_stops_no_other_and_asks_a_person(settling: World) -> None:
    for hours, number, amount, invoice in ((2, 1, "55.00", "99999"), (1, 2, "740.00", "10432")):
        moment = (NOON - timedelta(hours=hours)).isoformat()
        pay(settling, amount, invoice, state="settled", batch_number=number, settled_at=moment)
    spoiled = {"path_prefix": "/v1/batches/export", "count": 50}
    settling.simulator.control("faults", kind="unreadable_batch", **spoiled)
    settling.poll_now()
    settling.poll_now()
    assert settling.effect("B-2-2026-11-20", "settlement").state == "posted"
    asked = settling.effect("batch-1-2026-11-20", "unreadable")
    assert asked.sentence == (
        "PayTrace tells batch 1 of November 20, 2026, and its net cannot be read. Nothing of the "
        "batch is posted; every other batch is taken in."
    )
    assert sorted(settling.open_cases()) == ["invoice_not_found", "unreadable_record"]
    settling.simulator.control("faults", kind="none")
    settling.retry("batch-1-2026-11-20", "unreadable")
    assert settling.effect("batch-1-2026-11-20", "unreadable").state == "noted"
    assert settling.effect(NAME, "settlement").state == "waiting_parent"
    hold(settling)


def test_many_workers_at_once_post_a_batch_once(settling: World) -> None:
    pay(settling)
    settle(settling)
    with tenant_transaction(settling.tenant.id):
        pipeline.poll_now(connection_id=settling.gateway_id, actor=ACTOR)
    due = [("poll", settling.gateway_id), ("deliver", settling.company_id)] * 4

    def worker(bell: tuple[str, UUID]) -> None:
        kind, subject = bell
        try:
            tasks.drain(kind=kind, tenant_id=str(settling.tenant.id), subject_id=str(subject))
        finally:
            connections_of_django.close_all()

    with ThreadPoolExecutor(4) as workers:
        for _ in range(3):
            list(workers.map(worker, due))
    settling.work()
    assert states(settling) == [("sale", "posted", ""), ("settlement", "posted", "")]
    assert lines(settling) == sorted([*PAID, *ONE])
    hold(settling)

"""States beyond paid and refunded: what each does to the books, and on which day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine

from tests.paytrace.simulator_process import Simulator
from tests.walks.world import NOON, World, build

pytestmark = pytest.mark.walk


@pytest.fixture
def ach_world(db: None, simulator: Simulator, sage_dsn: str) -> Iterator[World]:
    """An account of API v3, which lists ACH payments."""
    simulator.control("faults", kind="none")
    with time_machine.travel(NOON, tick=True):
        yield build(simulator, sage_dsn=sage_dsn, api_version="v3")


def _states(world: World) -> list[tuple[str, str, str]]:
    return [(one["kind"], one["state"], one["reason"]) for one in world.effects()]


def _later(world: World, **delta: float) -> datetime:
    moment = NOON + timedelta(**delta)
    world.simulator.control("clock", now=moment.isoformat())
    return moment


def test_an_ach_payment_returned_after_it_settled_takes_its_receipt_back_on_that_day(
    ach_world: World,
) -> None:
    world = ach_world
    made = world.simulator.control(
        "ach", account=world.account, amount="740.00", invoice_id="10432", customer_id="ACME01"
    )
    paid = str(made["transaction_id"])
    world.poll()
    assert _states(world) == [("sale", "posted", "")]
    assert world.ledger() == [("1110-00", "740.00", "0.00"), ("1200-00", "0.00", "740.00")]
    for days in (1, 2, 3):
        with time_machine.travel(_later(world, days=days), tick=True):
            world.poll()
    assert world.effect(paid).gateway_state == "settled"

    # Seven weeks later no look of every day reaches that far; the nightly one for returns does.
    with time_machine.travel(_later(world, days=50), tick=True):
        world.simulator.control(
            "ach_move", account=world.account, transaction_id=paid, status="returned"
        )
        world.poll()
    assert _states(world) == [("sale", "reversed", ""), ("ach_return", "posted", "")]
    assert world.in_sage() == {
        "receipts": [("10432", "2026-11-20", "740.0000"), ("10432", "2027-01-09", "-740.0000")],
        "distribution": [
            ("2026-11-20", "1110-00", "740.0000"),
            ("2026-11-20", "1200-00", "-740.0000"),
            ("2027-01-09", "1200-00", "740.0000"),
            ("2027-01-09", "1110-00", "-740.0000"),
        ],
        "invoices": [("10432", "dtepaid - → 2026-11-20")],
        "customers": [("ACME01",)],
    }


def test_a_technical_error_asks_a_person_and_resolves_when_the_payment_goes_on(
    ach_world: World,
) -> None:
    world = ach_world
    made = world.simulator.control(
        "ach", account=world.account, amount="740.00", invoice_id="10432",
        customer_id="ACME01", status="technical_error",
    )  # fmt: skip
    world.poll()
    assert _states(world) == [("review", "parked", "unknown_status")]
    assert world.changed().is_empty
    assert world.effect(str(made["transaction_id"]), "review").sentence == (
        f"Transaction {made['transaction_id']} stands at ‘TECHNICAL_ERROR’, and PayTrace does not "
        "say whether its money moves."
    )


def test_an_authorization_posts_what_was_captured_of_it_and_an_auto_voided_sale_nothing(
    world: World,
) -> None:
    held = world.pay(
        amount="740.00", invoice_id="10432", customer_id="ACME01", type="authorization",
        state="authorized",
    )  # fmt: skip
    failed = world.pay(
        amount="99.00", invoice_id="10432", customer_id="ACME01", state="auto_voided"
    )
    world.poll()
    assert _states(world) == [("decline", "noted", "declined")]
    assert world.effect(failed, "decline").gateway_state == "auto_voided"
    assert world.in_sage()["receipts"] == []

    world.simulator.control("capture", account=world.account, transaction_id=held, amount="400.00")
    world.poll()
    assert _states(world) == [("sale", "posted", ""), ("decline", "noted", "declined")]
    found = world.in_sage()
    assert found["receipts"] == [("10432", "2026-11-20", "400.0000")]
    assert found["customers"] == [("ACME01", "balance 2780.9400 → 2380.9400")]
    assert world.open_cases() == []

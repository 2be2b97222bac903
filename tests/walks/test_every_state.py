"""States beyond paid and refunded: what each does to the books, and on which day."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
import time_machine

from integrations import pipeline
from integrations.canonical.money import Money
from integrations.canonical.transactions import TransactionState
from integrations.connections.models import Connection
from integrations.events import facts
from integrations.events.models import GatewayFact
from integrations.pipeline.taking_in import take_in
from tenants.scope import tenant_transaction
from tests.walks.world import ACTOR, NOON, World

pytestmark = pytest.mark.walk


def _states(world: World) -> list[tuple[str, str, str]]:
    return [(one["kind"], one["state"], one["reason"]) for one in world.effects()]


def _tell(world: World, transaction_id: str, amount: str, state: TransactionState) -> None:
    """PayTrace tells the payment in another state, over this amount."""

    def tell() -> None:
        source = Connection.objects.get(id=world.gateway_id)
        last = facts.latest(connection_id=source.id, transaction_id=transaction_id)
        assert last is not None
        told = replace(last, state=state, amount=Money.parse(amount, "USD"))
        take_in([told], source=source, seen_by=GatewayFact.SeenBy.SYNC)

    world.within(tell)


def _asked(world: World) -> tuple[str, UUID]:
    """What the open case says, and of which effect."""
    with tenant_transaction(world.tenant.id):
        found = world.case()
        return found.sentence, found.effect_id


def _later(world: World, **delta: float) -> datetime:
    moment = NOON + timedelta(**delta)
    world.simulator.control("clock", now=moment.isoformat())
    return moment


def test_an_ach_payment_returned_after_it_settled_takes_its_receipt_back_on_that_day(
    world_v3: World,
) -> None:
    world = world_v3
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
    world_v3: World,
) -> None:
    world = world_v3
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


def test_each_new_reason_is_asked_about_and_none_twice(world: World) -> None:
    """A payment of a status nobody knew, which settled over another amount than was posted."""
    paid = world.pay(amount="740.00", invoice_id="10432", customer_id="ACME01", state="unknown")
    world.poll()
    assert world.open_cases() == ["unknown_status"]
    _tell(world, paid, "740.00", TransactionState.PENDING_SETTLEMENT)
    assert (world.open_cases(), world.in_sage()["receipts"]) == (
        [], [("10432", "2026-11-20", "740.0000")]
    )  # fmt: skip
    _tell(world, paid, "700.00", TransactionState.SETTLED)
    sentence, asked = _asked(world)
    assert sentence == f"Transaction {paid} was over 740.00 USD and is now over 700.00 USD."
    world.within(lambda: pipeline.dismiss(effect_id=asked, actor=ACTOR, reason="Booked by hand"))
    _tell(world, paid, "700.00", TransactionState.PARTLY_REFUNDED)
    assert world.open_cases() == []
    assert world.in_sage()["receipts"] == [("10432", "2026-11-20", "740.0000")]


def test_another_reason_while_one_is_open_is_told_in_its_case(world: World) -> None:
    paid = world.pay(amount="740.00", invoice_id="10432", customer_id="ACME01")
    world.poll()
    _tell(world, paid, "700.00", TransactionState.SETTLED)
    _tell(world, paid, "700.00", TransactionState.VOIDED)
    assert _asked(world)[0] == (
        f"Transaction {paid} was settled and is now voided, which PayTrace does not allow."
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

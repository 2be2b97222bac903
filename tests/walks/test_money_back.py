"""Refunds and voids: before, after and without the payment they belong to."""

from __future__ import annotations

import pytest

from integrations.sagepro.sample.books import Changes
from tests.walks.world import World

pytestmark = pytest.mark.walk


def _paid(world: World) -> str:
    paid = world.pay(amount="740.00", invoice_id="10432", customer_id="ACME01")
    world.notify(paid)
    world.work()
    return paid


def _states(world: World) -> list[tuple[str, str]]:
    return [(one["kind"], one["state"]) for one in world.effects()]


def test_a_refund_after_settlement_opens_the_invoice_again(world: World) -> None:
    paid = _paid(world)
    world.simulator.control("settle", account=world.account)
    refunded = world.simulator.control("refund", account=world.account, transaction_id=paid)
    world.notify(str(refunded["transaction_id"]))
    world.work()
    assert _states(world) == [("sale", "reversed"), ("refund", "posted")]
    found = world.changed()
    assert [(row["invno"], row["paidamt"]) for row in found.added["arcash"]] == [
        ("     10432", "-740.0000"),
        ("     10432", "740.0000"),
    ]
    assert sorted((row["glacnt"], row["amount"]) for row in found.added["ardist"]) == [
        ("1105-00", "-740.0000"),
        ("1105-00", "740.0000"),
        ("1200-00", "-740.0000"),
        ("1200-00", "740.0000"),
    ]
    assert found.changed["armast"] == {"10432": {"dtepaid": ("", "2026-11-20")}}
    assert "balance" not in found.changed["arcust"]["ACME01"]
    assert world.ledger() == [
        ("1105-00", "740.00", "0.00"),
        ("1200-00", "0.00", "740.00"),
        ("1105-00", "0.00", "740.00"),
        ("1200-00", "740.00", "0.00"),
    ]


def test_two_partial_refunds_take_back_exactly_the_payment(world: World) -> None:
    paid = _paid(world)
    world.simulator.control("settle", account=world.account)
    for amount in ("240.01", "499.99"):
        world.simulator.control("refund", account=world.account, transaction_id=paid, amount=amount)
        world.poll()
    assert _states(world) == [("sale", "reversed"), ("refund", "posted"), ("refund", "posted")]
    found = world.changed()
    assert found.changed["armast"] == {"10432": {"dtepaid": ("", "2026-11-20")}}


def test_a_refund_told_before_its_sale_waits_for_it_and_both_post(world: World) -> None:
    """Only the refund's notice arrives; the sale is fetched by the id the refund names."""
    paid = world.pay(amount="740.00", invoice_id="10432", customer_id="ACME01", state="settled")
    refunded = world.simulator.control("refund", account=world.account, transaction_id=paid)
    world.notify(str(refunded["transaction_id"]))
    world.work()
    assert _states(world) == [("sale", "reversed"), ("refund", "posted")]


def test_a_refund_whose_sale_needs_a_person_waits_without_an_attempt(world: World) -> None:
    paid = world.pay(amount="740.00", invoice_id="99999", state="settled")
    world.simulator.control("refund", account=world.account, transaction_id=paid)
    world.poll()
    assert [(one["kind"], one["state"], one["attempts"]) for one in world.effects()] == [
        ("sale", "parked", "0"),
        ("refund", "waiting_parent", "0"),
    ]
    world.choose_invoice(paid, "10432")
    assert _states(world) == [("sale", "reversed"), ("refund", "posted")]


def test_a_void_of_a_posted_payment_takes_the_receipt_back(world: World) -> None:
    paid = _paid(world)
    world.simulator.control("void", account=world.account, transaction_id=paid)
    world.poll()
    assert _states(world) == [("sale", "reversed"), ("void", "posted")]
    assert world.changed().changed["armast"] == {"10432": {"dtepaid": ("", "2026-11-20")}}


def test_a_void_of_a_payment_that_never_reached_sage_forbids_it_there(world: World) -> None:
    paid = world.pay(amount="740.00", invoice_id="99999")
    world.notify(paid)
    world.work()
    world.simulator.control("void", account=world.account, transaction_id=paid)
    world.poll()
    assert _states(world) == [("sale", "withdrawn"), ("void", "noted")]
    assert world.open_cases() == []
    found = world.changed()
    assert found == Changes(added={"ptpost": found.added["ptpost"]}, removed={}, changed={})
    assert found.added["ptpost"][0]["state"] == "withdrawn"


def test_a_refund_of_a_payment_from_before_goes_to_a_person(world: World) -> None:
    world.pay(amount="55.00", type="refund", invoice_id="10432", state="settled")
    world.poll()
    assert _states(world) == [("refund", "parked")]
    assert world.open_cases() == ["parent_not_found"]
    assert world.changed().is_empty

"""A dispute from its opening to its end, and what of it reaches the books."""

from __future__ import annotations

import pytest

from tests.walks.world import World

pytestmark = pytest.mark.walk

PAID = [("10432", "2026-11-20", "740.0000")]
TAKEN_BACK = [*PAID, ("10432", "2026-12-03", "-740.0000")]
PAID_LINES = [
    ("2026-11-20", "1105-00", "740.0000"),
    ("2026-11-20", "1200-00", "-740.0000"),
]
BACK_LINES = [
    *PAID_LINES,
    ("2026-12-03", "1200-00", "740.0000"),
    ("2026-12-03", "1105-00", "-740.0000"),
]
OPEN_AGAIN = {
    "receipts": TAKEN_BACK,
    "distribution": BACK_LINES,
    "invoices": [("10432", "dtepaid - → 2026-11-20")],
    "customers": [("ACME01",)],
}


@pytest.fixture
def paid(world: World) -> str:
    """A settled payment of 740.00 for invoice 10432, posted in November."""
    paid = world.pay(amount="740.00", invoice_id="10432", customer_id="ACME01", state="settled")
    world.notify(paid)
    world.work()
    return paid


def _states(world: World) -> list[tuple[str, str, str]]:
    return [(one["kind"], one["state"], one["reason"]) for one in world.effects()]


def test_a_dispute_takes_the_receipt_back_and_a_won_one_puts_the_payment_there_again(
    world: World, paid: str
) -> None:
    told = world.chargeback(paid, "opened", on="2026-12-03", fee="15.00")
    assert (told.new, told.known, told.problems) == (1, 0, ())
    assert _states(world) == [
        ("sale", "reversed", ""),
        ("chargeback", "posted", ""),
        ("fee", "waiting_mapping", "journal_missing"),
    ]
    assert world.in_sage() == OPEN_AGAIN
    assert world.effect("CB-77", "fee").sentence == (
        "The chargeback fee of 15.00 USD is a journal of its own, without a receipt. Posting to "
        "this Sage company has no way to write such a journal yet, so the fee waits."
    )

    world.chargeback(paid, "won", on="2026-12-17", fee="15.00")
    assert _states(world) == [
        ("sale", "reversed", ""),
        ("chargeback", "reversed", ""),
        ("fee", "waiting_mapping", "journal_missing"),
        ("chargeback_won", "posted", ""),
    ]
    assert world.in_sage() == {
        "receipts": [*TAKEN_BACK, ("10432", "2026-12-17", "740.0000")],
        "distribution": [
            *BACK_LINES,
            ("2026-12-17", "1105-00", "740.0000"),
            ("2026-12-17", "1200-00", "-740.0000"),
        ],
        "invoices": [
            ("10432", "balance 740.0000 → -", "dtepaid - → 2026-12-17", "paidamt - → 740.0000")
        ],
        "customers": [("ACME01", "balance 2780.9400 → 2040.9400")],
    }
    assert world.ledger() == [
        ("1105-00", "740.00", "0.00"),
        ("1200-00", "0.00", "740.00"),
        ("1105-00", "0.00", "740.00"),
        ("1200-00", "740.00", "0.00"),
        ("1200-00", "0.00", "740.00"),
        ("1105-00", "740.00", "0.00"),
    ]

    refunded = _refund(world, paid)
    assert world.effect(refunded, "refund").state == "posted"
    assert world.effect("CB-77", "chargeback_won").state == "reversed"
    assert world.in_sage()["customers"] == [("ACME01",)]


def test_a_lost_dispute_leaves_the_invoice_open_however_often_and_in_which_order_it_is_told(
    world: World, paid: str
) -> None:
    world.chargeback(paid, "lost", on="2026-12-03")
    ended = [
        ("sale", "reversed", ""),
        ("chargeback", "posted", ""),
        ("chargeback_lost", "noted", "dispute_lost"),
    ]
    assert _states(world) == ended
    assert world.in_sage() == OPEN_AGAIN

    assert world.chargeback(paid, "opened", on="2026-12-02").new == 1
    again = world.chargeback(paid, "lost", on="2026-12-03")
    assert (again.new, again.known) == (0, 1)
    assert _states(world) == ended
    assert world.in_sage() == OPEN_AGAIN

    won = world.chargeback(paid, "won", on="2026-12-18")
    assert [(one.field, one.sentence) for one in won.problems] == [
        ("1, state", "Case 77 was lost, so it cannot be won too.")
    ]
    other = world.chargeback("999", "opened", on="2026-12-18")
    assert [(one.field, one.sentence) for one in other.problems] == [
        (
            "1, payment",
            (
                "Payment 999 is not known here. Check the number, or read its days from PayTrace "
                "first."
            ),
        )
    ]
    assert _states(world) == ended


def test_a_refund_beside_a_chargeback_gives_back_twice_and_asks_a_person(
    world: World, paid: str
) -> None:
    world.chargeback(paid, "opened", on="2026-12-03")
    assert world.effect(_refund(world, paid), "refund").state == "parked"
    assert world.open_cases() == ["over_reversed"]
    assert world.in_sage() == OPEN_AGAIN


def _refund(world: World, paid: str) -> str:
    made = world.simulator.control("refund", account=world.account, transaction_id=paid)
    refunded = str(made["transaction_id"])
    world.notify(refunded)
    world.work()
    return refunded

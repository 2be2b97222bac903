"""A dispute from its opening to its end, and what of it reaches the books."""

from __future__ import annotations

import pytest

from integrations.canonical.posting import PostingKind
from integrations.posting import invariants
from tenants.scope import tenant_transaction
from tests.walks.world import RULES, World

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


FEE_LINES = [("2026-12-03", "6100-00", "15.0000"), ("2026-12-03", "1010-00", "-15.0000")]


@pytest.fixture
def paid(world: World) -> str:
    """A settled payment of 740.00 for invoice 10432, posted in November."""
    paid = world.pay(amount="740.00", invoice_id="10432", customer_id="ACME01", state="settled")
    world.notify(paid)
    world.work()
    return paid


_ALL = frozenset(PostingKind)


def _in_sage(world: World) -> dict[str, list[tuple[str, ...]]]:
    """The lines of one entry by date, account and amount: Sage keeps no order within one."""
    found = world.in_sage()
    return {**found, "distribution": sorted(found["distribution"])}


def _hold(world: World) -> None:
    with tenant_transaction(world.tenant.id):
        assert invariants.breaks() == []
        assert invariants.conservation(world.environment_id).holds


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
        ("fee", "noted", "with_chargeback"),
    ]
    assert _in_sage(world) == {**OPEN_AGAIN, "distribution": sorted([*BACK_LINES, *FEE_LINES])}
    opened = world.effect("CB-77", "chargeback")
    assert opened.sage_reference == f"Chargeback {opened.marker} on document 10432"
    assert world.effect("CB-77", "fee").sentence == (
        "The chargeback fee of 15.00 USD stands in Sage with its chargeback: "
        f"{opened.sage_reference}."
    )

    world.chargeback(paid, "won", on="2026-12-17", fee="15.00")
    assert _states(world) == [
        ("sale", "reversed", ""),
        ("chargeback", "reversed", ""),
        ("fee", "noted", "with_chargeback"),
        ("chargeback_won", "posted", ""),
    ]
    assert _in_sage(world) == {
        "receipts": [*TAKEN_BACK, ("10432", "2026-12-17", "740.0000")],
        "distribution": sorted(
            [
                *BACK_LINES,
                *FEE_LINES,
                ("2026-12-17", "1105-00", "740.0000"),
                ("2026-12-17", "1200-00", "-740.0000"),
            ]
        ),
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
        ("6100-00", "15.00", "0.00"),
        ("1010-00", "0.00", "15.00"),
        ("1200-00", "0.00", "740.00"),
        ("1105-00", "740.00", "0.00"),
    ]

    refunded = _refund(world, paid)
    assert world.effect(refunded, "refund").state == "posted"
    assert world.effect("CB-77", "chargeback_won").state == "reversed"
    assert world.in_sage()["customers"] == [("ACME01",)]
    _hold(world)


def test_a_fee_is_a_journal_of_its_own_where_it_is_told_late_or_booked_apart(
    world: World, paid: str
) -> None:
    world.let_post(*_ALL - {PostingKind.CHARGEBACK})
    world.chargeback(paid, "opened", on="2026-12-03", fee="15.00")
    assert _states(world) == [
        ("sale", "reversed", ""),
        ("chargeback", "posted", ""),
        ("fee", "posted", ""),
    ]
    assert _in_sage(world) == {**OPEN_AGAIN, "distribution": sorted([*BACK_LINES, *FEE_LINES])}
    fee = world.effect("CB-77", "fee")
    assert fee.sage_reference == f"Fee {fee.marker} in the GL distribution"
    # They are told in one moment, so either may be posted first.
    assert sorted(world.ledger()[2:]) == [
        ("1010-00", "0.00", "15.00"),
        ("1105-00", "0.00", "740.00"),
        ("1200-00", "740.00", "0.00"),
        ("6100-00", "15.00", "0.00"),
    ]

    world.chargeback(paid, "won", on="2026-12-17")
    assert _states(world)[1:] == [
        ("chargeback", "reversed", ""),
        ("fee", "posted", ""),
        ("chargeback_won", "posted", ""),
    ]
    _hold(world)


def test_a_fee_that_no_rule_gives_an_account_for_waits_alone_and_holds_up_nothing(
    world: World, paid: str
) -> None:
    world.publish_rules(RULES[:4])
    world.chargeback(paid, "opened", on="2026-12-03", fee="15.00")
    assert _states(world) == [
        ("sale", "reversed", ""),
        ("chargeback", "posted", ""),
        ("fee", "waiting_mapping", "account_missing"),
    ]
    assert world.in_sage() == OPEN_AGAIN
    world.publish_rules(RULES)
    assert _states(world)[2] == ("fee", "posted", "")
    assert _in_sage(world) == {**OPEN_AGAIN, "distribution": sorted([*BACK_LINES, *FEE_LINES])}
    _hold(world)


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

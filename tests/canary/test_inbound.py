"""A card number in what PayTrace, an acquirer or Sage tells us: kept nowhere, and carried from none
of them into another."""

from __future__ import annotations

import json

import psycopg
import pytest

from integrations.sagepro.sample.books import books
from tests.canary.cards import Cards
from tests.canary.kept import leaks
from tests.canary.planting_gateway import Planting, planting
from tests.canary.sage_planting import plant_in_sql
from tests.canary.walked import Keeping, keeping, new_in_sage, turn_to
from tests.walks import provider as providers
from tests.walks.conftest import company_template, make_shelf, shelf, simulator, world
from tests.walks.world import World

__all__ = ["company_template", "keeping", "make_shelf", "shelf", "simulator", "world"]
pytestmark = pytest.mark.walk

ROWS = 60


@pytest.mark.parametrize("path", ["polled", "told by notices"])
def test_no_answer_of_paytrace_brings_one_in_or_into_sage(
    world: World, cards: Cards, keeping: Keeping, path: str
) -> None:
    with keeping() as kept:
        hand = Planting(cards, also=("description",))
        world.map_comment_to_the_description()
        paid = [
            world.pay(
                amount=f"{1 + number / 100:.2f}", invoice_id="10432", customer_id="ACME01",
                description="Tools", customer_name="Acme", email="ap@acme.example",
                discretionary_data={"note": "x"}, customer_reference_id="PO 1",
            )
            for number in range(ROWS)
        ]  # fmt: skip
        with planting(world.simulator.url, hand) as url:
            turn_to(world, url)
            if path == "polled":
                world.poll_now()
            else:
                for one in paid:
                    world.notify(one)
                world.work()
            world.wait_over()
        assert kept() == []
        assert leaks("Sage", new_in_sage(world), cards) == []
        posted = [one for one in world.effects() if one["state"] == "posted"]
        assert len(posted) > ROWS // 4
        assert b"[PAN" in new_in_sage(world)
        assert len(hand.places) > 15


def test_no_case_of_an_acquirer_brings_one_in(world: World, cards: Cards, keeping: Keeping) -> None:
    with keeping() as kept:
        provider = providers.connect(world)
        payment = world.pay(amount="740.00", invoice_id="10432", state="settled")
        world.notify(payment)
        world.work()
        fields = {
            "payment_id": payment, "status": "opened", "amount": "7.40", "currency": "USD",
            "opened_on": "2026-11-19", "decided_on": "2026-11-20", "fee": "15.00",
            "reason": "Fraud", "respond_by": "2026-12-08",
        }  # fmt: skip
        for number, name in enumerate(fields):
            for form, text in enumerate(
                (cards.card(f"a case's {name}"), cards.text(f"its {name}"))
            ):
                provider.tell(f"CASE-{number}-{form}", **{**fields, name: text})
        provider.tell(cards.card("a case's number"), **fields)
        provider.tell("CASE-fine", **fields)
        provider.look()
        world.wait_over()
        assert kept() == []
        assert leaks("Sage", new_in_sage(world), cards) == []
        assert provider.looks()[-1][1] == 2 * len(fields) + 2
        assert world.open_cases()


def test_nothing_that_stands_in_sage_is_read_into_tieout(
    world: World, cards: Cards, keeping: Keeping
) -> None:
    """A card number in every text column that is wide enough, and what we then write of it."""
    with keeping() as kept:
        columns = plant_in_sql(world.sage_dsn, cards)
        assert len(columns) > 40
        world.before = books(world.sage_dsn)
        world.test_company()
        for invoice, amount in (("10432", "740.00"), ("10217", "1.00"), ("nowhere", "2.00")):
            world.pay(amount=amount, invoice_id=invoice, customer_id="ACME01", customer_name="Acme")
        world.poll()
        gone = world.pay(amount="3.00", invoice_id="10432", state="settled")
        world.poll()
        world.pay(amount="3.00", type="refund", original_transaction_id=gone)
        world.poll()
        assert kept() == []
        ours = {table: rows for table, rows in world.changed().added.items() if table == "ptpost"}
        assert ours
        assert leaks("our side table", json.dumps(ours).encode(), cards) == []


def test_what_is_put_into_a_row_of_sage_is_found(world: World, cards: Cards) -> None:
    """The control: the search of the books finds what somebody put there past us."""
    with psycopg.connect(world.sage_dsn, autocommit=True) as sage:
        sage.execute("UPDATE armast SET paystat = %s WHERE trim(invno) = '10432'",
                     [cards.card("a status")])  # fmt: skip
    assert leaks("Sage", new_in_sage(world), cards) == [
        "Sage: Visa …1111, plain, planted in a status"
    ]

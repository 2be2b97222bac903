"""What a wish must and must not hold, and when plans charge."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from integrations.canonical.money import Money
from integrations.canonical.transactions import PaymentMethod
from integrations.instructions.calendar import next_dates, runs_until
from integrations.instructions.kinds import Kind
from integrations.instructions.wishes import Wish, problems
from integrations.paytrace.recurring import Frequency
from tenants.ids import new_id

TODAY = date(2026, 11, 20)
CHARGE = Wish(Kind.CHARGE, amount=Money(Decimal(10), "USD"), vault_id="ACME01")
CARD = Wish(Kind.UPDATE_CUSTOMER, vault_id="ACME01", name="Acme", expiry_month=11, expiry_year=2026)
PLAN = Wish(
    Kind.PLAN_CREATE,
    amount=Money(Decimal(10), "USD"),
    vault_id="ACME01",
    method=PaymentMethod.ACH,
    frequency=Frequency.MONTHLY,
    start_on=date(2026, 12, 1),
    total_count=3,
)


@pytest.mark.parametrize(
    ("wish", "field", "sentence"),
    [
        (replace(CHARGE, amount=None), "amount", "‘Charge’ needs an amount."),
        (
            replace(CHARGE, amount=Money(Decimal(0), "USD")),
            "amount",
            "The amount 0.00 USD is not above zero.",
        ),
        (
            replace(CHARGE, vault_id=""),
            "vault_id",
            (
                "‘Charge’ needs a stored payment method, or an earlier payment whose card is "
                "charged again."
            ),
        ),
        (
            replace(CHARGE, transaction_id="79388123"),
            "transaction_id",
            "What to charge is named twice: a stored payment method and a payment.",
        ),
        (
            replace(CHARGE, vault_id="", transaction_id="79388123", method=PaymentMethod.ACH),
            "transaction_id",
            "A bank payment is charged to a stored payment method only.",
        ),
        (
            replace(PLAN, start_on=date(9999, 12, 31)),
            "start_on",
            "A recurring payment cannot begin after 31 December 2199.",
        ),
        (replace(CHARGE, plan_id=new_id()), "plan_id", "‘Charge’ takes no plan id."),
        (
            replace(CHARGE, description="4012 0000 9876 5439"),
            "description",
            "The description looks like a card number, and those never enter Tieout.",
        ),
        (
            replace(CHARGE, invoice_number="1" * 21),
            "invoice_number",
            "The invoice number is longer than 20 characters.",
        ),
        (
            replace(CHARGE, customer_number="A\nB"),
            "customer_number",
            "The customer number holds characters that cannot be printed.",
        ),
        (
            replace(PLAN, start_on=TODAY),
            "start_on",
            "A recurring payment cannot begin on 20 November 2026: that is not after today.",
        ),
        (
            replace(PLAN, total_count=999),
            "total_count",
            "A plan makes 1 to 998 payments, or has no end.",
        ),
        (replace(CHARGE, city="Reno"), "city", "‘Charge’ takes no city."),
        (
            Wish(Kind.UPDATE_CUSTOMER, vault_id="ACME01", customer_number="ACME01"),
            "vault_id",
            "Nothing of the payment method would change.",
        ),
        (
            replace(CARD, vault_id=""),
            "vault_id",
            "‘Change payment method’ needs a stored payment method.",
        ),
        (replace(CARD, country="U1"), "country", "‘U1’ is no country’s code of two letters."),
        (replace(CARD, expiry_month=None), "expiry_month", "A card ends in a month and a year."),
        (replace(CARD, expiry_year=None), "expiry_year", "A card ends in a month and a year."),
        (replace(CARD, expiry_month=13), "expiry_month", "13 is no month."),
        (
            replace(CARD, expiry_month=10, expiry_year=2026),
            "expiry_year",
            "A card that ends in 10/2026 cannot be charged.",
        ),
        (
            replace(CARD, expiry_year=28),
            "expiry_year",
            "A card that ends in 11/28 cannot be charged.",
        ),
        (
            replace(CARD, phone="4012000098765439"),
            "phone",
            "The phone looks like a card number, and those never enter Tieout.",
        ),
        (
            Wish(Kind.PLAN_CHANGE, plan_id=new_id()),
            "plan_id",
            "Nothing of the plan would change.",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_field(wish: Wish, field: str, sentence: str) -> None:
    assert [(one.field, one.sentence) for one in problems(wish, today=TODAY)] == [(field, sentence)]


@pytest.mark.parametrize("wish", [CHARGE, PLAN, CARD, Wish(Kind.PLAN_PAUSE, plan_id=new_id())])
def test_a_wish_comes_back_as_it_was_frozen(wish: Wish) -> None:
    assert problems(wish, today=TODAY) == []
    assert Wish.from_json(wish.as_json()) == wish
    assert Wish.from_json(wish.as_json()).digest == wish.digest
    assert replace(wish, email="other").digest != wish.digest


def test_months_keep_the_day_where_they_have_it() -> None:
    start = date(2027, 1, 31)
    found = next_dates(Frequency.MONTHLY, start=start, after=TODAY, left=None, most=4)
    assert found == [date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30)]
    assert runs_until(Frequency.MONTHLY, start=start, until=date(2027, 3, 30)) == 2


def test_a_plan_ends_after_its_last_payment() -> None:
    start = date(2026, 11, 13)
    found = next_dates(Frequency.WEEKLY, start=start, after=TODAY, left=4)
    assert found == [date(2026, 11, 27), date(2026, 12, 4)]
    twice = next_dates(
        Frequency.FIRST_AND_FIFTEENTH, start=date(2026, 12, 1), after=TODAY, left=None, most=3
    )
    assert twice == [date(2026, 12, 1), date(2026, 12, 15), date(2027, 1, 1)]

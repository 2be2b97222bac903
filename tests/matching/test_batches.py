"""A batch beside our transactions of it: where they differ, to the cent and in words."""

from __future__ import annotations

from decimal import Decimal

import pytest

from integrations.canonical.transactions import PartKind, PaymentMethod
from integrations.matching.batches import Member, Totals, difference
from tests.canonical.payments import usd


def sale(amount: str, *, booked: str = "") -> Member:
    return Member(
        "7", usd(amount), kind=PartKind.SALE, method=PaymentMethod.CARD, record={},
        booked={"1010": Decimal(booked)} if booked else {},
    )  # fmt: skip


def refund(amount: str) -> Member:
    return Member("8", usd(amount), kind=PartKind.REFUND, method=PaymentMethod.CARD, record={})


def returned(amount: str) -> Member:
    return Member("9", usd(amount), kind=PartKind.RETURN, method=PaymentMethod.ACH, record={})


def told(count: int, sales: str, refunds: str) -> Totals:
    return Totals(count, usd(sales) - usd(refunds), usd(sales), usd(refunds))


@pytest.mark.parametrize(
    ("batch", "ours", "says"),
    [
        (told(2, "100.00", "40.00"), [sale("100.00", booked="100.00"), refund("40.00")], ""),
        (Totals(1, usd("100.00")), [sale("100.00")], ""),
        (
            Totals(1, usd("100.01")),
            [sale("100.00")],
            (
                "PayTrace tells 1 transaction over 100.01 USD; we know 1 transaction over 100.00 "
                "USD (sales 100.00 USD, refunds 0.00 USD). The difference is 0.01 USD."
            ),
        ),
        (
            told(1, "100.00", "0.00"),
            [sale("100.00"), refund("40.00")],
            (
                "PayTrace tells 1 transaction over 100.00 USD (sales 100.00 USD, refunds 0.00 "
                "USD); we know 2 transactions over 60.00 USD (sales 100.00 USD, refunds 40.00 "
                "USD). The difference is 40.00 USD: refunds of 40.00 USD that PayTrace does not "
                "count."
            ),
        ),
        (
            told(2, "140.00", "40.00"),
            [sale("100.00")],
            (
                "PayTrace tells 2 transactions over 100.00 USD (sales 140.00 USD, refunds 40.00 "
                "USD); we know 1 transaction over 100.00 USD (sales 100.00 USD, refunds 0.00 "
                "USD). The difference is 0.00 USD: sales of 40.00 USD that we do not know; "
                "refunds of 40.00 USD that we do not know."
            ),
        ),
        (
            Totals(2, usd("58.15"), fees=usd("1.85")),
            [sale("100.00"), refund("40.00")],
            "",
        ),
        (
            Totals(2, usd("98.15"), fees=usd("1.85")),
            [sale("100.00"), returned("40.00")],
            (
                "PayTrace tells 2 transactions over 98.15 USD after fees of 1.85 USD; we know 2 "
                "transactions over 60.00 USD (sales 100.00 USD, refunds 0.00 USD, returns 40.00 "
                "USD). The difference is 40.00 USD."
            ),
        ),
        (
            told(1, "100.00", "0.00"),
            [sale("100.00", booked="90.00")],
            "Transaction 7 was settled over 100.00 USD, and 90.00 of it stands in Sage.",
        ),
    ],
)
def test_the_difference_is_told_to_the_cent(batch: Totals, ours: list[Member], says: str) -> None:
    assert difference(batch, ours) == says

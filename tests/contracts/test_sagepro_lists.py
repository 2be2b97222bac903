"""Beside payments, read: orders, items, quantities, lists, and rows flagged in Sage."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest

from integrations.canonical.flagged import FlaggedKind, FlaggedRow
from integrations.canonical.posting import PostingOutcome
from integrations.canonical.stock import Item, OrderLine, OrderStatus, SalesOrder, Stock
from integrations.sagepro.connector import Connector
from tests.sagepro.any_company import AnyCompany, Everything
from tests.sagepro.flagged import flag
from tests.sagepro.postings import receipt

DAY = date(2026, 11, 20)
CARD = "4111 1111 1111 1111"


def test_an_order_is_read_with_its_lines(books: Everything) -> None:
    assert books.orders_by_number(["  7402", "6990", "", "99"]) == [
        SalesOrder(
            number="7402",
            customer_number="ADLER1",
            order_date=date(2026, 11, 14),
            open_amount=Decimal("430.0000"),
            shipped_amount=Decimal(0),
            currency="USD",
            status=OrderStatus.OPEN,
            lines=(
                OrderLine(
                    1, "VLV-075", Decimal(5), Decimal(0), Decimal(42), "Gate valve 3/4 in", "MAIN"
                ),
                OrderLine(2, "LABOR", Decimal(2), Decimal(0), Decimal(95), "Labor"),
            ),
            customer_po="PO-7402",
        ),
        SalesOrder(
            number="6990",
            customer_number="CASCAD",
            order_date=date(2026, 5, 4),
            open_amount=Decimal(0),
            shipped_amount=Decimal(126),
            currency="USD",
            status=OrderStatus.CLOSED,
            lines=(
                OrderLine(
                    1, "VLV-075", Decimal(0), Decimal(3), Decimal(42), "Gate valve 3/4 in", "MAIN"
                ),
            ),
            is_history=True,
        ),
    ]
    assert [one.number for one in books.open_orders("ACME01")] == ["7401", "7403"]
    assert books.orders_by_number([]) == []


def test_a_card_number_in_an_order_never_comes_out(company: AnyCompany, books: Everything) -> None:
    company.change("somast", {"sono": "7402"}, ponum=CARD)
    company.change("sotran", {"sono": "7402", "tranlineno": 2}, descrip=f"card {CARD}")
    company.change("icitem", {"item": "LABOR"}, itmdesc=CARD)
    (order,) = books.orders_by_number(["7402"])
    (item,) = books.items(["LABOR"])
    assert (order.customer_po, order.lines[1].description, item.description) == (
        "[PAN …1111]",
        "card [PAN …1111]",
        "[PAN …1111]",
    )


def test_items_and_quantities_are_read_by_location(books: Everything) -> None:
    assert books.items(["VLV-075", "NONE", " "]) == [
        Item("VLV-075", "Gate valve 3/4 in", Decimal(42))
    ]
    found = books.stock(["BRG-6204", "LABOR"])
    assert found == [
        Stock("BRG-6204", "EAST", Decimal(1), Decimal(0)),
        Stock("BRG-6204", "MAIN", Decimal(120), Decimal(20)),
    ]
    assert [one.available for one in found] == [Decimal(1), Decimal(100)]
    assert books.items([]) == []
    assert books.stock([""]) == []


def test_receipts_are_listed_by_day_history_included(sage: Connector, books: Everything) -> None:
    assert sage.post_if_absent(receipt()).outcome is PostingOutcome.POSTED
    today = books.receipts_between(first=DAY, last=DAY)
    assert receipt().marker in [one.reference for one in today]
    assert {one.paid_date for one in today} == {DAY}
    everything = books.receipts_between(first=date(2026, 1, 1), last=DAY)
    assert len(everything) == 218
    assert Counter(one.is_history for one in everything) == {False: 158, True: 60}
    days = [one.paid_date or DAY for one in everything]
    assert days == sorted(days)
    assert books.receipts_between(first=date(2031, 1, 1), last=date(2031, 1, 2)) == []


def test_customers_are_paged_and_found_by_when_they_changed(
    company: AnyCompany, books: Everything
) -> None:
    numbers: list[str] = []
    while page := books.customers_after(number=numbers[-1] if numbers else "", limit=15):
        numbers += [one.number for one in page]
        assert len(page) <= 15
    assert len(numbers) == len(set(numbers)) == 40
    assert books.customers_changed_since(DAY) == []
    company.change("arcust", {"custno": "ACME01"}, lckdate=DAY)
    company.change("arcust", {"custno": "ADLER1"}, lckdate=date(2026, 11, 19))
    assert [one.number for one in books.customers_changed_since(DAY)] == ["ACME01"]


@pytest.mark.machine("Rows are flagged for a program, which writes its answers into them.")
def test_flagged_rows_are_read_typed_by_page(company: AnyCompany, books: Everything) -> None:
    flag(company, reqno="2", reqkind="plan", planfreq="MONTHLY", planstrt=date(2026, 12, 15),
         plancnt=6, vaultid="ACME01", reqamt=Decimal(99), currency="USD")  # fmt: skip
    flag(company, reqno="1", custno="ACME01", invno="     10432", reqamt=Decimal(740),
         reqdesc=f"card {CARD}", reqgen=3)  # fmt: skip
    flag(company, reqno="3", reqkind="LUNCH", lckstat="Y")
    flag(company, reqno="4", reqflag="")
    first, second = books.flagged_rows(after="", limit=2)
    assert first == FlaggedRow(
        number="1",
        generation=3,
        kind=FlaggedKind.CHARGE,
        kind_word="CHARGE",
        amount=Decimal("740.0000"),
        currency="USD",
        customer_number="ACME01",
        invoice_number="10432",
        description="card [PAN …1111]",
        holds_card=True,
    )
    assert second == FlaggedRow(
        number="2",
        generation=0,
        kind=FlaggedKind.PLAN_CREATE,
        kind_word="plan",
        amount=Decimal("99.0000"),
        currency="USD",
        vault_id="ACME01",
        frequency="MONTHLY",
        start_on=date(2026, 12, 15),
        count=6,
    )
    (third,) = books.flagged_rows(after="2", limit=2)
    assert (third.number, third.kind, third.kind_word, third.is_locked) == (
        "3",
        None,
        "LUNCH",
        True,
    )

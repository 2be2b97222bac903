"""The list of payments: found by what people know, paged while payments arrive, safe as a file."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.web.forms.payments import read_place
from portal.web.spreadsheet import safe
from tenants.scope import tenant_transaction
from tests import factories
from tests.factories import Books
from tests.portal.web.reading import text_of

_NAME = re.compile(r"(Customer \d+)")


def _names(html: bytes) -> list[str]:
    return list(dict.fromkeys(_NAME.findall(html.decode())))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=INV-2", ["Customer 2"]),
        ("q=customer 3", ["Customer 3"]),
        ("q=1,002.00", ["Customer 2"]),
        ("q=1002", ["Customer 2"]),
        ("q=9003", ["Customer 3"]),
        ("q=OK2", ["Customer 2"]),
        ("state=posted", ["Customer 1"]),
        ("state=waiting", ["Customer 2"]),
        ("kind=refund", ["Customer 3"]),
        ("found_by=sync", ["Customer 2"]),
        ("q=nobody", []),
        ("state=made-up&kind=none", ["Customer 3", "Customer 2", "Customer 1"]),
    ],
)
def test_payments_are_found_by_what_people_know(
    alice: Client, books: Books, query: str, found: list[str]
) -> None:
    with tenant_transaction(books.tenant.id):
        for number, values in (
            (1, {"state": "posted"}),
            (2, {"state": "waiting_erp", "found_by": "sync"}),
            (3, {"kind": "refund"}),
        ):
            factories.effect(
                books,
                customer_name=f"Customer {number}",
                invoice_reference=f"INV-{number}",
                amount=Decimal(1000 + number),
                last_four=f"900{number}",
                approval_code=f"OK{number}",
                occurred_at=timezone.now() + timedelta(seconds=number),
                **values,
            )
    page = alice.get(f"/t/{books.tenant.slug}/payments/?{query}")
    assert _names(page.content) == found


def test_pages_hold_every_payment_once_though_more_arrive(alice: Client, books: Books) -> None:
    same_moment = timezone.now()
    with tenant_transaction(books.tenant.id):
        for number in range(120):
            factories.effect(books, customer_name=f"Customer {number}", occurred_at=same_moment)
    address: str | None = f"/t/{books.tenant.slug}/payments/"
    seen: list[str] = []
    while address:
        html = alice.get(address).content
        seen += _names(html)
        with tenant_transaction(books.tenant.id):
            factories.effect(books, customer_name="Late one")
        older = re.search(r'rel="next" href="([^"]+)"', html.decode())
        base = f"/t/{books.tenant.slug}/payments/"
        address = base + older.group(1).replace("&amp;", "&") if older else None
    assert sorted(seen) == sorted(f"Customer {number}" for number in range(120))


def test_a_place_that_cannot_be_read_shows_the_first_page() -> None:
    for word in ("", "x", "MjAyNi0xMS0yMCBub3BlCg", "%00", "é"):
        assert read_place(word) is None


def test_days_are_whole_days_of_the_company(alice: Client, books: Books) -> None:
    with tenant_transaction(books.tenant.id):
        # 23:30 Pacific on the 19th is the 20th at Greenwich.
        factories.effect(
            books, customer_name="Customer 1", occurred_at=factories.at("2026-11-20 07:30")
        )
        factories.effect(
            books, customer_name="Customer 2", occurred_at=factories.at("2026-11-20 08:30")
        )
    page = alice.get(f"/t/{books.tenant.slug}/payments/?from=2026-11-19&to=2026-11-19")
    assert _names(page.content) == ["Customer 1"]


def test_no_cell_of_the_file_is_a_formula(alice: Client, books: Books) -> None:
    with tenant_transaction(books.tenant.id):
        factories.effect(
            books,
            customer_name='=HYPERLINK("https://evil.example")',
            invoice_reference="@SUM(A1)",
            kind="refund",
            amount=Decimal("120.50"),
        )
    page = alice.get(f"/t/{books.tenant.slug}/payments.csv")
    _, row = csv.reader(io.StringIO(page.content.decode("utf-8-sig")))
    assert row[2:7] == [
        '\'=HYPERLINK("https://evil.example")',
        "ACME01",
        "'@SUM(A1)",
        "-120.50",
        "USD",
    ]
    assert [safe(text) for text in ("+1", "-1", "\t=1", "\r=1", "a=1")] == [
        "'+1", "'-1", "'\t=1", "'\r=1", "a=1",
    ]  # fmt: skip


def test_a_payment_that_went_back_in_part_says_so_in_the_list(alice: Client, books: Books) -> None:
    with tenant_transaction(books.tenant.id):
        paid = factories.posted(books, amount=Decimal("740.00"))
        for amount, state in (("100.00", "posted"), ("25.50", "waiting_erp"), ("9", "dismissed")):
            factories.effect(
                books, kind="refund", parent=paid, amount=Decimal(amount), state=state
            )  # fmt: skip
        whole = factories.posted(books, amount=Decimal("60.00"), state="reversed")
        factories.effect(books, kind="refund", parent=whole, amount=Decimal(60), state="posted")
    shown = text_of(alice.get(f"/t/{books.tenant.slug}/payments/?kind=sale"))
    assert "Posted 125.50 USD went back" in shown
    assert "60.00 USD went back" not in shown


def test_a_long_list_asks_no_more_queries_than_a_short_one(alice: Client, books: Books) -> None:
    with tenant_transaction(books.tenant.id):
        for _ in range(3):
            factories.parked(books)
            factories.effect(books)
    pages = ("", "payments/", "exceptions/", "connections/", "members/")
    alice.get(f"/t/{books.tenant.slug}/payments/")
    counts = {page: _queries(alice, f"/t/{books.tenant.slug}/{page}") for page in pages}
    with tenant_transaction(books.tenant.id):
        for _ in range(10):
            factories.parked(books)
            factories.effect(books)
    again = {page: _queries(alice, f"/t/{books.tenant.slug}/{page}") for page in pages}
    assert again == counts
    assert counts == {"": 16, "payments/": 10, "exceptions/": 9, "connections/": 9, "members/": 10}


def _queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(address).status_code == 200
    return len(seen)

"""Payments as a program reads them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenants.scope import tenant_transaction
from tests import factories
from tests.portal.api.conftest import Program


def test_one_payment_is_told_whole(program: Program, books: factories.Books) -> None:
    with tenant_transaction(books.tenant.id):
        effect = factories.posted(books, occurred_at=factories.at("2026-11-20 14:05"))
    answer = program.get(f"payments/{effect.id}")
    told = answer.json()
    timeline = told.pop("timeline")
    assert answer.status_code == 200
    assert effect.posted_at is not None
    assert effect.accounting_date is not None
    posted_at = effect.posted_at.isoformat().replace("+00:00", "Z")
    reference = f"Receipt {effect.marker} on invoice 10432"
    assert told == {
        "id": str(effect.id),
        "kind": "sale",
        "state": "posted",
        "detailed_state": "posted",
        "sentence": "It stands in Sage and was read back.",
        "reason_code": "",
        "amount": "740.00",
        "currency": "USD",
        "occurred_at": "2026-11-20T14:05:00Z",
        "posted_at": posted_at,
        "accounting_date": effect.accounting_date.isoformat(),
        "found_by": "notice",
        "transaction_id": effect.transaction_id,
        "gateway_state": "pending_settlement",
        "invoice_reference": "INV-10432",
        "customer_number": "ACME01",
        "customer_name": "Acme Tools Inc.",
        "card_brand": "Visa",
        "last_four": "5454",
        "approval_code": "TAS123",
        "paytrace_connection_id": str(books.paytrace.id),
        "sage_connection_id": str(books.sage.id),
        "asked": None,
        "is_posted": True,
        "journal": [
            {
                "account": "1010",
                "debit": "740.00",
                "credit": "0.00",
                "memo": "",
                "reason": "Card clearing. By rule ‘Cards’.",
            },
            {
                "account": "1200",
                "debit": "0.00",
                "credit": "740.00",
                "memo": "",
                "reason": "Accounts receivable. By rule ‘AR’.",
            },
        ],
        "sage_receipt": {
            "reference": reference,
            "marker": effect.marker,
            "accounting_date": effect.accounting_date.isoformat(),
            "posted_at": posted_at,
        },
    }
    assert sorted(moment["stage"] for moment in timeline) == ["attempt", "fact", "ledger", "walk"]
    assert [moment["at"] for moment in timeline] == sorted(moment["at"] for moment in timeline)


def test_a_payment_says_who_asked_for_it(program: Program, books: factories.Books) -> None:
    with tenant_transaction(books.tenant.id):
        effect = factories.effect(books)
        one = factories.charged(books, effect)
    told = program.get(f"payments/{effect.id}").json()
    asked = told["asked"]
    assert asked.pop("asked_at") < asked.pop("decided_at")
    assert asked == {
        "instruction_id": str(one.id),
        "asked_by": "alice@acme.example",
        "decided_by": "carol@acme.example",
    }
    assert [
        (moment["title"], moment["sentence"])
        for moment in told["timeline"]
        if moment["stage"] == "instruction"
    ] == [
        ("Asked", "By alice@acme.example (a person): charge 740.00 USD."),
        ("Approved", "By carol@acme.example."),
    ]


def test_pages_hold_every_payment_once_newest_first(
    program: Program, books: factories.Books
) -> None:
    with tenant_transaction(books.tenant.id):
        same = factories.at("2026-11-20 10:00")
        moments = [same, same, same, same + timedelta(hours=1), same - timedelta(hours=1)]
        made = [str(factories.effect(books, occurred_at=at).id) for at in moments]
    seen: list[str] = []
    query: dict[str, object] = {"limit": 2}
    while True:
        page = program.get("payments", **query).json()
        seen += [payment["id"] for payment in page["payments"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert seen[0] == made[3]
    assert seen[-1] == made[4]
    assert sorted(seen) == sorted(made)


def test_filters_are_all_of_them_together(program: Program, books: factories.Books) -> None:
    with tenant_transaction(books.tenant.id):
        wanted = factories.parked(
            books, found_by="sync", occurred_at=factories.at("2026-11-18 20:00")
        ).effect
        factories.parked(books, found_by="sync", occurred_at=factories.at("2026-11-19 20:00"))
        factories.parked(books, occurred_at=factories.at("2026-11-18 20:00"))
        factories.effect(books, found_by="sync", occurred_at=factories.at("2026-11-18 20:00"))
    day = "2026-11-18"
    found = program.get(
        "payments",
        state="needs-you",
        kind="sale",
        found_by="sync",
        first_day=day,
        last_day=day,
        search="INV-10432",
    ).json()
    assert [payment["id"] for payment in found["payments"]] == [str(wanted.id)]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"state": "happy"}, "state"),
        ({"limit": "0"}, "limit"),
        ({"limit": "201"}, "limit"),
        ({"limit": "1e3"}, "limit"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"cursor": "////"}, "cursor"),
        ({"cursor": "ZnJvbXwx"}, "cursor"),
        ({"first_day": "yesterday"}, "first_day"),
        ({"last_day": "9999-12-31"}, "last_day"),
        ({"search": "a\x00b"}, "search"),
        ({"tenant": "1"}, "tenant"),
        ({"format": "xml"}, "format"),
        ({"limit": ["1", "2"]}, "limit"),
    ],
)
def test_a_wrong_filter_is_named(program: Program, query: dict[str, str], field: str) -> None:
    answer = program.get("payments", **query)
    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == field


def test_amounts_have_the_digits_of_their_currency(
    program: Program, books: factories.Books
) -> None:
    with tenant_transaction(books.tenant.id):
        factories.effect(books, amount=Decimal(1000), currency="JPY")
    assert program.get("payments").json()["payments"][0]["amount"] == "1000"


def test_a_long_list_asks_no_more_than_a_short_one(
    program: Program, books: factories.Books
) -> None:
    counts = []
    for _ in range(2):
        with tenant_transaction(books.tenant.id):
            for _ in range(5):
                factories.effect(books)
        program.get("payments")
        with CaptureQueriesContext(connection) as asked:
            program.get("payments")
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 8

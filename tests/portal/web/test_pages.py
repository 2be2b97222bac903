"""Every page answers, empty and filled, and says what it should."""

from __future__ import annotations

import pytest
from django.test import Client

from tenants.scope import tenant_transaction
from tests import factories
from tests.factories import Books

PAGES = [
    "",
    "live/",
    "payments/",
    "payments.csv",
    "charges/",
    "chargebacks.csv",
    "charges.csv",
    "charges/holds.csv",
    "charges/plans.csv",
    "charges/links.csv",
    "charges/new/",
    "charges/limits/",
    "charges/holds/",
    "charges/plans/",
    "charges/plans/new/",
    "charges/cards/",
    "charges/links/",
    "charges/links/new/",
    "charges/links/new-card/",
    "exceptions/",
    "connections/",
    "connections/add/paytrace/",
    "connections/add/sage-pro/",
    "connections/add/disputes/",
    "mapping/",
    "gl-rules/",
    "posting-policy/",
    "members/",
    "keys/",
]


@pytest.mark.parametrize("page", PAGES)
def test_every_page_answers_with_no_rows(alice: Client, books: Books, page: str) -> None:
    assert alice.get(f"/t/{books.tenant.slug}/{page}").status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_every_page_answers_with_rows(alice: Client, books: Books, page: str) -> None:
    with tenant_transaction(books.tenant.id):
        factories.posted(books)
        factories.parked(books)
        factories.effect(books, state="waiting_erp")
        factories.effect(books, kind="decline", gateway_state="declined", state="noted")
    assert alice.get(f"/t/{books.tenant.slug}/{page}").status_code == 200


def test_one_connection_and_one_payment_answer(alice: Client, books: Books) -> None:
    with tenant_transaction(books.tenant.id):
        paid = factories.posted(books)
        case = factories.parked(books)
    base = f"/t/{books.tenant.slug}"
    pages = [
        f"{base}/connections/{books.paytrace.id}/",
        f"{base}/connections/{books.sage.id}/",
        f"{base}/connections/{books.sage.id}/test-result/",
        f"{base}/payments/{paid.id}/",
        f"{base}/payments/{case.effect_id}/",
        *(
            f"{base}/exceptions/{case.id}/{offer}/"
            for offer in ("retry", "on_account", "choose_invoice", "dismiss")
        ),
        *(
            f"{base}/exceptions/{case.id}/{offer}/open-invoices/"
            for offer in ("on_account", "choose_invoice")
        ),
    ]
    assert {page: alice.get(page).status_code for page in pages} == dict.fromkeys(pages, 200)

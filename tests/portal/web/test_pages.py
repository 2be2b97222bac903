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
    "exceptions/",
    "connections/",
    "connections/add/paytrace/",
    "connections/add/sage-pro/",
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

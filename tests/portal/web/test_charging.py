"""Charging for an invoice: found in Sage, paid here already, more than is open of it."""

from __future__ import annotations

import html
import re
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from integrations.open_items.models import OpenItem, OpenItemsCopy
from tenants.scope import tenant_transaction
from tests import factories
from tests.factories import Books
from tests.portal.web.charges import allow, asked_rows, at, stored_card
from tests.portal.web.reading import text_of


def test_an_open_invoice_of_the_customer_fills_the_charge_in(alice: Client, books: Books) -> None:
    allow(books, alice)
    card = stored_card(books)
    page = at(books, "new/")
    assert "have not been read from Sage yet" in text_of(alice.get(f"{page}?find=ACME01"))
    assert "PayTrace keeps no card of ZENITH" in text_of(alice.get(f"{page}?find=ZENITH"))
    with tenant_transaction(books.tenant.id):
        OpenItemsCopy.objects.create(company=books.sage, complete_as_of=timezone.now())
        for number, customer in (("10432", "ACME01"), ("10999", "ZENITH")):
            OpenItem.objects.create(
                company=books.sage, leaf=0, customer_number=customer, number=number,
                amount=Decimal("2000.00"), balance=Decimal("1740.00"), currency="USD",
            )  # fmt: skip
    for query in ("find=1111", "find=acme01", f"method={card.id}"):
        shown = alice.get(f"{page}?{query}").content.decode()
        assert ("10432" in shown, "10999" in shown) == (True, False)
    chosen = re.search(r'href="(\?method=[^"]+)#ask"', shown)
    assert chosen is not None
    filled = alice.get(page + html.unescape(chosen[1])).content.decode()
    values = dict(re.findall(r'name="(\w+)" value="([^"]+)"', filled))
    assert (values["invoice_number"], values["amount"]) == ("10432", "1,740.00")
    assert f'value="{card.id}" selected' in filled
    assert "10432" not in alice.get(page).content.decode()


def _open_in_sage(books: Books, *, as_of: datetime, **balances: str) -> None:
    """Read from Sage then: what was open of each invoice, `i10432="740.00"`."""
    with tenant_transaction(books.tenant.id):
        OpenItemsCopy.objects.create(company=books.sage, complete_as_of=as_of)
        for name, balance in balances.items():
            OpenItem.objects.create(
                company=books.sage, leaf=0, customer_number="ACME01", number=name[1:],
                amount=Decimal("2000.00"), balance=Decimal(balance), currency="USD",
            )  # fmt: skip


def test_a_charge_that_may_be_a_mistake_is_made_only_by_somebody_who_is_sure(
    alice: Client, books: Books
) -> None:
    allow(books, alice)
    _open_in_sage(books, as_of=timezone.now() - timedelta(hours=9), i10432="740.00")
    sent = {"key": "k", "method": str(stored_card(books).id), "amount": "740.01"}
    page = at(books, "new/")
    assert "Charge it all the same" not in text_of(alice.get(page))
    more = text_of(alice.post(page, sent | {"invoice_number": "10432"}))
    assert "Of 10432 only 740.00 USD was open" in more
    assert "Charge it all the same" in more
    assert "10999 was not open in Sage Pro, company 01" in text_of(
        alice.post(page, sent | {"invoice_number": "10999"})
    )
    assert asked_rows(books) == []
    sure = sent | {"invoice_number": "10999", "is_sure": "on"}
    assert alice.post(page, sure).status_code == 302
    fits = sent | {"key": "k2", "invoice_number": "10432", "amount": "740.00"}
    assert alice.post(page, fits).status_code == 302
    none = sent | {"key": "k3", "amount": "10.00"}
    assert alice.post(page, none).status_code == 302
    assert [row[2] for row in asked_rows(books)] == [Decimal("740.01"), 740, 10]


@pytest.mark.parametrize(
    ("state", "is_told"), [("parked", True), ("posted", True), ("reversed", False)]
)
def test_an_invoice_that_was_paid_since_it_was_read_is_not_charged_again_unseen(
    alice: Client, books: Books, state: str, *, is_told: bool
) -> None:
    allow(books, alice)
    _open_in_sage(books, as_of=timezone.now() - timedelta(hours=9), i10432="740.00")
    with tenant_transaction(books.tenant.id):
        # Told with the code of our attempt behind the invoice's number.
        factories.posted(books, state=state, invoice_reference="10432-T5K2Q9ABCDE")
    page, card = at(books, "new/"), stored_card(books)
    listed = alice.get(f"{page}?method={card.id}").content.decode()
    assert ("Charge for it" in listed, "740.00" in listed) == (not is_told, True)
    links = alice.get(at(books, "links/new/?find=ACME01")).content.decode()
    assert ("Ask for it" in links) is not is_told
    sent = {"key": "k", "method": str(card.id), "amount": "740.00", "invoice_number": "10432"}
    told = text_of(alice.post(page, sent, follow=True))
    assert ("A payment of 740.00 USD for 10432 came" in told) is is_told
    assert len(asked_rows(books)) == (0 if is_told else 1)


def test_the_button_pressed_twice_asks_nobody_whether_they_are_sure(
    alice: Client, books: Books
) -> None:
    allow(books, alice)
    _open_in_sage(books, as_of=timezone.now() - timedelta(hours=9), i10432="740.00")
    card = stored_card(books)
    sent = {"key": "k", "method": str(card.id), "amount": "740.00", "invoice_number": "10432"}
    first = alice.post(at(books, "new/"), sent)
    with tenant_transaction(books.tenant.id):
        factories.posted(books, invoice_reference="10432")
    assert alice.post(at(books, "new/"), sent).headers["Location"] == first.headers["Location"]

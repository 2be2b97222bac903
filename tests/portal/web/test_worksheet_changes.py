"""The worksheet's other sections: records that a person keys, value by value."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from integrations.canonical.keyed_changes import ListedRow, Wanted
from integrations.canonical.stock import Allocation
from integrations.connections import worksheet_changes
from integrations.connections.models import WorksheetEntry
from integrations.connections.worksheet_changes import Asked, Kept
from integrations.sagepro.sample.profile import sample_profile
from tenants.scope import tenant_transaction
from tests.factories import Books
from tests.portal.web.reading import text_of
from tests.sagepro.orders import MORE_STOCK, NEW_CUSTOMER, NEW_ORDER, NEWCOMER, order

pytestmark = pytest.mark.usefixtures("db")


def _enter(
    books: Books, wanted: Wanted, rows: tuple[ListedRow, ...], *, number: str = ""
) -> WorksheetEntry:
    with tenant_transaction(books.tenant.id):
        books.sage.settings = {**books.sage.settings, "way": "assisted"}
        books.sage.save(update_fields=["settings"])
        asked = Asked.of(wanted, sample_profile().marker)
        return worksheet_changes.enter(asked, Kept(rows), number=number, company_id=books.sage.id)


@pytest.fixture
def customer(books: Books) -> WorksheetEntry:
    return _enter(books, NEWCOMER, NEW_CUSTOMER, number="ACME02")


def _url(books: Books, rest: str = "worksheet/") -> str:
    return f"/t/{books.tenant.slug}/{rest}"


def _do(client: Client, books: Books, entry: WorksheetEntry, **more: str) -> str:
    sent = {"company": str(books.sage.id), "entry": [str(entry.id)], "are": "changes", **more}
    return text_of(client.post(_url(books, "worksheet/do/"), sent, follow=True))


def _entry(books: Books) -> WorksheetEntry:
    with tenant_transaction(books.tenant.id):
        return WorksheetEntry.objects.get()


def test_a_new_customer_stands_in_a_section_of_its_own(
    alice: Client, books: Books, customer: WorksheetEntry
) -> None:
    shown = text_of(alice.get(_url(books)))
    for told in (
        "1 to key into Sage",
        "New customers",
        "Customer number ARCUST01.CUSTNO ACME02",
        "Name ARCUST01.COMPANY Acme Räder LLC",
        "ARCUST01.GLLINK AR",
    ):
        assert told in shown
    assert "Deposit of" not in shown
    day = text_of(alice.get(_url(books, "")))
    assert "1 entry waits for a person to key it into Sage." in day


def test_a_person_tells_the_number_it_got(
    alice: Client, books: Books, customer: WorksheetEntry
) -> None:
    field = f"number-{customer.id}"
    told = _do(alice, books, customer, what="keyed", **{field: "N" * 21})
    assert f"{'N' * 20} is no number in Sage." in told
    assert _entry(books).state == "waiting"
    assert "Looking for 1 entry in Sage." in _do(
        alice, books, customer, what="keyed", **{field: " RAEDER "}
    )
    found = _entry(books)
    assert (found.state, found.number, found.confirmed_by) == (
        "confirmed",
        "RAEDER",
        books.owner.email,
    )


def test_one_that_is_not_to_be_keyed_says_who_is_told(
    alice: Client, books: Books, customer: WorksheetEntry
) -> None:
    told = _do(alice, books, customer, what="take_off", reason="They pay cash")
    assert "Taken off: 1 entry. Whoever asked for it is told the reason." in told
    assert _entry(books).state == "taken_off"


def test_stock_says_what_it_is_now_and_asks_for_no_number(alice: Client, books: Books) -> None:
    _enter(books, Allocation("order:1:line:1", "BRG-6204", "MAIN", Decimal(4)), MORE_STOCK)
    page = alice.get(_url(books))
    shown = text_of(page)
    assert "Stock to allocate" in shown
    assert "Allocated to sales orders ICIQTY01.QSOALOC 24.000 instead of 20.000" in shown
    assert b'name="number-' not in page.content


def test_an_order_needs_the_number_that_sage_gave(alice: Client, books: Books) -> None:
    entry = _enter(books, order(), NEW_ORDER)
    shown = text_of(alice.get(_url(books)))
    for told in ("Sales orders", "Order shop:4711", "Line 1", "Open quantity SOTRAN01.QTYORD 4"):
        assert told in shown
    sent = {f"number-{entry.id}": ""}
    told = _do(alice, books, entry, what="keyed", **sent)
    assert "Type the number that Sage gave order shop:4711." in told
    assert _entry(books).state == "waiting"

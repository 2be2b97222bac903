"""Payment links on screens: made once, copied by whoever may move money, mailed, cancelled."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from integrations.instructions import link_mail, links
from integrations.instructions.models import PaymentLink
from integrations.open_items.models import OpenItem, OpenItemsCopy
from tenants.models import PayToken
from tenants.roles import Role
from tenants.scope import tenant_transaction
from tests import factories
from tests.factories import Books
from tests.portal.web.reading import text_of


def _page(books: Books, what: str = "") -> str:
    return f"/t/{books.tenant.slug}/charges/links/{what}"


def _form(books: Books, **more: str) -> dict[str, str]:
    return {
        "key": "shown-once", "account": str(books.paytrace.id), "customer_number": "ACME01",
        "invoice_number": "10432", "amount": "1,740.00", "days": "14",
    } | more  # fmt: skip


def _links(books: Books) -> list[tuple[Any, ...]]:
    with tenant_transaction(books.tenant.id):
        rows = PaymentLink.objects.order_by("made_at", "id")
        return [(o.purpose, o.state, str(o.amount), o.invoice_number, o.made_by) for o in rows]


def _viewer(books: Books) -> Client:
    client = Client()
    client.force_login(factories.member(books.tenant, email="v@acme.example", role=Role.VIEWER))
    return client


def test_a_link_is_made_once_and_copied_from_its_page_and_the_list(
    alice: Client, books: Books
) -> None:
    made = alice.post(_page(books, "new/"), _form(books), follow=True)
    again = alice.post(_page(books, "new/"), _form(books), follow=True)
    address = re.search(r"http://[^/]+/pay/[\w-]{43}/", text_of(made))
    assert address is not None
    assert address[0] in text_of(again)
    assert address[0] in alice.get(_page(books)).content.decode()
    assert _links(books) == [("pay", "open", "1740.0000", "10432", "alice@acme.example")]
    with tenant_transaction(books.tenant.id):
        row = PaymentLink.objects.get()
    assert timedelta(days=14) - timedelta(minutes=1) < row.expires_at - row.made_at
    target = links.find(address[0].split("/")[-2])
    assert target is not None
    assert target.tenant_id == books.tenant.id
    viewer = _viewer(books)
    for page in (_page(books), _page(books, f"{target.link_id}/")):
        assert "/pay/" not in viewer.get(page).content.decode()
    assert viewer.get(_page(books, "new/")).status_code == 403


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("amount", "7,x", "‘7x’ is not an amount such as 740.00."),
        ("amount", "0", "The amount 0.00 USD is not above zero."),
        ("customer_number", "", "Say which customer is to open the link."),
        ("days", "91", "Enter a number of days from 1 to 90."),
        ("days", "soon", "Enter a number of days from 1 to 90."),
        ("email", "nobody", "Enter an address such as ap@acme.example."),
        ("is_mailed", "on", "Say where to mail the link to."),
        ("account", "01a1fa8b-0000-7000-8000-000000000000", "Select a valid choice."),
    ],
)
def test_a_bad_field_gets_a_sentence_and_makes_nothing(
    alice: Client, books: Books, field: str, value: str, told: str
) -> None:
    assert told in text_of(alice.post(_page(books, "new/"), _form(books, **{field: value})))
    assert _links(books) == []
    assert not PayToken.objects.exists()


def test_a_card_number_makes_no_link(alice: Client, books: Books) -> None:
    answer = alice.post(_page(books, "new/"), _form(books, description="4111 1111 1111 1111"))
    assert answer.status_code == 400
    told = "The field ‘description’ holds what looks like a card number"
    assert told in answer.content.decode()
    assert _links(books) == []


def test_an_invoice_has_one_open_link(alice: Client, books: Books) -> None:
    alice.post(_page(books, "new/"), _form(books))
    told = text_of(alice.post(_page(books, "new/"), _form(books, key="other")))
    assert "A link that asks ACME01 for 10432 is open already." in told
    assert len(_links(books)) == 1


def test_a_link_is_cancelled_once(alice: Client, books: Books) -> None:
    alice.post(_page(books, "new/"), _form(books))
    with tenant_transaction(books.tenant.id):
        one = _page(books, f"{PaymentLink.objects.get().id}/")
    assert "Cancelled. Whoever opens" in text_of(alice.post(f"{one}cancel/", follow=True))
    assert "This link is ‘cancelled’" in text_of(alice.post(f"{one}cancel/"))
    shown = alice.get(one).content.decode()
    assert "/pay/" not in shown
    assert [row[1] for row in _links(books)] == ["cancelled"]


def test_a_link_is_mailed_once_and_its_address_opens_it(alice: Client, books: Books) -> None:
    alice.post(_page(books, "new/"), _form(books, email="ap@customer.example", is_mailed="on"))
    link_mail.tend(tenant_id=books.tenant.id)
    link_mail.tend(tenant_id=books.tenant.id)
    (letter,) = mail.outbox
    assert (letter.to, letter.reply_to) == (["ap@customer.example"], ["alice@acme.example"])
    assert letter.subject == "Acme Supply: 1,740.00 USD for invoice 10432"
    address = re.search(r"/pay/([\w-]{43})/", str(letter.body))
    assert address is not None
    assert links.find(address[1]) is not None
    with tenant_transaction(books.tenant.id):
        row = PaymentLink.objects.get()
        assert (row.mail_due_at, row.mailed_at is None) == (None, False)
    assert "Mailed to ap@customer.example" in text_of(alice.get(_page(books, f"{row.id}/")))


def test_a_mail_that_fails_is_sent_later_and_one_that_is_cancelled_never(
    alice: Client, books: Books, settings: Any
) -> None:
    alice.post(_page(books, "new/"), _form(books, email="ap@customer.example", is_mailed="on"))
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = 1
    link_mail.tend(tenant_id=books.tenant.id)
    with tenant_transaction(books.tenant.id):
        row = PaymentLink.objects.get()
        assert row.mailed_at is None
        assert row.mail_due_at is not None
        assert row.mail_due_at > timezone.now()
    alice.post(_page(books, f"{row.id}/cancel/"))
    with tenant_transaction(books.tenant.id):
        assert PaymentLink.objects.get().mail_due_at is None


def test_a_card_is_asked_for_without_an_amount(alice: Client, books: Books) -> None:
    sent = {"key": "k", "account": str(books.paytrace.id), "customer_number": "ACME01",
            "days": "3"}  # fmt: skip
    told = text_of(alice.post(_page(books, "new-card/"), sent, follow=True))
    assert "A card to keep" in told
    assert _links(books) == [("store", "open", "None", "", "alice@acme.example")]


def test_time_alone_ends_a_link(alice: Client, books: Books) -> None:
    alice.post(_page(books, "new/"), _form(books, days="1"))
    with tenant_transaction(books.tenant.id):
        row = PaymentLink.objects.get()
    with time_machine.travel(row.expires_at + timedelta(seconds=1)):
        alice.force_login(books.owner)
        assert "Expired" in text_of(alice.get(_page(books)))
        link_mail.tend(tenant_id=books.tenant.id)
    assert [row[1] for row in _links(books)] == ["expired"]


def test_the_list_asks_the_same_few_questions_for_one_row_and_for_many(
    alice: Client, books: Books, django_assert_num_queries: Any
) -> None:
    for number in range(3):
        sent = _form(books, key=f"k{number}", invoice_number=f"1043{number}")
        alice.post(_page(books, "new/"), sent)
    with django_assert_num_queries(10):
        alice.get(_page(books))
    assert "Nothing matches" in text_of(alice.get(_page(books, "?find=nobody&state=paid")))
    assert alice.get(_page(books, "?state=odd")).status_code == 200


def test_an_open_invoice_of_sage_fills_the_form_in(alice: Client, books: Books) -> None:
    page = _page(books, "new/")
    assert "have not been read from Sage yet" in text_of(alice.get(f"{page}?find=ACME01"))
    with tenant_transaction(books.tenant.id):
        OpenItemsCopy.objects.create(company=books.sage, complete_as_of=timezone.now())
        for number, customer in (("10432", "ACME01"), ("10999", "ZENITH")):
            OpenItem.objects.create(
                company=books.sage, leaf=0, customer_number=customer, number=number,
                amount=Decimal("2000.00"), balance=Decimal("1740.00"), currency="USD",
            )  # fmt: skip
    shown = alice.get(f"{page}?find=ACME01").content.decode()
    assert "10999" not in shown
    chosen = re.search(r'href="(\?account=[^"]+)#ask"', shown)
    assert chosen is not None
    filled = alice.get(page + html.unescape(chosen[1])).content.decode()
    values = dict(re.findall(r'name="(\w+)" value="([^"]+)"', filled))
    assert (values["customer_number"], values["invoice_number"], values["amount"]) == (
        "ACME01", "10432", "1,740.00",
    )  # fmt: skip
    assert "10432" in text_of(alice.get(f"{page}?find=1043"))
    assert "Nothing open in" in text_of(alice.get(f"{page}?find=nobody"))

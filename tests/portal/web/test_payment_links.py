"""Payment links on screens: made once, copied by whoever may move money, mailed, cancelled."""

from __future__ import annotations

import html
import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from integrations.instructions import link_mail, link_states, links
from integrations.instructions.models import Instruction, InstructionAttempt, PaymentLink
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


def test_a_second_link_for_an_invoice_leads_to_the_one_that_is_open(
    alice: Client, books: Books
) -> None:
    first = alice.post(_page(books, "new/"), _form(books)).headers["Location"]
    again = alice.post(_page(books, "new/"), _form(books, key="other"))
    assert "is open already. Cancel it first" in text_of(again)
    assert f'href="{first}">' in again.content.decode()
    other = alice.post(_page(books, "new/"), _form(books, key="x", customer_number=""))
    assert "Look at the link that is open" not in text_of(other)


def test_a_link_that_ended_in_vain_is_made_again_with_what_it_asked_for(
    alice: Client, books: Books
) -> None:
    sent = _form(books, email="ap@acme.example", description="Two pumps")
    one = alice.post(_page(books, "new/"), sent).headers["Location"]
    assert "Make a new link" not in text_of(alice.get(one))
    alice.post(f"{one}cancel/")
    ended = alice.get(one)
    assert "Good until" not in text_of(ended)
    way = re.search(r'href="([^"]+/new/\?[^"]+)#ask"', ended.content.decode())
    assert way is not None
    filled = alice.get(html.unescape(way[1])).content.decode()
    values = dict(re.findall(r'name="(\w+)" value="([^"]+)"', filled))
    wanted = {
        "customer_number": "ACME01", "invoice_number": "10432", "amount": "1740.00",
        "email": "ap@acme.example", "description": "Two pumps",
    }  # fmt: skip
    assert {name: values.get(name) for name in wanted} == wanted
    assert "Make a new link" not in text_of(_viewer(books).get(one))


def test_a_paid_link_shows_the_payment_that_its_try_led_to(alice: Client, books: Books) -> None:
    one = alice.post(_page(books, "new/"), _form(books)).headers["Location"]
    with tenant_transaction(books.tenant.id):
        paid = factories.posted(books, amount=Decimal("1740.00"))
        PaymentLink.objects.update(state="paid", instruction=factories.charged(books, paid))
    shown = alice.get(one)
    assert f"/payments/{paid.id}/" in shown.content.decode()
    assert "Good until" not in text_of(shown)


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


def _on_v1(books: Books) -> None:
    with tenant_transaction(books.tenant.id):
        books.paytrace.settings = {**books.paytrace.settings, "api_version": "v1"}
        books.paytrace.save(update_fields=["settings"])


def _answered(books: Books, *, state: str = "done", address: str = "", email: str = "") -> None:
    """What a worker would have written of PayTrace's answer."""
    with tenant_transaction(books.tenant.id):
        row = Instruction.objects.get()
        InstructionAttempt.objects.create(
            instruction=row, number=1, fence=1, invoice_id="10432-T5K2Q9ABCDE",
            gateway_day=date(2026, 11, 20),
        )  # fmt: skip
        sentence = "Whether PayTrace made its page is not known." if state == "unknown" else ""
        Instruction.objects.filter(id=row.id).update(state=state, sentence=sentence)
        assert row.request.get("email", "") == email
        if state != "unknown":
            link_states.page_answered(row.id, is_made=state == "done", address=address)


def test_paytraces_own_page_is_offered_where_an_account_speaks_v3(
    alice: Client, books: Books
) -> None:
    page = _page(books, "new/")
    told = text_of(alice.get(page))
    assert "Where the customer pays" in told
    assert "cannot be taken back" in told
    refused = alice.post(page, _form(books, page="paytrace", may_keep="on"))
    assert "PayTrace’s own page keeps no card for next time." in text_of(refused)
    assert "Select a valid choice" in text_of(alice.post(page, _form(books, page="elsewhere")))
    assert _links(books) == []


def test_where_no_account_speaks_v3_every_link_is_paid_on_our_page(
    alice: Client, books: Books
) -> None:
    _on_v1(books)
    assert "Where the customer pays" not in text_of(alice.get(_page(books, "new/")))
    alice.post(_page(books, "new/"), _form(books, page="paytrace"))
    with tenant_transaction(books.tenant.id):
        assert PaymentLink.objects.get().page == "tieout"


def test_a_page_of_paytraces_own_is_made_copied_and_cancelled_with_a_warning(
    alice: Client, books: Books
) -> None:
    sent = _form(books, page="paytrace", email="ap@customer.example", is_mailed="on")
    told = text_of(alice.post(_page(books, "new/"), sent, follow=True))
    assert "PayTrace is asked to make its page." in told
    assert _links(books) == [("pay", "making", "1740.0000", "10432", "alice@acme.example")]
    assert not PayToken.objects.exists()
    with tenant_transaction(books.tenant.id):
        one = _page(books, f"{PaymentLink.objects.get().id}/")
    assert 'hx-trigger="every 3s"' in alice.get(one).content.decode()
    assert "cannot be cancelled any more" in text_of(alice.post(f"{one}cancel/"))
    _answered(books, address="https://pay.paytrace.example/x", email="ap@customer.example")
    shown = alice.get(one)
    told = text_of(shown)
    assert 'hx-trigger="every 3s"' not in shown.content.decode()
    assert "https://pay.paytrace.example/x" in told
    assert "PayTrace was asked to mail it to ap@customer.example." in told
    assert "found by the number 10432-T5K2Q9ABCDE" in told
    assert "PayTrace has no call that takes its page back." in told
    listed = alice.get(_page(books)).content.decode()
    assert "https://pay.paytrace.example/x" in listed
    assert "/cancel/" not in listed
    viewer = _viewer(books)
    for page in (_page(books), one):
        assert "pay.paytrace.example" not in viewer.get(page).content.decode()
    told = text_of(alice.post(f"{one}cancel/", follow=True))
    assert "Tell the customer not to pay there." in told
    assert "takes a payment until it ends" in told
    assert "pay.paytrace.example" not in told


def test_without_an_address_the_page_says_how_the_customer_gets_there(
    alice: Client, books: Books
) -> None:
    alice.post(_page(books, "new/"), _form(books, page="paytrace"))
    _answered(books)
    with tenant_transaction(books.tenant.id):
        one = _page(books, f"{PaymentLink.objects.get().id}/")
    told = text_of(alice.get(one))
    assert "Nobody was mailed either: look in PayTrace for the invoice numbered" in told


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("unknown", "Until somebody says what happened, no other link can ask ACME01"),
        ("refused", "PayTrace did not make its page."),
    ],
)
def test_what_became_of_a_page_that_was_not_surely_made_is_said(
    alice: Client, books: Books, state: str, told: str
) -> None:
    alice.post(_page(books, "new/"), _form(books, page="paytrace"))
    _answered(books, state=state)
    with tenant_transaction(books.tenant.id):
        row = PaymentLink.objects.get()
    assert told in text_of(alice.get(_page(books, f"{row.id}/")))
    instruction = f"/t/{books.tenant.slug}/charges/{row.instruction_id}/"
    page = alice.get(instruction)
    assert page.status_code == 200
    assert ('name="result_id"' in page.content.decode()) is False

"""Chargebacks by form and by file: entered whole or not at all, and shown with their state."""

from __future__ import annotations

import html
import re
from datetime import date, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from integrations.events.models import GatewayFact
from integrations.posting.models import Effect
from tenants.models import AuditEvent
from tenants.roles import Role
from tenants.scope import tenant_transaction
from tests import factories
from tests.factories import Books
from tests.portal.web.reading import text_of

FORM = {
    "case_number": "77",
    "state": "opened",
    "happened_on": "2026-11-18",
    "amount": "740.00",
    "fee": "15.00",
    "reason": "10.4 Fraud",
}
HEADING = "case number,payment,state,date,amount,fee"


def _page(books: Books, what: str = "") -> str:
    return f"/t/{books.tenant.slug}/chargebacks/" + (f"{what}/" if what else "")


def _payment(books: Books) -> str:
    with tenant_transaction(books.tenant.id):
        return str(factories.posted(books, gateway_state="settled").transaction_id)


def _kinds(books: Books) -> list[str]:
    with tenant_transaction(books.tenant.id):
        found = Effect.objects.filter(transaction_id__startswith="CB-").order_by(
            "kind", "transaction_id"
        )
        return [f"{one.transaction_id} {one.kind} {one.amount:.2f}" for one in found]


def _upload(alice: Client, books: Books, text: str) -> str:
    file = SimpleUploadedFile("chargebacks.csv", text.encode())
    sent = {"account": str(books.paytrace.id), "rows": "", "file": file}
    return text_of(alice.post(_page(books, "upload"), sent, follow=True))


def test_one_entered_by_form_stands_in_the_list_with_its_fee(alice: Client, books: Books) -> None:
    sent = FORM | {"account": str(books.paytrace.id), "payment": _payment(books)}
    shown = text_of(alice.post(_page(books, "record"), sent, follow=True))
    assert "1 entered." in shown
    assert "77 Acme Tools Inc." in shown
    assert _kinds(books) == ["CB-77 chargeback 740.00", "CB-77 fee 15.00"]
    again = text_of(alice.post(_page(books, "record"), sent, follow=True))
    assert "Nothing new. 1 known already, left as they were." in again
    with tenant_transaction(books.tenant.id):
        told = AuditEvent.objects.filter(action="chargeback.opened")
        assert [(one.actor, one.subject) for one in told] == [
            (books.owner.email, "740.00 USD, case 77")
        ]


def test_what_is_wrong_in_the_form_stands_beside_its_field_and_nothing_is_lost(
    alice: Client, books: Books
) -> None:
    paid = _payment(books)
    given = FORM | {"account": str(books.paytrace.id), "payment": paid, "amount": "741.00"}
    shown = alice.post(_page(books, "record"), given)
    assert f"Amount: Payment {paid} is over 740.00 USD, less than 741.00 USD." in text_of(shown)
    assert "10.4 Fraud" in shown.content.decode()
    wrong = given | {"payment": "404", "happened_on": "tomorrow"}
    assert "On: The date is not one such as" in text_of(alice.post(_page(books, "record"), wrong))
    assert _kinds(books) == []


def test_a_file_is_entered_whole_and_twice_is_once(alice: Client, books: Books) -> None:
    one, two = _payment(books), _payment(books)
    text = f"{HEADING}\n77,{one},opened,2026-11-18,740.00,15.00\n78,{two},lost,2026-11-19,40.00,\n"
    assert "2 entered." in _upload(alice, books, text)
    assert "Nothing new. 2 known already" in _upload(alice, books, text)
    assert _kinds(books) == [
        "CB-77 chargeback 740.00",
        "CB-78 chargeback 40.00",
        "CB-78 chargeback_lost 40.00",
        "CB-77 fee 15.00",
    ]


def test_one_wrong_row_of_a_file_leaves_nothing_half_imported(alice: Client, books: Books) -> None:
    paid = _payment(books)
    shown = _upload(
        alice, books, f"{HEADING}\n77,{paid},opened,2026-11-18,740.00,\n78,,lost,2026-11-19,1,\n"
    )
    assert "Nothing was entered: 1 to repair" in shown
    assert "Line 3, payment: The payment is missing." in shown
    shown = _upload(
        alice, books, f"{HEADING}\n77,{paid},opened,2026-11-18,740.00,\n78,404,lost,2026-11-19,1,\n"
    )
    assert "Line 3, payment: Payment 404 is not known here." in shown
    assert "is not a CSV file" in _upload(alice, books, "PK\x00\x03")
    nothing = alice.post(_page(books, "upload"), {"account": str(books.paytrace.id)})
    assert "Choose a file, or paste its rows." in text_of(nothing)
    with tenant_transaction(books.tenant.id):
        assert not GatewayFact.objects.filter(type="chargeback").exists()


def test_a_viewer_looks_and_enters_nothing(books: Books) -> None:
    viewer = Client()
    viewer.force_login(factories.member(books.tenant, email="bob@acme.example", role=Role.VIEWER))
    assert "Your role may look at chargebacks, not enter them." in text_of(viewer.get(_page(books)))
    assert viewer.post(_page(books, "record"), FORM).status_code == 403


def day(after: int) -> str:
    """So many days after today."""
    return (timezone.now() + timedelta(days=after)).date().isoformat()


def words(after: int) -> str:
    """The same as pages write it."""
    return f"{date.fromisoformat(day(after)):%b %-d, %Y}"


def test_the_last_day_to_contest_is_told_shown_and_sorted_by(alice: Client, books: Books) -> None:
    paid = [_payment(books) for _ in range(3)]
    heading = "case number,payment,state,date,amount,respond by"
    lines = [
        heading,
        f"78,{paid[0]},opened,{day(-2)},740.00,{day(9)}",
        f"79,{paid[1]},opened,{day(-2)},740.00,",
    ]
    assert "2 entered." in _upload(alice, books, "\n".join(lines))
    sent = FORM | {
        "account": str(books.paytrace.id), "payment": paid[2], "respond_by": day(-20),
        "case_number": "80", "happened_on": day(-30),
    }  # fmt: skip
    shown = text_of(alice.post(_page(books, "record"), sent, follow=True))
    order = [shown.index(word) for word in ("80 Acme", "78 Acme", "79 Acme")]
    assert order == sorted(order)
    assert f"Contest by {words(9)}" in shown
    with tenant_transaction(books.tenant.id):
        effect = Effect.objects.get(transaction_id="CB-78", kind="chargeback")
        old = Effect.objects.get(transaction_id="CB-80", kind="chargeback")
    page = f"/t/{books.tenant.slug}/payments/"
    told = text_of(alice.get(f"{page}{effect.id}/"))
    assert f"To be contested with the acquirer by {words(9)}." in told
    assert f"It could be contested until {words(-20)}." in text_of(alice.get(f"{page}{old.id}/"))
    # Over, nothing is to be contested.
    assert "1 entered." in _upload(alice, books, f"{heading}\n78,{paid[0]},lost,{day(-1)},740,")
    assert f"Contest by {words(9)}" not in text_of(alice.get(_page(books)))
    assert "to be contested" not in text_of(alice.get(f"{page}{effect.id}/")).lower()


def test_a_last_day_that_cannot_be_is_refused_and_nothing_is_entered(
    alice: Client, books: Books
) -> None:
    paid = _payment(books)
    heading = "case number,payment,state,date,amount,respond by"
    for day, sentence in (
        ("soon", "respond by: The last day to contest it is not one such as 2026-11-20"),
        ("2026-11-17", "respond by: The last day to contest it is before the case was opened"),
        ("2036-12-08", "or a year after."),
    ):
        row = f"77,{paid},opened,2026-11-18,740.00,{day}"
        assert sentence in _upload(alice, books, f"{heading}\n{row}"), day
    sent = FORM | {"account": str(books.paytrace.id), "payment": paid, "respond_by": "2026-11-17"}
    assert "Contest by: The last day to contest it" in text_of(
        alice.post(_page(books, "record"), sent)
    )
    assert _kinds(books) == []


def test_a_last_day_told_later_counts_from_then_on_and_is_said(alice: Client, books: Books) -> None:
    """By the form, then by a file; told without one, or the same again, nothing changes."""
    paid = _payment(books)
    entered = FORM | {
        "account": str(books.paytrace.id), "payment": paid, "happened_on": day(-2)
    }  # fmt: skip
    heading = "case number,payment,state,date,amount,respond by"
    row = f"{heading}\n77,{paid},opened,{day(-2)},740.00"

    def send(**more: str) -> str:
        return text_of(alice.post(_page(books, "record"), entered | more, follow=True))

    assert "1 entered." in send()
    known = "Nothing new. 1 known already, left as they were."
    first = send(respond_by=day(9))
    assert f"Case 77 is to be contested by {words(9)} now." in first
    assert f"Contest by {words(9)}" in first
    assert "known already" not in first
    assert known in send(respond_by=day(9))
    assert known in send()
    moved = _upload(alice, books, f"{row},{day(12)}")
    assert f"Case 77 is to be contested by {words(12)} now, not by {words(9)}." in moved
    assert f"Contest by {words(12)}" in moved
    assert known in _upload(alice, books, f"{row},")
    with tenant_transaction(books.tenant.id):
        effect = Effect.objects.get(transaction_id="CB-77", kind="chargeback")
        assert AuditEvent.objects.filter(action="chargeback.deadline_moved").count() == 2
    page = text_of(alice.get(f"/t/{books.tenant.slug}/payments/{effect.id}/"))
    assert f"To be contested with the acquirer by {words(12)}." in page
    said = [
        f"The last day to contest it is {words(after)}, says {books.owner.email}."
        for after in (9, 12)
    ]
    assert [sentence in page for sentence in said] == [True, True]


def _opened(client: Client, page: str, words: str) -> dict[str, str]:
    """The form that this button of a page leads to, as filled in."""
    shown = client.get(page).content.decode()
    links = [part.partition("</a>")[0] for part in shown.split("<a ")]
    link = re.search(r'href="([^"]*)#one"', next(one for one in links if words in one))
    assert link is not None, words
    form = client.get(html.unescape(link[1])).context["form"]
    return {name: str(form[name].value() or "") for name in form.fields}


def test_a_dispute_is_told_from_the_page_it_is_about(alice: Client, books: Books) -> None:
    """What is known is filled in; a case that is over, and a viewer, have no such button."""
    pages = f"/t/{books.tenant.slug}/payments/"
    with tenant_transaction(books.tenant.id):
        paid = factories.posted(books, gateway_state="settled")
    form = _opened(alice, f"{pages}{paid.id}/", "Enter a chargeback")
    known = {
        "account": str(books.paytrace.id), "payment": paid.transaction_id, "amount": "740.00",
        "state": "opened", "case_number": "", "happened_on": "", "fee": "", "reason": "",
        "respond_by": "",
    }  # fmt: skip
    assert form == known
    sent = form | {"case_number": "77", "happened_on": day(-2)}
    assert "1 entered." in text_of(alice.post(_page(books, "record"), sent, follow=True))
    with tenant_transaction(books.tenant.id):
        case = Effect.objects.get(transaction_id="CB-77", kind="chargeback")
    page = f"{pages}{case.id}/"
    of_case = known | {"case_number": "77"}
    assert _opened(alice, page, "It was won") == of_case | {"state": "won"}
    again = _opened(alice, page, "Another last day")
    assert again == of_case | {"happened_on": day(-2)}
    moved = text_of(alice.post(_page(books, "record"), again | {"respond_by": day(9)}, follow=True))
    assert f"Case 77 is to be contested by {words(9)} now." in moved
    assert "A person says: the chargeback was opened." in text_of(alice.get(page))
    lost = _opened(alice, page, "It was lost")
    alice.post(_page(books, "record"), lost | {"happened_on": day(-1)})
    assert "It was lost" not in text_of(alice.get(page))
    viewer = Client()
    viewer.force_login(factories.member(books.tenant, email="bob@acme.example", role=Role.VIEWER))
    assert "Enter a chargeback" not in text_of(viewer.get(f"{pages}{paid.id}/"))
    assert alice.get(_page(books) + "?account=nobody&amount=" + "9" * 99).status_code == 200

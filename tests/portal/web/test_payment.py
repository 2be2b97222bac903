"""One payment: its state, its walk, its journal with reasons, and the rows in Sage."""

from __future__ import annotations

from decimal import Decimal

from django.test import Client

from tenants.scope import tenant_transaction
from tests import factories
from tests.factories import Books
from tests.portal.web.reading import text_of


def test_a_posted_payment_shows_its_walk_journal_and_rows_in_sage(
    alice: Client, books: Books
) -> None:
    with tenant_transaction(books.tenant.id):
        paid = factories.posted(books, amount=Decimal("1480.00"), found_by="sync")
        factories.effect(books, kind="refund", parent=paid, state="waiting_parent")
    text = text_of(alice.get(f"/t/{books.tenant.slug}/payments/{paid.id}/"))
    told = [
        "1,480.00 USD",
        "Posted",
        "Found by sync",
        "found by sync, no notice told of it",
        "Pays invoice 10432 in full.",
        "field mapping version 3, GL rules version 2 and posting profile version 1",
        "Read back from Sage and compared",
        "Card clearing. By rule ‘Cards’.",
        "Accounts receivable. By rule ‘AR’.",
        f"Receipt {paid.marker} on invoice 10432",
        "arcash",
        "armast",
        "Related",
        "Refund",
        "PO-7",
    ]
    assert [words for words in told if words not in text] == []


def test_what_waits_for_its_payment_leads_to_it(alice: Client, books: Books) -> None:
    with tenant_transaction(books.tenant.id):
        case = factories.parked(books)
        paid = case.effect
        refund = factories.effect(books, kind="refund", parent=paid, state="waiting_parent")
        returned = factories.effect(
            books, kind="ach_return", state="waiting_parent", transaction_id=paid.transaction_id,
            gateway_state="returned", method="ach",
        )  # fmt: skip
        other = factories.effect(books, kind="refund", parent=paid, state="posted")
    base = f"/t/{books.tenant.slug}/payments"
    way = f'href="{base}/{paid.id}/">Look at the payment it waits for</a>'
    pages = [alice.get(f"{base}/{one.id}/").content.decode() for one in (refund, returned, other)]
    assert [way in page for page in pages] == [True, True, False]
    assert ["Bank account" in page for page in pages] == [False, True, False]


def test_a_decline_says_that_there_is_no_receipt(alice: Client, books: Books) -> None:
    sentence = "The payment was refused (Insufficient funds), so there is nothing to post."
    with tenant_transaction(books.tenant.id):
        declined = factories.effect(
            books, kind="decline", gateway_state="declined", state="noted", sentence=sentence
        )
    text = text_of(alice.get(f"/t/{books.tenant.slug}/payments/{declined.id}/"))
    told = ["Noted", "Declined", sentence, "a declined payment gets no receipt", "740.00 USD"]
    assert [words for words in told if words not in text] == []


def test_a_payment_waiting_for_sage_says_that_nothing_is_lost(alice: Client, books: Books) -> None:
    with tenant_transaction(books.tenant.id):
        waiting = factories.effect(books, state="waiting_erp")
    text = text_of(alice.get(f"/t/{books.tenant.slug}/payments/{waiting.id}/"))
    assert "It waits for Sage. Nothing is lost; it will post by itself." in text


def test_a_payment_waiting_for_a_credential_leads_to_the_connection(
    alice: Client, books: Books
) -> None:
    with tenant_transaction(books.tenant.id):
        waiting = factories.effect(books, state="waiting_credential")
    page = alice.get(f"/t/{books.tenant.slug}/payments/{waiting.id}/")
    assert "It waits until the sign-in of a connection is repaired." in text_of(page)
    href = f'href="/t/{books.tenant.slug}/connections/{books.sage.id}/">Repair the sign-in of'
    assert href in page.content.decode()


def test_no_page_speaks_to_machines(alice: Client, books: Books) -> None:
    with tenant_transaction(books.tenant.id):
        paid = factories.posted(books)
        case = factories.parked(books)
    for page in ("", "payments/", f"payments/{paid.id}/", f"payments/{case.effect_id}/",
                 "exceptions/", "connections/", f"connections/{books.sage.id}/"):  # fmt: skip
        text = text_of(alice.get(f"/t/{books.tenant.slug}/{page}"))
        for word in ("HTTP", "UTC", "JSON", "Error:", "Traceback", "None,", "{'"):
            assert word not in text, (page, word)


def test_a_payment_says_who_asked_and_who_approved(alice: Client, books: Books) -> None:
    """A void has the payment's own number and was asked for by nobody here."""
    with tenant_transaction(books.tenant.id):
        paid = factories.posted(books)
        voided = factories.effect(
            books, kind="void", parent=paid, transaction_id=paid.transaction_id,
            gateway_state="voided",
        )  # fmt: skip
        one = factories.charged(books, paid)
    page = alice.get(f"/t/{books.tenant.slug}/payments/{paid.id}/")
    text = text_of(page)
    told = [
        "alice@acme.example asked for it:",
        "; carol@acme.example approved it",
        "By alice@acme.example (a person): charge 740.00 USD.",
        "Approved",
        "By carol@acme.example.",
    ]
    assert [words for words in told if words not in text] == []
    assert f'href="/t/{books.tenant.slug}/charges/{one.id}/"' in page.content.decode()
    assert text.index("Asked") < text.index("Checked")
    other = text_of(alice.get(f"/t/{books.tenant.slug}/payments/{voided.id}/"))
    assert "carol@acme.example" not in other

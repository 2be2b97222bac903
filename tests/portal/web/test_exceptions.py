"""What needs somebody: each trouble with a sentence, the money at stake and a button."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from integrations.exceptions.models import ExceptionCase
from integrations.open_items.models import OpenItem, OpenItemsCopy
from integrations.posting.models import Effect
from tenants.models import AuditEvent
from tenants.roles import Role
from tenants.scope import tenant_transaction
from tests import factories
from tests.factories import Books
from tests.portal.web.reading import text_of


@pytest.mark.parametrize(
    ("code", "heading", "button"),
    [
        ("invoice_not_found", "Invoice not found", "Put on account"),
        ("ambiguous", "More than one invoice fits", "Apply to an invoice"),
        ("invoice_paid", "This invoice is already paid", "Put on account"),
        ("duplicate", "Looks like a payment that is already in Sage", "Post as another payment"),
        ("validation", "A field does not fit", "Try again"),
        ("never_seen_before", "Never seen before", "Try again"),
    ],
)
def test_every_trouble_has_a_sentence_its_money_and_a_button(
    alice: Client, books: Books, code: str, heading: str, button: str
) -> None:
    with tenant_transaction(books.tenant.id):
        factories.parked(
            books,
            code=code,
            amount=Decimal("1480.00"),
            case_sentence="What happened to the money.",
            case_field="invoice number",
        )
    text = text_of(alice.get(f"/t/{books.tenant.slug}/exceptions/"))
    told = ["1 payment needs you", heading, "1,480.00 USD at stake", "What happened to the money."]
    told += ["(field: invoice number)", button, "Dismiss"]
    assert [words for words in told if words not in text] == []


def test_when_the_last_of_a_kind_is_done_the_others_are_not_forgotten(
    alice: Client, books: Books
) -> None:
    inbox = f"/t/{books.tenant.slug}/exceptions/"
    assert "All clear" in text_of(alice.get(f"{inbox}?code=ambiguous"))
    with tenant_transaction(books.tenant.id):
        factories.parked(books, code="invoice_paid")
    shown = text_of(alice.get(f"{inbox}?code=ambiguous"))
    assert "None of this kind needs you" in shown
    assert "All clear" not in shown


def test_an_invoice_that_is_too_small_is_not_the_first_thing_offered(
    alice: Client, books: Books
) -> None:
    """Choosing it could only end in the same case again."""
    invoice = {"customer_number": "ACME01", "currency": "USD", "status": "open"}
    evidence = {
        "invoices": [
            invoice | {"number": "10432", "balance": "740.00"},
            invoice | {"number": "10499", "balance": "1,480.00"},
            invoice | {"number": "10500", "balance": "1480.00"},
        ]
    }
    with tenant_transaction(books.tenant.id):
        case = factories.parked(
            books, code="over_balance", amount=Decimal("1240.50"), case_evidence=evidence
        )
    text = text_of(alice.get(f"/t/{books.tenant.slug}/payments/{case.effect_id}/"))
    assert [word for word in ("10432", "10499", "10500") if f"Apply to {word}" in text] == [
        "10499",
        "10500",
    ]
    order = [text.index(words) for words in ("Apply to 10500", "Put on account", "Try again")]
    assert order == sorted(order)


@pytest.mark.parametrize(
    ("code", "offers"), [("invoice_paid", 1), ("duplicate", 1), ("validation", 0)]
)
def test_money_that_may_not_be_owed_can_be_given_back_from_its_case(
    alice: Client, books: Books, code: str, offers: int
) -> None:
    with tenant_transaction(books.tenant.id):
        case = factories.parked(books, code=code)
    way = f"/t/{books.tenant.slug}/payments/{case.effect_id}/give-back/"
    inbox = alice.get(f"/t/{books.tenant.slug}/exceptions/").content.decode()
    page = alice.get(f"/t/{books.tenant.slug}/payments/{case.effect_id}/").content.decode()
    assert (inbox.count(way), page.count(way)) == (offers, offers)
    if offers:
        assert "dismiss it under Exceptions afterwards" in text_of(alice.get(way))


def test_an_open_invoice_in_the_evidence_gets_its_own_button(alice: Client, books: Books) -> None:
    invoice = {"customer_number": "ACME01", "balance": "740.00", "currency": "USD"}
    evidence = {
        "invoices": [
            invoice | {"number": "10450", "status": "open"},
            invoice | {"number": "10451", "status": "paid"},
        ]
    }
    with tenant_transaction(books.tenant.id):
        case = factories.parked(books, code="ambiguous", case_evidence=evidence)
    text = text_of(alice.get(f"/t/{books.tenant.slug}/payments/{case.effect_id}/"))
    assert "Apply to 10450" in text
    assert "Apply to 10451" not in text
    assert "Invoice 10451 of customer ACME01: paid" in text


def test_the_journal_is_shown_before_the_button_that_posts_it(alice: Client, books: Books) -> None:
    with tenant_transaction(books.tenant.id):
        factories.publish_rules(books)
        case = factories.parked(books)
    text = text_of(alice.get(f"/t/{books.tenant.slug}/exceptions/{case.id}/on_account/"))
    told = ["What will be posted", "1010", "2300", "By rule ‘Deposits’", "740.00 740.00"]
    assert [words for words in told if words not in text] == []


@pytest.mark.parametrize(
    ("offer", "given", "resolution"),
    [
        ("retry", {}, "retried"),
        ("on_account", {"customer_number": "ACME01", "reason": "prepaid"}, "on_account"),
        ("choose_invoice", {"invoice_number": "10450", "reason": ""}, "invoice_chosen"),
    ],
)
def test_a_decision_resolves_the_case_and_sends_the_payment_on(
    alice: Client, books: Books, offer: str, given: dict[str, str], resolution: str
) -> None:
    with tenant_transaction(books.tenant.id):
        case = factories.parked(books)
    page = alice.post(f"/t/{books.tenant.slug}/exceptions/{case.id}/{offer}/", given)
    assert page.headers["Location"] == f"/t/{books.tenant.slug}/payments/{case.effect_id}/"
    decisions = {
        "retry": {"trigger": "retry"},
        "on_account": {"trigger": "decision", "on_account": True, "customer_number": "ACME01"},
        "choose_invoice": {"trigger": "decision", "invoice_number": "10450"},
    }
    with tenant_transaction(books.tenant.id):
        case.refresh_from_db()
        sent = Effect.objects.get(id=case.effect_id)
        told = (case.state, case.resolution, case.resolved_by)
        assert told == ("resolved", resolution, "alice@acme.example")
        assert (sent.state, sent.decision) == ("new", decisions[offer])


def test_dismissing_needs_a_reason_and_keeps_what_was_typed(alice: Client, books: Books) -> None:
    with tenant_transaction(books.tenant.id):
        case = factories.parked(books)
    address = f"/t/{books.tenant.slug}/exceptions/{case.id}/dismiss/"
    assert "Say why; the reason is kept with the payment." in text_of(alice.post(address, {}))
    alice.post(address, {"reason": "Keyed by Ana yesterday"})
    with tenant_transaction(books.tenant.id):
        case.refresh_from_db()
        assert (case.resolution, case.reason) == ("dismissed", "Keyed by Ana yesterday")
        assert Effect.objects.get(id=case.effect_id).state == "dismissed"
        assert AuditEvent.objects.filter(action="payment.dismissed").count() == 1


def test_a_case_decided_meanwhile_says_so(alice: Client, books: Books) -> None:
    with tenant_transaction(books.tenant.id):
        case = factories.parked(books)
    address = f"/t/{books.tenant.slug}/exceptions/{case.id}/retry/"
    alice.post(address)
    assert "This case was decided already: tried again" in text_of(alice.get(address))
    with tenant_transaction(books.tenant.id):
        Effect.objects.filter(id=case.effect_id).update(state="parked")
    assert "decided already" in text_of(alice.post(address))
    with tenant_transaction(books.tenant.id):
        assert Effect.objects.get(id=case.effect_id).state == "parked"


def test_all_of_one_kind_are_tried_again_and_no_others(alice: Client, books: Books) -> None:
    with tenant_transaction(books.tenant.id):
        for _ in range(2):
            factories.parked(books, code="validation")
        factories.parked(books, code="duplicate")
    alice.post(f"/t/{books.tenant.slug}/exceptions/retry/", {"code": "validation"})
    with tenant_transaction(books.tenant.id):
        left = ExceptionCase.objects.filter(state="open")
        assert [case.code for case in left] == ["duplicate"]


def test_a_viewer_sees_cases_and_may_not_decide(books: Books) -> None:
    bob = Client()
    bob.force_login(factories.member(books.tenant, email="bob@acme.example", role=Role.VIEWER))
    with tenant_transaction(books.tenant.id):
        case = factories.parked(books)
    assert "Your role may look, not decide." in text_of(
        bob.get(f"/t/{books.tenant.slug}/exceptions/")
    )
    refused = bob.post(f"/t/{books.tenant.slug}/exceptions/{case.id}/retry/")
    assert refused.status_code == 403
    assert "Your role in Acme Supply is Viewer, which cannot do this." in refused.content.decode()


def test_cases_of_another_environment_are_not_shown(alice: Client, books: Books) -> None:
    with tenant_transaction(books.tenant.id):
        case = factories.parked(books)
    alice.post(f"/t/{books.tenant.slug}/environment/", {"environment": books.dev.id})
    text = text_of(alice.get(f"/t/{books.tenant.slug}/exceptions/"))
    assert "Nothing needs you" in text
    assert "Dev: practice books." in text
    for address in (f"exceptions/{case.id}/retry/", f"payments/{case.effect_id}/"):
        assert alice.get(f"/t/{books.tenant.slug}/{address}").status_code == 404


def _open_items(books: Books, **balances: str) -> None:
    OpenItemsCopy.objects.create(
        company=books.sage, complete_as_of=factories.at("2026-11-20T10:00:00+00:00")
    )
    for number, (name, balance) in enumerate(balances.items()):
        OpenItem.objects.create(
            company=books.sage, leaf=number, number=name[1:], customer_number="ACME01",
            amount=Decimal(balance), balance=Decimal(balance), currency="USD",
        )  # fmt: skip


def test_open_invoices_of_the_customer_are_offered_with_their_time(
    alice: Client, books: Books
) -> None:
    with tenant_transaction(books.tenant.id):
        case = factories.parked(books, amount=Decimal("740.00"), customer_number="ACME01")
        _open_items(books, n10433="1312.50", n10432="740.00")
    page = f"/t/{books.tenant.slug}/exceptions/{case.id}/choose_invoice/"
    answer = alice.get(page)
    text = text_of(answer)
    assert text.index("10432 ACME01") < text.index("10433 ACME01")
    told = ["740.00 USD exactly this payment", "1,312.50 USD", "Open in Sage as of Nov 20"]
    assert [words for words in told if words not in text] == []
    assert f'href="{page}?invoice=10432"' in answer.content.decode()


def test_open_invoices_are_searched_as_the_number_is_typed(alice: Client, books: Books) -> None:
    with tenant_transaction(books.tenant.id):
        case = factories.parked(books, customer_number="ACME01")
        _open_items(books, n10433="312.50", n10432="740.00")
    page = f"/t/{books.tenant.slug}/exceptions/{case.id}/choose_invoice/open-invoices/"
    text = text_of(alice.get(page, {"invoice_number": "433"}))
    assert "10433" in text
    assert "10432" not in text
    assert "No open invoice in USD fits." in text_of(alice.get(page, {"invoice_number": "77"}))


def test_on_account_shows_what_else_the_customer_could_pay(alice: Client, books: Books) -> None:
    with tenant_transaction(books.tenant.id):
        case = factories.parked(books, customer_number="ACME01")
        _open_items(books, n10432="740.00")
    base = f"/t/{books.tenant.slug}/exceptions/{case.id}"
    shown = alice.get(f"{base}/on_account/")
    assert f'href="{base}/choose_invoice/?invoice=10432"' in shown.content.decode()
    other = alice.get(f"{base}/on_account/open-invoices/", {"customer_number": "GLENN1"})
    assert "10432" not in text_of(other)


def test_before_the_first_look_nothing_is_offered_and_the_page_says_why(
    alice: Client, books: Books
) -> None:
    with tenant_transaction(books.tenant.id):
        case = factories.parked(books)
    shown = alice.get(f"/t/{books.tenant.slug}/exceptions/{case.id}/choose_invoice/")
    assert "Open invoices have not been read from Sage yet" in text_of(shown)


@pytest.mark.parametrize("offer", ["retry", "dismiss", "nonsense"])
def test_other_decisions_have_no_invoices_to_search(
    alice: Client, books: Books, offer: str
) -> None:
    with tenant_transaction(books.tenant.id):
        case = factories.parked(books)
    page = f"/t/{books.tenant.slug}/exceptions/{case.id}/{offer}/open-invoices/"
    assert alice.get(page).status_code == 404

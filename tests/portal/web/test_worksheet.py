"""The worksheet: what is to be keyed by deposit day, as a page and a file."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from integrations.canonical.money import Money
from integrations.canonical.posting import Application, JournalLine, PostingKind, PostingRequest
from integrations.connections import worksheet
from integrations.connections.models import WorksheetEntry
from integrations.sagepro.sample.profile import sample_profile
from tenants.models import Membership, User
from tenants.roles import Role
from tenants.scope import tenant_transaction
from tests import factories
from tests.factories import Books
from tests.portal.web.reading import text_of

pytestmark = pytest.mark.usefixtures("db")
REQUEST = PostingRequest(
    effect_key="paytrace:a:1:sale:1",
    marker="PT0000000A",
    kind=PostingKind.RECEIPT,
    customer_number="=ACME",
    amount=Money(Decimal("740.00"), "USD"),
    accounting_date=date(2026, 11, 20),
    applications=(Application("10432", Decimal("740.00")),),
    journal=(
        JournalLine("1105-00", Decimal("740.00"), Decimal(0)),
        JournalLine("1200-00", Decimal(0), Decimal("740.00")),
    ),
)


@pytest.fixture
def entry(books: Books) -> WorksheetEntry:
    with tenant_transaction(books.tenant.id):
        books.sage.settings = {**books.sage.settings, "way": "assisted"}
        books.sage.save(update_fields=["settings"])
        return worksheet.enter(REQUEST, company_id=books.sage.id)


def _url(books: Books, rest: str = "worksheet/") -> str:
    return f"/t/{books.tenant.slug}/{rest}"


def _do(client: Client, books: Books, entry: WorksheetEntry, **more: str) -> str:
    sent = {"company": str(books.sage.id), "entry": [str(entry.id)], **more}
    return text_of(client.post(_url(books, "worksheet/do/"), sent, follow=True))


def _state(books: Books) -> str:
    with tenant_transaction(books.tenant.id):
        return str(WorksheetEntry.objects.get().state)


def test_it_says_what_to_key_and_where(alice: Client, books: Books, entry: WorksheetEntry) -> None:
    shown = text_of(alice.get(_url(books)))
    for told in (
        "1 to key into Sage", "Deposit of November 20, 2026", "PT0000000A", "10432: 740.00",
        "Debit 1105-00 740.00", "Credit 1200-00 740.00",
    ):  # fmt: skip
        assert told in shown


def test_as_a_file_no_cell_becomes_a_formula(
    alice: Client, books: Books, entry: WorksheetEntry
) -> None:
    rows = list(csv.reader(io.StringIO(alice.get(_url(books, "worksheet.csv")).content.decode())))
    assert rows[1:] == [
        [
            books.sage.name, "2026-11-20", "PT0000000A", "Receipt", "'=ACME", "10432", "740.00",
            "", "USD", "1105-00", "1200-00",
        ]
    ]  # fmt: skip


def test_a_settled_batch_is_a_gl_entry_of_its_own_list(
    alice: Client, books: Books, entry: WorksheetEntry
) -> None:
    journal = replace(
        REQUEST, effect_key="batch", marker="PT0000000B", kind=PostingKind.SETTLEMENT,
        customer_number="", applications=(),
    )  # fmt: skip
    with tenant_transaction(books.tenant.id):
        worksheet.enter(journal, company_id=books.sage.id)
    shown = text_of(alice.get(_url(books)))
    for told in (
        "2 to key into Sage", "GL entries of November 20, 2026", "Settlement",
        "Type the reference as the document number of each entry, and its date as November",
    ):  # fmt: skip
        assert told in shown
    rows = list(csv.reader(io.StringIO(alice.get(_url(books, "worksheet.csv")).content.decode())))
    assert [row[2:] for row in rows[2:]] == [
        ["PT0000000B", "Settlement", "", "", "740.00", "", "USD", "1105-00", ""],
        ["PT0000000B", "Settlement", "", "", "740.00", "", "USD", "", "1200-00"],
    ]


def test_kinds_nobody_calibrated_are_keyed_where_tieout_posts_the_others(
    alice: Client, books: Books
) -> None:
    page = _url(books, f"connections/{books.sage.id}/")
    with tenant_transaction(books.tenant.id):
        profile = {**sample_profile().as_json(), "kinds": ["receipt", "on_account", "reversal"]}
        books.sage.settings = {**books.sage.settings, "profile": profile}
        books.sage.save(update_fields=["settings"])
        worksheet.enter(REQUEST, company_id=books.sage.id)
    shown = text_of(alice.get(page))
    assert "Tieout posts by itself" in shown
    assert "Not calibrated, so a person keys these from the worksheet:" in shown
    assert "1 to key into Sage" in text_of(alice.get(_url(books)))


def test_what_is_said_to_be_keyed_is_looked_for(
    alice: Client, books: Books, entry: WorksheetEntry
) -> None:
    assert "Looking for 1 entry in Sage." in _do(alice, books, entry, what="keyed")
    assert _state(books) == "confirmed"
    again = _do(alice, books, entry, what="keyed")
    assert "Tieout knows that already: what is found in Sage leaves this list by itself." in again
    assert _state(books) == "confirmed"
    sent = {"company": str(books.sage.id), "what": "keyed"}
    told = text_of(alice.post(_url(books, "worksheet/do/"), sent, follow=True))
    assert "Tick the entries that you have keyed into Sage." in told


def test_what_became_of_an_entry_meanwhile_is_said(
    alice: Client, books: Books, entry: WorksheetEntry
) -> None:
    def became(state: str, **sent: str) -> str:
        with tenant_transaction(books.tenant.id):
            WorksheetEntry.objects.update(state=state)
        told = _do(alice, books, entry, **sent)
        assert _state(books) == state
        return told

    known = "Tieout knows that already: what is found in Sage leaves this list by itself."
    gone = "What you ticked was taken off the worksheet meanwhile. If it is in Sage, ask whoever"
    found = "What you ticked was found in Sage, so it cannot be taken off any more."
    keyed = "Somebody has keyed what you ticked; Tieout is looking for it in Sage."
    assert known in became("seen", what="keyed")
    for state in ("taken_off", "given_back", "withdrawn"):
        assert gone in became(state, what="keyed")
    assert found in became("seen", what="take_off", reason="Twice")
    assert keyed in became("confirmed", what="take_off", reason="Twice")


def test_taking_off_needs_a_reason(alice: Client, books: Books, entry: WorksheetEntry) -> None:
    told = _do(alice, books, entry, what="take_off")
    assert "Say why they are not to be keyed: the reason is kept." in told
    assert _state(books) == "waiting"
    told = _do(alice, books, entry, what="take_off", reason="Paid by cheque")
    assert "Taken off: 1 entry." in told
    assert _state(books) == "taken_off"


def test_a_viewer_looks_and_does_not_say(books: Books, entry: WorksheetEntry) -> None:
    viewer = User.objects.create_user("vera@viewer.example", "a-long-password")
    Membership.objects.create(tenant=books.tenant, user=viewer, role=Role.VIEWER)
    client = Client()
    client.force_login(viewer)
    assert "I have keyed" not in text_of(client.get(_url(books)))
    sent = {"company": str(books.sage.id), "entry": [str(entry.id)], "what": "keyed"}
    assert client.post(_url(books, "worksheet/do/"), sent).status_code == 403
    assert _state(books) == "waiting"


def test_who_writes_is_chosen_on_the_connection_s_page(alice: Client, books: Books) -> None:
    page = _url(books, f"connections/{books.sage.id}/")
    assert "Tieout posts by itself" in text_of(alice.get(page))
    told = text_of(alice.post(page + "do/writing/", {"writes": "assisted"}, follow=True))
    assert "A person keys every receipt from the worksheet" in told
    refused = text_of(alice.post(page + "do/writing/", {"writes": "magic"}, follow=True))
    assert "Choose who writes into Sage." in refused


def test_with_nothing_to_key_the_page_says_so(alice: Client, books: Books) -> None:
    assert "No company here is keyed by hand." in text_of(alice.get(_url(books)))


def test_the_day_starts_with_what_is_to_be_keyed(
    alice: Client, books: Books, entry: WorksheetEntry
) -> None:
    shown = text_of(alice.get(_url(books, "")))
    assert "1 entry waits for a person to key it into Sage." in shown
    _do(alice, books, entry, what="keyed")
    assert "for a person to key" not in text_of(alice.get(_url(books, "")))


def test_a_payment_on_the_worksheet_leads_there(
    alice: Client, books: Books, entry: WorksheetEntry
) -> None:
    with tenant_transaction(books.tenant.id):
        ready = factories.effect(books, state="handed_over", reason_code="with_person")
    page = alice.get(_url(books, f"payments/{ready.id}/"))
    assert "Open the worksheet" in text_of(page)
    assert "Open the worksheet" not in text_of(alice.get(_url(books, "payments/")))

"""A disputes provider in the browser: added, tested, shown with how far it was read."""

from __future__ import annotations

from django.test import Client
from django.utils import timezone

from integrations.connections.models import Connection, ConnectionSecret
from integrations.events.models import GatewayFact, Watermark
from integrations.posting.models import Effect
from tenants.models import AuditEvent, DueWork
from tenants.roles import Role
from tenants.scope import tenant_transaction
from tests import factories
from tests.factories import Books
from tests.portal.web.reading import text_of

GIVEN = {
    "name": "First Acquirer",
    "base_url": "https://acquirer.example/disputes/",
    "api_key": "a-key-nobody-sees",
}


def _at(books: Books, ending: str = "") -> str:
    return f"/t/{books.tenant.slug}/{ending}"


def _provider(books: Books) -> Connection:
    with tenant_transaction(books.tenant.id):
        return factories.disputes_provider(books.paytrace)


def test_one_is_added_for_an_account_and_its_key_is_never_shown(
    alice: Client, books: Books
) -> None:
    assert "PayTrace itself has no disputes API." in text_of(
        alice.get(_at(books, "connections/add/disputes/"))
    )
    sent = GIVEN | {"account": str(books.paytrace.id)}
    shown = alice.post(_at(books, "connections/add/disputes/"), sent, follow=True)
    text = text_of(shown)
    assert "First Acquirer" in text
    assert "Disputes provider · Not tested yet" in text
    assert "Provider Tieout cases API Address https://acquirer.example/disputes Tells of" in text
    assert "Disputes Not read yet" in text
    assert "Posting profile" not in text
    assert "a-key-nobody-sees" not in shown.content.decode()
    with tenant_transaction(books.tenant.id):
        made = Connection.objects.get(kind="disputes")
        assert (made.tells_of_id, made.posts_to_id) == (books.paytrace.id, None)
        assert [row.field for row in ConnectionSecret.objects.filter(connection=made)] == [
            "api_key"
        ]
        assert AuditEvent.objects.filter(action="connection.created").count() == 1
    assert "Tells of PayTrace, store." in text_of(alice.get(_at(books, "connections/")))


def test_what_is_wrong_stands_beside_its_field(alice: Client, books: Books) -> None:
    page = _at(books, "connections/add/disputes/")
    account = {"account": str(books.paytrace.id)}
    plain = alice.post(page, GIVEN | account | {"base_url": "http://acquirer.example"})
    assert "Address: A disputes provider is only reached over https." in text_of(plain)
    missing = text_of(alice.post(page, account))
    assert "Name: Give the connection a name." in missing
    assert "API key: Enter the API key." in missing
    other = alice.post(page, GIVEN | {"account": str(books.sage.id)})
    assert "PayTrace account: Select a valid choice." in text_of(other)
    with tenant_transaction(books.tenant.id):
        assert not Connection.objects.filter(kind="disputes").exists()


def test_it_is_tested_looked_through_and_given_another_key(alice: Client, books: Books) -> None:
    made = _provider(books)
    page = _at(books, f"connections/{made.id}/")
    assert "Open invoices" not in text_of(alice.get(page))
    assert "Waiting for a worker" in text_of(alice.post(f"{page}do/test/", follow=True))
    looked = text_of(alice.post(f"{page}do/poll/", follow=True))
    assert "Looking through Acquirer now; new cases show up by themselves." in looked
    assert DueWork.objects.filter(kind="poll", subject_id=made.id).exists()
    renamed = alice.post(f"{page}do/settings/", {"settings-name": "Acquirer Two"}, follow=True)
    assert "Acquirer Two" in text_of(renamed)
    sent = {"secrets-base_url": "https://other.example", "secrets-api_key": "another-key"}
    shown = alice.post(f"{page}do/secrets/", sent, follow=True)
    assert "The new secrets are stored." in text_of(shown)
    half = alice.post(f"{page}do/secrets/", {"secrets-base_url": "https://thief.example"})
    assert "API key: Enter the API key." in text_of(half)
    with tenant_transaction(books.tenant.id):
        row = Connection.objects.get(id=made.id)
        assert (row.state, row.settings["base_url"]) == ("new", "https://other.example")


def test_how_far_it_was_read_stands_with_the_other_sources_and_above_the_chargebacks(
    alice: Client, books: Books
) -> None:
    made = _provider(books)
    account = _at(books, f"connections/{books.paytrace.id}/")
    assert "Disputes Not read yet, told by Acquirer" in text_of(alice.get(account))
    with tenant_transaction(books.tenant.id):
        Watermark.objects.create(connection=made, source="disputes", complete_up_to=timezone.now())
    assert "Disputes Complete up to" in text_of(alice.get(account))
    shown = text_of(alice.get(_at(books, "chargebacks/")))
    assert "Acquirer tells the cases of PayTrace, store by itself: complete up to" in shown


def test_the_last_day_to_contest_an_open_case_is_shown(alice: Client, books: Books) -> None:
    with tenant_transaction(books.tenant.id):
        one = factories.effect(books, kind="chargeback", transaction_id="CB-77")
        GatewayFact.objects.create(
            connection=books.paytrace, transaction_id="CB-77", type="chargeback", state="opened",
            seen_by="sync", amount=one.amount, currency=one.currency,
            created_at=one.occurred_at, details={"respond_by": "2026-12-08"},
        )  # fmt: skip
    assert "Contest by Dec 8, 2026" in text_of(alice.get(_at(books, "chargebacks/")))


def test_a_case_of_an_unknown_payment_is_given_its_payment(alice: Client, books: Books) -> None:
    with tenant_transaction(books.tenant.id):
        paid = factories.posted(books)
        case = factories.parked(
            books, kind="chargeback", code="disputed_payment_not_found", amount=paid.amount
        )
    page = _at(books, f"exceptions/{case.id}/choose_payment/")
    assert "Choose the payment" in text_of(alice.get(_at(books, "exceptions/")))
    unknown = alice.post(page, {"payment_id": "404"})
    assert "No payment 404 of this account is known here. Check the number." in text_of(unknown)
    alice.post(page, {"payment_id": paid.transaction_id, "reason": "the letter"})
    with tenant_transaction(books.tenant.id):
        case.refresh_from_db()
        assert (case.resolution, case.resolved_by) == ("payment_chosen", books.owner.email)
        effect = Effect.objects.get(id=case.effect_id)
        assert effect.decision == {"trigger": "decision", "payment_id": paid.transaction_id}


def test_a_question_about_a_case_names_who_tells_it(alice: Client, books: Books) -> None:
    with tenant_transaction(books.tenant.id):
        case = factories.parked(
            books, kind="review", transaction_id="CASE-77", code="dispute_status"
        )
    asked = text_of(alice.get(_at(books, f"exceptions/{case.id}/retry/")))
    assert "Look through the disputes provider again" in asked


def test_who_may_not_manage_connections_adds_none(books: Books, client: Client) -> None:
    viewer = factories.member(books.tenant, email="bob@acme.example", role=Role.VIEWER)
    client.force_login(viewer)
    assert client.get(_at(books, "connections/add/disputes/")).status_code == 403
    assert "add a disputes provider" not in text_of(client.get(_at(books, "chargebacks/")))

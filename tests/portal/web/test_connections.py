"""Connections: added with sentences, tested with care, secrets never shown again."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from integrations.connections.models import Connection, ConnectionTest
from integrations.sagepro.profile import PostingProfile
from integrations.sagepro.rights import rights
from tenants.models import LoginCounter
from tenants.roles import Role
from tenants.scope import tenant_transaction
from tests import factories
from tests.factories import Books
from tests.portal.web.reading import text_of

PAYTRACE = {
    "name": "Web payments",
    "gateway_environment": "production",
    "api_version": "v1",
    "username": "tieout-user",
    "password": "s3cret-of-acme",
    "merchant_id": "MID-1",
    "zone": "America/Chicago",
    "currency": "USD",
    "posts_to": "",
    "base_url": "",
}
SAGE = {
    "name": "Books 02",
    "company_number": "02",
    "product": "mssql",
    "host": "books.acme.example",
    "port": "1433",
    "database": "sage02",
    "user": "tieout",
    "password": "p@ss/word:1",
}


def _address(books: Books, connection: Connection, what: str = "") -> str:
    base = f"/t/{books.tenant.slug}/connections/{connection.id}/"
    return f"{base}do/{what}/" if what else base


def test_a_paytrace_account_is_added_and_its_password_never_shown(
    alice: Client, books: Books
) -> None:
    page = alice.post(f"/t/{books.tenant.slug}/connections/add/paytrace/", PAYTRACE)
    shown = alice.get(page.headers["Location"])
    assert "Nobody has tested it yet." in text_of(shown)
    assert "s3cret-of-acme" not in shown.content.decode()
    with tenant_transaction(books.tenant.id):
        made = Connection.objects.get(name="Web payments")
    assert (made.state, made.settings["zone"]) == ("new", "America/Chicago")


def test_what_does_not_fit_comes_back_as_typed_without_the_secret(
    alice: Client, books: Books
) -> None:
    given = PAYTRACE | {"name": books.paytrace.name, "merchant_id": "MID-9"}
    page = alice.post(f"/t/{books.tenant.slug}/connections/add/paytrace/", given)
    assert f"There is already a connection called {books.paytrace.name}." in text_of(page)
    assert "MID-9" in page.content.decode()
    assert "s3cret-of-acme" not in page.content.decode()


def test_a_sage_company_is_added_with_the_standard_profile(alice: Client, books: Books) -> None:
    page = alice.post(f"/t/{books.tenant.slug}/connections/add/sage-pro/", SAGE)
    shown = alice.get(page.headers["Location"])
    assert "books.acme.example" in text_of(shown)
    assert "p@ss" not in shown.content.decode()
    with tenant_transaction(books.tenant.id):
        made = Connection.objects.get(name="Books 02")
    assert made.settings["profile"]["company_number"] == "02"


@pytest.mark.parametrize("page", ["sage-pro", "agent", "foxpro"])
def test_nothing_may_be_written_to_a_new_company_before_it_is_proven(
    page: str, alice: Client, books: Books
) -> None:
    address = f"/t/{books.tenant.slug}/connections/add/{page}/"
    assert alice.post(address, SAGE).status_code == 302
    with tenant_transaction(books.tenant.id):
        made = Connection.objects.get(name="Books 02")
    profile = PostingProfile.from_json(made.settings["profile"])
    written = [right for right in rights(profile) if right.verb != "SELECT"]
    assert [(right.verb, right.table) for right in written] == [
        ("INSERT", profile.physical_table("postings"))
    ]
    shown = alice.get(f"/t/{books.tenant.slug}/connections/{made.id}/")
    assert "It allows no posting, so Tieout only reads." in text_of(shown)
    assert f"/connections/{made.id}/calibration/" in shown.content.decode()


def test_a_test_is_asked_for_once_and_shown_live(alice: Client, books: Books) -> None:
    alice.post(_address(books, books.sage, "test"))
    alice.post(_address(books, books.sage, "test"))
    result = _address(books, books.sage) + "test-result/"
    assert "every 1s" in alice.get(result).content.decode()
    with tenant_transaction(books.tenant.id):
        assert ConnectionTest.objects.count() == 1
        findings = [{"label": "Sign in", "ok": False, "sentence": "The password is wrong."}]
        ConnectionTest.objects.update(state="failed", finished_at=timezone.now(), findings=findings)
    done = alice.get(result)
    assert "Test failed" in text_of(done)
    assert "The password is wrong." in text_of(done)
    assert "every 1s" not in done.content.decode()


def test_after_a_refused_sign_in_the_lock_out_is_explained_first(
    alice: Client, books: Books
) -> None:
    LoginCounter.objects.create(key_hash=bytes(32), failures=1)
    asked = text_of(alice.post(_address(books, books.paytrace, "test")))
    assert (
        "PayTrace locks a user after four failed sign-ins in a row. 1 of 4 has been used" in asked
    )
    assert "Try once more" in asked
    alice.post(_address(books, books.paytrace, "test"), {"confirmed": "yes"})
    with tenant_transaction(books.tenant.id):
        assert ConnectionTest.objects.count() == 1
    alice.post(_address(books, books.paytrace, "have-reset"))
    assert LoginCounter.objects.get().failures == 0


def test_a_person_says_which_kind_of_user_it_is_where_paytrace_does_not(
    alice: Client, books: Books
) -> None:
    page = f"/t/{books.tenant.slug}/connections/{books.paytrace.id}/"
    assert "Is it an API user?" not in text_of(alice.get(page))
    with tenant_transaction(books.tenant.id):
        untold = {"user": {"available": None, "sentence": "API v1 does not tell."}}
        Connection.objects.filter(pk=books.paytrace.pk).update(capabilities=untold)
    assert "Is it an API user?" in text_of(alice.get(page))
    wrong = alice.post(_address(books, books.paytrace, "user-kind"), {"kind": "owner"})
    assert "Say whether it is an API user or a web user." in text_of(wrong)
    alice.post(_address(books, books.paytrace, "user-kind"), {"kind": "api"})
    shown = text_of(alice.get(page))
    assert "Is it an API user?" not in shown
    # Said by mistake, it can be said otherwise.
    assert "said that this is an API user, whose password does not end. It is a web user" in shown
    alice.post(_address(books, books.paytrace, "user-kind"), {"kind": "web"})
    assert "a web user, whose password ends. It is an API user" in text_of(alice.get(page))


def test_pausing_needs_a_reason_and_resuming_none(alice: Client, books: Books) -> None:
    refused = alice.post(_address(books, books.sage, "pause"), {"reason": " "})
    assert "Say why, so that others understand." in text_of(refused)
    alice.post(_address(books, books.sage, "pause"), {"reason": "Month end"})
    assert "Sage Pro, company 01 is paused." in text_of(alice.get(f"/t/{books.tenant.slug}/"))
    alice.post(_address(books, books.sage, "resume"))
    with tenant_transaction(books.tenant.id):
        assert Connection.objects.get(pk=books.sage.pk).paused_at is None


def test_a_halted_company_says_so_everywhere_until_somebody_looked(
    alice: Client, books: Books
) -> None:
    with tenant_transaction(books.tenant.id):
        Connection.objects.filter(pk=books.sage.pk).update(
            halted_at=timezone.now(), halted_reason="Receipt PT000001 holds another amount."
        )
    today = text_of(alice.get(f"/t/{books.tenant.slug}/"))
    assert "Posting to Sage Pro, company 01 is halted." in today
    assert "Receipt PT000001 holds another amount." in today
    alice.post(_address(books, books.sage, "lift-halt"), {"reason": "Corrected in Sage"})
    with tenant_transaction(books.tenant.id):
        assert Connection.objects.get(pk=books.sage.pk).halted_at is None


def test_a_notice_address_is_shown_once(alice: Client, books: Books) -> None:
    page = alice.post(_address(books, books.paytrace, "notice-address")).content.decode()
    secret = re.search(r"whsec_[\w+/=]+", page)
    assert secret is not None
    assert "/hooks/" in page
    again = alice.get(_address(books, books.paytrace)).content.decode()
    assert secret.group() not in again
    assert "/hooks/" not in again


def test_settings_and_secrets_are_changed(alice: Client, books: Books) -> None:
    settings = {f"settings-{name}": PAYTRACE[name] for name in ("name", "zone", "currency")}
    given = settings | {"settings-merchant_id": "MID-2", "settings-posts_to": str(books.sage.id)}
    alice.post(_address(books, books.paytrace, "settings"), given)
    secrets = {"secrets-username": "new-user", "secrets-password": "another-one"}
    alice.post(_address(books, books.paytrace, "secrets"), secrets)
    with tenant_transaction(books.tenant.id):
        changed = Connection.objects.get(pk=books.paytrace.pk)
    assert (changed.name, changed.settings["merchant_id"]) == ("Web payments", "MID-2")
    assert (changed.posts_to_id, changed.state) == (books.sage.id, "new")


def test_the_merchant_of_an_account_in_use_is_not_exchanged(alice: Client, books: Books) -> None:
    """Its payments would be another's from then on, and be posted again."""
    with tenant_transaction(books.tenant.id):
        factories.effect(books)
    settings = {f"settings-{name}": PAYTRACE[name] for name in ("name", "zone", "currency")}
    given = settings | {"settings-merchant_id": "MID-2", "settings-posts_to": str(books.sage.id)}
    page = alice.post(_address(books, books.paytrace, "settings"), given)
    assert "is merchant MID-4417 to everything that came by it" in text_of(page)
    with tenant_transaction(books.tenant.id):
        kept = Connection.objects.get(pk=books.paytrace.pk)
    assert (kept.settings["merchant_id"], kept.state) == ("MID-4417", "connected")


def test_an_accountant_looks_and_changes_nothing(books: Books) -> None:
    ana = Client()
    ana.force_login(factories.member(books.tenant, email="ana@acme.example", role=Role.ACCOUNTANT))
    text = text_of(ana.get(_address(books, books.paytrace)))
    assert "Replace the secrets" not in text
    assert ana.post(_address(books, books.paytrace, "pause"), {"reason": "x"}).status_code == 403
    assert ana.get(f"/t/{books.tenant.slug}/connections/add/paytrace/").status_code == 403


def test_a_refused_sign_in_and_a_password_near_its_end_are_explained(
    alice: Client, books: Books
) -> None:
    ends_on = (timezone.now() + timedelta(days=9)).date().isoformat()
    with tenant_transaction(books.tenant.id):
        Connection.objects.filter(pk=books.paytrace.pk).update(
            state=Connection.State.WAITING_CREDENTIAL,
            state_sentence="PayTrace refused the user name or password.",
            capabilities={"user": {"available": False, "sentence": "", "ends_on": ends_on}},
        )
    shown = text_of(alice.get(_address(books, books.paytrace)))
    assert "PayTrace refused the user name or password. Tieout does not sign in again" in shown
    assert "once a test passes, everything since then is found by itself." in shown
    assert "days. It is a web user; an API user's password does not end." in shown


def test_flagged_rows_are_switched_on_and_off_and_go_one_way(alice: Client, books: Books) -> None:
    page = alice.post(_address(books, books.paytrace, "flagged"), {"flagged": "on"}, follow=True)
    assert "Rows flagged in Sage are taken in from now on." in text_of(page)
    assert "No row is taken in now" in text_of(page)
    page = alice.post(_address(books, books.paytrace, "flagged"), {}, follow=True)
    assert "No new row is taken in." in text_of(page)
    page = alice.post(_address(books, books.paytrace, "flagged"), {})
    assert "are not taken in through this account" in text_of(page)
    assert alice.post(_address(books, books.sage, "flagged"), {}).status_code == 404


def test_flagged_rows_need_a_table_in_the_posting_profile(alice: Client, books: Books) -> None:
    with tenant_transaction(books.tenant.id):
        profile = dict(books.sage.settings["profile"])
        profile["tables"] = {k: v for k, v in profile["tables"].items() if k != "flagged"}
        books.sage.settings = {**books.sage.settings, "profile": profile}
        books.sage.save(update_fields=["settings"])
    page = alice.post(_address(books, books.paytrace, "flagged"), {"flagged": "on"})
    assert "names no table of flagged rows" in text_of(page)

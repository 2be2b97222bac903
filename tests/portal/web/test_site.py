"""A Sage company's server on its page: self-tests, rights, and who vouches for it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from integrations.connections import authorities, site_tests
from integrations.connections.models import Connection
from integrations.sagepro.self_test import Check, SelfTest
from tenants.errors import NotPossible
from tenants.scope import tenant_transaction
from tests.factories import Books
from tests.portal.web.reading import text_of
from tests.sagepro.certificates import Issuer


def _address(books: Books, what: str = "") -> str:
    return f"/t/{books.tenant.slug}/connections/{books.sage.id}/{what}"


def test_the_page_shows_the_last_self_test_and_keeps_the_earlier_ones(
    alice: Client, books: Books
) -> None:
    failed = Check("One writer", is_ok=False, sentence="Two writers were let in.")
    with tenant_transaction(books.tenant.id):
        site_tests.keep(books.sage, SelfTest("SQL Server 15.0", (failed,)), actor="Alice")
    shown = text_of(alice.get(_address(books)))
    assert "Failed" in shown
    assert "SQL Server 15.0, asked by Alice" in shown
    assert "Two writers were let in." in shown
    assert "Earlier self-tests" in shown
    assert "Posting waits: this server has not passed the self-test" in shown


def test_a_proved_company_says_no_word_of_waiting(alice: Client, books: Books) -> None:
    shown = text_of(alice.get(_address(books)))
    assert "All are there." in shown
    assert "Posting waits" not in shown


@pytest.mark.parametrize(
    ("product", "words"),
    [
        ("mssql", "GRANT UPDATE ON [dbo].[arcust] ([balance], [lastpay], [lpymt], [onorder]) TO"),
        ("postgresql", 'GRANT UPDATE ("int1") ON "public"."sysdata" TO "tieout";'),
    ],
)
def test_the_rights_are_a_file_for_the_administrator(
    product: str, words: str, alice: Client, books: Books
) -> None:
    page = alice.get(_address(books, f"rights/{product}/"))
    assert words in page.content.decode()
    assert page.headers["Content-Disposition"] == (
        f'attachment; filename="tieout-rights-01-{product}.sql"'
    )
    assert "rights/" + product in alice.get(_address(books)).content.decode()


def test_there_are_no_rights_for_another_product(alice: Client, books: Books) -> None:
    assert alice.get(_address(books, "rights/oracle/")).status_code == 404


def test_a_certificate_is_kept_shown_with_its_end_and_asks_for_a_test(
    alice: Client, books: Books
) -> None:
    pem = Issuer("Acme Root").pem
    upload = SimpleUploadedFile("ca.pem", pem)
    page = alice.post(_address(books, "do/authority/"), {"authority-authority": upload})
    assert page.status_code == 302
    shown = text_of(alice.get(_address(books)))
    assert "Tieout trusts what Acme Root vouches for, until" in shown
    assert "Posting waits" in shown
    with tenant_transaction(books.tenant.id):
        row = Connection.objects.get(pk=books.sage.pk)
    assert row.state == Connection.State.NEW
    assert row.settings["authority"]["pem"].encode() == pem


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"not a certificate", "no certificate in PEM form"),
        (b"-----BEGIN EC " + b"PRIVATE KEY-----\n", "holds a private key"),
        (b"x" * 70_000, "smaller than 64 kB"),
    ],
)
def test_another_file_is_refused_beside_its_field(
    content: bytes, words: str, alice: Client, books: Books
) -> None:
    upload = SimpleUploadedFile("ca.pem", content)
    page = alice.post(_address(books, "do/authority/"), {"authority-authority": upload})
    assert page.status_code == 200
    assert words in text_of(page)
    with tenant_transaction(books.tenant.id):
        assert "authority" not in Connection.objects.get(pk=books.sage.pk).settings


def test_an_expired_certificate_is_refused() -> None:
    pem = Issuer("Old root", days=2).pem
    with pytest.raises(NotPossible, match="expired on"):
        authorities.read_authority(pem, now=timezone.now() + timedelta(days=3))

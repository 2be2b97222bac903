"""The calibration page: what to key, what was found, and who may do it where."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client

from integrations.connections import calibrations
from integrations.connections.models import CalibrationStep, Connection
from integrations.sagepro.calibration.transactions import TASKS, Transaction
from portal.web.forms.calibration import KeyedForm
from tenants.roles import Role
from tenants.scope import tenant_transaction
from tests import factories
from tests.factories import Books
from tests.portal.web.reading import text_of

TYPED = {
    "transaction": "full",
    "customer": "ACME01",
    "amount": "312.50",
    "invoice1": "10433",
    "reference": "TIEOUT01",
    "day": "2026-11-20",
    "entered_on": "2026-11-21",
    "user": "MAC",
}


@pytest.fixture
def test_books(books: Books) -> Connection:
    """A Sage Pro company in Dev."""
    with tenant_transaction(books.tenant.id):
        return factories.sage_company(books.dev, name="Test books")


@pytest.fixture
def alice_in_dev(alice: Client, books: Books) -> Client:
    alice.cookies["tieout_environment"] = str(books.dev.id)
    return alice


def _page(books: Books, connection: Connection, what: str = "") -> str:
    base = f"/t/{books.tenant.slug}/connections/{connection.id}/calibration/"
    return f"{base}do/{what}/" if what else base


def test_production_is_refused_in_a_sentence(alice: Client, books: Books) -> None:
    shown = text_of(alice.get(_page(books, books.sage)))
    assert calibrations.ONLY_TEST_COMPANIES in shown
    assert "Start calibration" not in shown
    refused = text_of(alice.post(_page(books, books.sage, "start")))
    assert calibrations.ONLY_TEST_COMPANIES in refused


def test_it_is_started_left_and_resumed(
    alice_in_dev: Client, books: Books, test_books: Connection
) -> None:
    first = text_of(alice_in_dev.get(_page(books, test_books)))
    assert all(task.title in first for task in TASKS.values())
    alice_in_dev.post(_page(books, test_books, "start"))
    shown = alice_in_dev.get(_page(books, test_books))
    assert "Waiting for a worker…" in text_of(shown)
    assert "every 1s" in shown.content.decode()
    _looked(books)
    again = text_of(alice_in_dev.get(_page(books, test_books)))
    assert "I have keyed it" in again
    progress = _page(books, test_books) + "progress/"
    answer = alice_in_dev.get(progress, headers={"HX-Request": "true"})
    assert answer.headers["HX-Refresh"] == "true"
    over = alice_in_dev.post(_page(books, test_books, "start-over"), follow=True)
    assert "Put aside." in text_of(over)


def _looked(books: Books) -> None:
    """As if a worker had taken the first look."""
    with tenant_transaction(books.tenant.id):
        step = CalibrationStep.objects.select_related("calibration").get()
        CalibrationStep.objects.update(state="done")
        step.calibration.snapshot = b"x"
        step.calibration.save(update_fields=["snapshot"])


def test_what_was_typed_comes_back_with_its_mistakes(
    alice_in_dev: Client, books: Books, test_books: Connection
) -> None:
    alice_in_dev.post(_page(books, test_books, "start"))
    _looked(books)
    wrong = TYPED | {"amount": "a lot", "customer": "ACME99", "day": ""}
    page = alice_in_dev.post(_page(books, test_books, "keyed"), wrong)
    assert "Enter a number." in text_of(page)
    assert 'value="ACME99"' in page.content.decode()
    alice_in_dev.post(_page(books, test_books, "keyed"), TYPED)
    with tenant_transaction(books.tenant.id):
        step = CalibrationStep.objects.get(transaction="full")
    assert step.keyed["parts"] == [["10433", "312.50", "0"]]
    odd = alice_in_dev.post(_page(books, test_books, "keyed"), TYPED | {"transaction": "wild"})
    assert "Choose a transaction from the list." in text_of(odd)


@pytest.mark.parametrize("role", [Role.IT, Role.ACCOUNTANT])
def test_it_walks_it_and_an_accountant_looks(
    books: Books, test_books: Connection, role: Role
) -> None:
    client = Client()
    client.force_login(factories.member(books.tenant, email="bob@acme.example", role=role))
    client.cookies["tieout_environment"] = str(books.dev.id)
    assert client.get(_page(books, test_books)).status_code == 200
    started = client.post(_page(books, test_books, "start"))
    assert started.status_code == (302 if role is Role.IT else 403)


@pytest.mark.parametrize("transaction", Transaction)
def test_every_transaction_has_a_form_of_what_it_needs(transaction: Transaction) -> None:
    typed: dict[str, Any] = {
        **TYPED, "amount": "30", "amount1": "10", "discount1": "1", "invoice2": "7",
        "amount2": "20", "takes_back": "TIEOUT00", "credit": "OC00017", "fee": "25",
        "debit_account": "1010-00", "credit_account": "1105-00",
    }  # fmt: skip
    form = KeyedForm(typed, transaction=transaction, today=date(2026, 11, 21))
    assert form.is_valid(), form.errors
    keyed = form.keyed()
    assert keyed.transaction is transaction
    journals = {Transaction.SETTLEMENT, Transaction.FEE}
    invoices = {Transaction.SPLIT: 2, Transaction.ON_ACCOUNT: 0, Transaction.CREDIT_MEMO: 0}
    assert len(keyed.parts) == (invoices | dict.fromkeys(journals, 0)).get(transaction, 1)
    assert bool(keyed.discount) is (transaction is Transaction.DISCOUNT)
    back = {Transaction.REVERSAL, Transaction.CHARGEBACK}
    assert bool(keyed.takes_back) is (transaction in back)
    assert bool(keyed.fee) is (transaction is Transaction.CHARGEBACK)
    assert bool(keyed.credit) is (transaction is Transaction.APPLY)
    assert bool(keyed.debit_account and keyed.credit_account) is (transaction in journals)
    assert bool(keyed.customer) is (transaction not in journals)

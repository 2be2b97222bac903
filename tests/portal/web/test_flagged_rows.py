"""A row flagged in Sage that could not be taken in, on screens; and one that is on its way."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models.functions import Now
from django.test import Client

from integrations.canonical.money import Money
from integrations.connections import flagged
from integrations.exceptions.models import ExceptionCase
from integrations.instructions import policies
from integrations.instructions.models import Instruction
from integrations.posting.models import Effect
from tenants.models import DueWork, WorkKind
from tenants.scope import tenant_transaction
from tests import factories
from tests.factories import Books
from tests.portal.web.reading import text_of


@pytest.fixture
def case(books: Books) -> ExceptionCase:
    with tenant_transaction(books.tenant.id):
        return factories.flagged_row(books)


def _base(books: Books) -> str:
    return f"/t/{books.tenant.slug}"


def test_it_stands_in_the_inbox_with_what_the_row_says(
    alice: Client, books: Books, case: ExceptionCase
) -> None:
    inbox = text_of(alice.get(f"{_base(books)}/exceptions/"))
    told = [
        "A row flagged in Sage could not be taken in", "ACME01", "Row flagged in Sage",
        "‘LUNCH’ is no word of the posting profile for what a row asks for.",
        "As Sage tells it: row: 17; asks for: LUNCH", "Mend row 17 in Sage and flag it again.",
        "Look again", "Dismiss", "What was asked",
    ]  # fmt: skip
    assert [words for words in told if words not in inbox] == []
    asked = alice.get(f"{_base(books)}/charges/{case.evidence['instruction_id']}/")
    assert "‘LUNCH’ is no word" in text_of(asked)
    page = text_of(alice.get(f"{_base(books)}/payments/{case.effect_id}/"))
    assert [words for words in ("Row flagged in Sage", "Look again") if words not in page] == []


def test_looking_again_needs_rows_to_be_taken_in_and_leaves_it_open(
    alice: Client, books: Books, case: ExceptionCase
) -> None:
    address = f"{_base(books)}/exceptions/{case.id}/retry/"
    assert "Look through Sage again" in text_of(alice.get(address))
    assert "are not taken in any more" in text_of(alice.post(address))
    with tenant_transaction(books.tenant.id):
        books.paytrace.settings = {**books.paytrace.settings, flagged.SETTING: True}
        books.paytrace.save(update_fields=["settings"])
    assert "An owner has to set the limits first." in text_of(alice.post(address))
    assert not DueWork.objects.filter(kind=WorkKind.FLAGGED).exists()
    with tenant_transaction(books.tenant.id):
        limit = Money(Decimal(500), "USD")
        policies.set_policy(
            environment_id=books.environment.id, user_daily_limit=limit,
            company_daily_limit=limit, approval_above=limit, actor="alice@acme.example",
        )  # fmt: skip
    assert "Sage is looked through now" in text_of(alice.post(address, follow=True))
    assert DueWork.objects.get(kind=WorkKind.FLAGGED).subject_id == books.sage.id
    with tenant_transaction(books.tenant.id):
        case.refresh_from_db()
    assert case.state == "open"


def test_dismissing_says_that_nothing_is_asked_of_paytrace(
    alice: Client, books: Books, case: ExceptionCase
) -> None:
    address = f"{_base(books)}/exceptions/{case.id}/dismiss/"
    assert "Nothing is asked of PayTrace for it" in text_of(alice.get(address))
    alice.post(address, {"reason": "Lunch is paid in cash"})
    with tenant_transaction(books.tenant.id):
        case.refresh_from_db()
        assert Effect.objects.get().state == "dismissed"
    assert (case.resolution, case.reason) == ("dismissed", "Lunch is paid in cash")
    # What only payments offer is refused in words, by whatever address.
    other = alice.get(f"{_base(books)}/exceptions/{case.id}/on_account/")
    assert other.status_code == 200


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("waiting_approval", "Taking the flag off row 17 in Sage takes it back"),
        ("ready", "Taking the flag off row 17 in Sage takes it back"),
        ("sent", "Taking the flag off row 17 in Sage does not stop it any more"),
        ("unknown", "Taking the flag off row 17 in Sage does not stop it any more"),
    ],
)
def test_its_page_says_whether_unflagging_the_row_still_takes_it_back(
    alice: Client, books: Books, case: ExceptionCase, state: str, told: str
) -> None:
    with tenant_transaction(books.tenant.id):
        Instruction.objects.update(state=state, told_sage="")
    page = alice.get(f"{_base(books)}/charges/{case.evidence['instruction_id']}/")
    assert told in text_of(page)


def test_a_row_that_is_in_use_in_sage_is_shown_as_waiting(
    alice: Client, books: Books, case: ExceptionCase
) -> None:
    page = f"{_base(books)}/charges/{case.evidence['instruction_id']}/"
    account = f"{_base(books)}/connections/{books.paytrace.id}/"
    assert "in use in Sage" not in text_of(alice.get(account))
    with tenant_transaction(books.tenant.id):
        Instruction.objects.update(
            state="done", told_sage="waiting_approval", sage_waits=2,
            sage_due_at=Now() + timedelta(seconds=20),
        )  # fmt: skip
    shown = text_of(alice.get(page))
    assert "Waiting: the row is in use" in shown
    assert "Somebody has row 17 open in Sage, so it still says ‘Waiting’." in shown
    assert "One row is in use in Sage, so what became of it waits." in text_of(alice.get(account))
    with tenant_transaction(books.tenant.id):
        Instruction.objects.update(told_sage="done", sage_waits=0, sage_due_at=None)
    assert "in use" not in text_of(alice.get(page))

"""What pages of payments say where a person could be left without a next step."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from types import ModuleType

import pytest
from django import forms
from django.test import Client

from integrations.connections.models import Connection
from integrations.events.counting import Meter
from portal.web.forms import (
    chargebacks,
    disputes,
    instructions,
    level_three,
    links,
    paytrace_account,
)
from tenants.scope import tenant_transaction
from tests import factories
from tests.factories import Books
from tests.portal.web.reading import text_of

NOON = datetime(2026, 11, 20, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    "module", [chargebacks, disputes, instructions, level_three, links, paytrace_account]
)
def test_no_field_that_is_left_empty_says_only_that_it_is_required(module: ModuleType) -> None:
    found = [one for one in vars(module).values() if isinstance(one, type)]
    speechless = {
        f"{one.__name__}.{name}"
        for one in found
        if issubclass(one, forms.Form)
        for name, field in one.base_fields.items()
        if type(field) is forms.CharField
        and field.required
        and not field.widget.is_hidden
        and field.error_messages["required"] == forms.Field.default_error_messages["required"]
    }
    assert speechless == set()


def _meter(*, told: int, by_notice: int, by_sync: int, is_missing: bool = False) -> Meter:
    oldest = NOON if is_missing else None
    return Meter(date(2026, 11, 20), told, by_notice, by_sync, oldest, NOON)


def test_what_came_since_a_day_was_read_hides_nothing_that_was_missing() -> None:
    missing = _meter(told=3, by_notice=5, by_sync=0, is_missing=True)
    assert (missing.unseen, missing.since) == (1, 2)
    whole = _meter(told=3, by_notice=4, by_sync=1)
    assert (whole.unseen, whole.since) == (0, 2)
    behind = _meter(told=5, by_notice=2, by_sync=1)
    assert (behind.unseen, behind.since) == (2, 0)


def test_a_dispute_shows_the_day_it_was_told_of_and_no_time(alice: Client, books: Books) -> None:
    """A day of the account begins on the one before in a zone further west."""
    with tenant_transaction(books.tenant.id):
        books.paytrace.settings = {**books.paytrace.settings, "zone": "America/New_York"}
        books.paytrace.save(update_fields=["settings"])
        paid = factories.posted(books, amount=Decimal("740.00"))
        opened = factories.effect(
            books, kind="chargeback", parent=paid, transaction_id="dispute:C-1", state="posted",
            occurred_at=datetime(2025, 3, 12, 4, tzinfo=UTC), gateway_state="opened",
        )  # fmt: skip
    pages = ("chargebacks/", f"payments/{opened.id}/")
    shown = [text_of(alice.get(f"/t/{books.tenant.slug}/{page}")) for page in pages]
    assert ["Mar 12, 2025" in text for text in shown] == [True, True]
    assert ["Mar 11" in text for text in shown] == [False, False]


def test_a_refused_sign_in_leads_to_the_secrets(alice: Client, books: Books) -> None:
    page = f"/t/{books.tenant.slug}/connections/{books.paytrace.id}/"
    assert 'href="#secrets"' not in alice.get(page).content.decode()
    with tenant_transaction(books.tenant.id):
        Connection.objects.filter(id=books.paytrace.id).update(
            state="waiting_credential", state_sentence="PayTrace refused the password."
        )
    assert '<a href="#secrets">Replace the secrets</a>' in alice.get(page).content.decode()

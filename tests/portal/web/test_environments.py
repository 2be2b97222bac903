"""A form is sent where it was shown, whatever was chosen in another tab meanwhile."""

from __future__ import annotations

import re

from django.test import Client

from integrations.instructions.models import InstructionPolicy
from tenants.scope import tenant_transaction
from tests.factories import Books
from tests.portal.web.reading import text_of

LIMITS = {"user_daily_limit": "10", "company_daily_limit": "20", "approval_above": "5"}


def _limited(books: Books) -> list[str]:
    with tenant_transaction(books.tenant.id):
        rows = InstructionPolicy.objects.select_related("environment")
        return [row.environment.kind for row in rows]


def test_a_form_of_dev_changes_nothing_in_production(alice: Client, books: Books) -> None:
    page, switch = (f"/t/{books.tenant.slug}/{name}/" for name in ("charges/limits", "environment"))
    alice.post(switch, {"environment": str(books.dev.id)})
    shown = alice.get(page).content.decode()
    marks = set(re.findall(r'name="(seen_environment)" value="([^"]+)"', shown))
    assert marks == {("seen_environment", str(books.dev.id))}
    sent = {**LIMITS, "seen_environment": str(books.dev.id)}
    # In another tab, with a form that is as old.
    there = {"environment": str(books.environment.id), "seen_environment": str(books.dev.id)}
    alice.post(switch, there)
    refused = alice.post(page, sent)
    told = "This page was shown for Dev, and since then Production was chosen"
    assert told in text_of(refused, status=409)
    assert _limited(books) == []
    alice.post(switch, {"environment": str(books.dev.id)})
    alice.post(page, sent)
    assert _limited(books) == ["dev"]


def test_an_environment_of_nobody_is_not_the_one_that_is_open(alice: Client, books: Books) -> None:
    page = f"/t/{books.tenant.slug}/charges/limits/"
    refused = alice.post(page, {**LIMITS, "seen_environment": "4111"})
    assert "shown for another environment" in text_of(refused, status=409)
    assert _limited(books) == []

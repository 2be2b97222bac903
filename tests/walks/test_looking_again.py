"""A second look at a day reads what is news and nothing else, and misses no change."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from integrations.events import polling
from integrations.events.models import GatewayFact
from integrations.paytrace.client import PayTraceClient
from integrations.paytrace.listed import Listed
from integrations.paytrace.record_fields import Reading
from integrations.pipeline.sources import Found, Look
from integrations.posting.models import Effect
from tenants.scope import tenant_transaction
from tests import factories
from tests.factories import Books
from tests.paytrace.payloads import payload

DAY = date(2026, 11, 20)
READING = Reading("MID-4417", ZoneInfo("America/Los_Angeles"), "USD")
ROW = payload("v1_export_pending")["transactions"][0]
MANY = polling.PAGE + 30


def _row(number: int, **fields: Any) -> dict[str, Any]:
    return {**ROW, "transaction_id": 70_000_000 + number, **fields}


@pytest.fixture
def books(db: None) -> Books:
    return factories.company()


@pytest.fixture
def look(books: Books) -> Callable[[Iterable[object]], Found]:
    """One look at a day that lists these rows."""
    one = Look(
        books.paytrace, cast("PayTraceClient", None), now=datetime(2026, 11, 20, 20, tzinfo=UTC),
        keep=lambda: True,
    )  # fmt: skip
    return lambda rows: one.take_in_list((Listed(raw, READING) for raw in rows), day=DAY)


@contextmanager
def _asked() -> Iterator[CaptureQueriesContext]:
    with CaptureQueriesContext(database) as told:
        yield told


def _states(books: Books) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    with tenant_transaction(books.tenant.id):
        for one in GatewayFact.objects.order_by("transaction_id", "seen_at", "state"):
            found.setdefault(one.transaction_id, []).append(one.state)
    return found


def test_a_change_anywhere_in_a_day_that_is_known_is_taken_in(
    books: Books, look: Callable[[Iterable[object]], Found]
) -> None:
    rows = [_row(number) for number in range(MANY)]
    assert look(rows) == Found(seen=MANY, new=MANY)
    for place in (0, 199, 200, polling.PAGE - 1, polling.PAGE, MANY - 1):
        rows[place] = _row(place, status_code="GB571", settled="11/20/2026 8:13:45 PM")
    rows.insert(500, _row(MANY))
    assert look(rows) == Found(seen=MANY + 1, new=7)
    assert look(reversed(rows)) == Found(seen=MANY + 1, new=0)
    states = _states(books)
    assert len(states) == MANY + 1
    changed = {key for key, told in states.items() if told == ["pending_settlement", "settled"]}
    assert changed == {str(70_000_000 + n) for n in (0, 199, 200, 999, 1000, MANY - 1)}


def test_a_look_that_finds_nothing_asks_a_few_things_a_page(
    look: Callable[[Iterable[object]], Found],
) -> None:
    rows = [_row(number) for number in range(MANY)]
    look(rows)
    with _asked() as told:
        look(rows)
    # Two pages: begin, whose company, which states, which questions, commit.
    assert len(told) <= 2 * 5


def test_records_nobody_can_read_are_looked_up_together(
    books: Books, look: Callable[[Iterable[object]], Found]
) -> None:
    rows: list[object] = [_row(number, amount="seven hundred") for number in range(40)]
    rows += ["no record at all"]
    first = look(rows)
    assert (first.seen, first.new, len(first.unreadable)) == (41, 0, 41)
    with _asked() as told:
        assert look(rows).unreadable == first.unreadable
    assert len(told) <= 12
    # One can be read now; its question is answered, and the payment is new.
    assert look([_row(7), *rows[:7], *rows[8:]]).new == 1
    with tenant_transaction(books.tenant.id):
        kinds = Effect.objects.filter(transaction_id="70000007").order_by("kind")
        assert list(kinds.values_list("kind", "state")) == [
            ("sale", "new"),
            ("unreadable", "noted"),
        ]


def test_a_card_number_in_what_the_gateway_tells_is_not_kept(
    books: Books, look: Callable[[Iterable[object]], Found]
) -> None:
    card = "4111 1111 1111 1111"
    look([_row(1, description=card, billing_address={"name": f"Mark {card}"})])
    with tenant_transaction(books.tenant.id):
        details = GatewayFact.objects.get().details
        effect = Effect.objects.get()
    assert (details["description"], effect.customer_name) == ("[PAN …1111]", "Mark [PAN …1111]")
    assert effect.amount == Decimal("12.5")
    assert "4111 1111" not in json.dumps(details)

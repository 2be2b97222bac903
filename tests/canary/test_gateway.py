"""A card number in any field of any of PayTrace's answers is kept nowhere, and stops nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from integrations.canonical.ach import AchDeposit, AchDepositPart, AchTransaction
from integrations.canonical.ach_states import to_payment
from integrations.canonical.identifiers import is_identifier
from integrations.canonical.transactions import Record, Unreadable
from integrations.events.models import DepositPart, GatewayBatch, Source
from integrations.events.polling import Window
from integrations.paytrace import wire
from integrations.paytrace.ach_reading import to_ach_record, to_deposit_part, to_deposit_record
from integrations.paytrace.client import PayTraceClient
from integrations.paytrace.http import Call, Reply, read_reply
from integrations.paytrace.listed import Listed
from integrations.paytrace.record_fields import Reading
from integrations.paytrace.recurring import RecurringPlan
from integrations.paytrace.stored import to_customer, to_plan
from integrations.paytrace.vault import VaultCustomer
from integrations.pipeline.settled_sources import read_settled_on
from integrations.pipeline.sources import Look
from integrations.pipeline.stored import read_stored
from tenants.scope import tenant_transaction
from tests import factories
from tests.canary.cards import CODE_NAMES, Cards
from tests.canary.kept import leaks, leaks_in_database
from tests.canary.portal_door import leaves, replaced
from tests.paytrace.payloads import FOLDER, payload

NOW = datetime(2026, 11, 20, 20, tzinfo=UTC)
DAY = date(2026, 11, 20)
READING = Reading("MID-4417", ZoneInfo("America/Los_Angeles"), "USD")
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
# PayTrace gave these out: nobody typed them.
GIVEN_OUT = frozenset({"transaction_id", "id", "original_transaction_id", "batch_number"})
Json = dict[str, Any]
AT_ONCE = 50


def _planted(raw: Json, cards: Cards, what: str) -> Iterator[Json]:
    """The record with a card number at each place but its ids, and with security codes."""
    for place in leaves(raw):
        if place[-1] not in GIVEN_OUT:
            yield replaced(raw, place, cards.text(f"{what} {place}"))
    yield {**raw, **{name: cards.code() for name in CODE_NAMES}}
    yield {**raw, "discretionary_data": {cards.text(what): cards.text(what)}}
    yield {**raw, "discretionary_data": [{"note": cards.text(what)}], "amount": "unreadable"}
    yield {**raw, "memo": cards.text(what), "created": "unreadable", "processed_date": "x"}


def _records(value: Any) -> Iterator[Json]:
    """Every record of a payment in an answer."""
    if isinstance(value, dict):
        if value.keys() & {"created", "processed_date"}:
            yield value
        for inner in value.values():
            yield from _records(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _records(inner)


@pytest.fixture
def look(db: None) -> Look:
    source = factories.company().paytrace
    return Look(source, cast("PayTraceClient", None), now=NOW, keep=lambda: True)


def test_no_record_that_is_listed_brings_one_in(
    look: Look, cards: Cards, superuser_url: str
) -> None:
    seen = told = 0
    for name in NAMES:
        rows = list(_rows(name, cards, number=60_000_000 + told))
        told += len(rows)
        # By a few, as a day in which many are unreadable is stopped.
        for first in range(0, len(rows), AT_ONCE):
            some = rows[first : first + AT_ONCE]
            if "ach" in name or "check" in name:
                found = look.take_in(map(_ach, some), origin=Source.ACH, day=DAY)
            else:
                found = look.take_in_list([Listed(row, READING) for row in some], day=DAY)
            seen += found.new + len(found.unreadable)
    assert leaks_in_database(superuser_url, cards) == []
    assert seen == told > 100


def _rows(name: str, cards: Cards, *, number: int) -> Iterator[Json]:
    """Every record of a payload with each planting, told under an id of its own from `number`."""
    ids = count(number)
    for raw in _records(payload(name)):
        for row in _planted(raw, cards, name):
            yield {**row, ("transaction_id" if "transaction_id" in raw else "id"): str(next(ids))}


def _ach(raw: Json) -> Record:
    found = to_ach_record(raw, reading=READING)
    return to_payment(found, seen_at=NOW) if isinstance(found, AchTransaction) else found


class _Depositing:
    """A PayTrace that tells these deposits, each of these lines."""

    def __init__(self, deposits: list[Json], lines: list[Json]) -> None:
        self._deposits, self._lines = deposits, lines
        self.ach = self

    def deposits(self, *, start: date, end: date) -> list[AchDeposit | Unreadable]:
        assert start <= DAY <= end
        return [to_deposit_record(_as_read(raw), reading=READING) for raw in self._deposits]

    def deposit_transactions(self, deposit_id: str) -> list[AchDepositPart | Unreadable]:
        assert deposit_id
        return [to_deposit_part(_as_read(raw), reading=READING) for raw in self._lines]


def test_no_ach_deposit_and_no_line_of_one_brings_one_in(
    look: Look, cards: Cards, superuser_url: str
) -> None:
    (deposit,) = payload("v3_ach_deposit")["data"]["deposits"]
    deposits = [
        {**row, "deposit_id": f"D-{n}"} for n, row in enumerate(_planted(deposit, cards, "d"))
    ]
    deposits += [replaced(deposit, ("deposit_id",), cards.text("deposit id"))]
    lines = list(_rows("v3_ach_record", cards, number=90_000_000))
    there = cast("PayTraceClient", _Depositing(deposits, lines))
    found = read_settled_on(replace(look, client=there), Source.DEPOSITS, DAY)
    assert leaks_in_database(superuser_url, cards) == []
    assert found.new
    with tenant_transaction(look.source.tenant_id):
        assert GatewayBatch.objects.filter(method="ach").exists()
        assert DepositPart.objects.exists()


class _Keeping:
    """A PayTrace that keeps these customers and plans."""

    def __init__(self, customers: list[Json], plans: list[Json]) -> None:
        self._customers, self._plans = customers, plans
        self.vault = self.recurring = self

    def customers(self) -> list[VaultCustomer]:
        return [to_customer(_as_read(raw)) for raw in self._customers]

    def plans(self) -> list[RecurringPlan]:
        return [to_plan(_as_read(raw), reading=READING) for raw in self._plans]


def _as_read(raw: Json) -> Json:
    """As the client hands it on: card numbers in an answer never get that far."""
    reply = read_reply(Call("GET", "/"), 200, {}, wire.dumps(raw).encode())
    assert isinstance(reply, Reply)
    return dict(reply.body)


def test_nothing_that_is_brought_in_of_stored_cards_and_plans_holds_one(
    look: Look, cards: Cards, superuser_url: str
) -> None:
    (customer,) = payload("v1_customer_export")["customers"]
    (plan, *_) = payload("v1_recurring_export")["recurrences"]
    customers = [
        replaced(customer, place, cards.text(f"customer {place}")) for place in leaves(customer)
    ]
    plans = [
        replaced({**plan, "id": str(number)}, place, cards.text(f"plan {place}"))
        for number, place in enumerate(leaves(plan))
        if place[-1] not in {"amount", "id", "start_date", "next_date"}
    ]
    there = cast("PayTraceClient", _Keeping(customers, plans))
    found = read_stored(replace(look, client=there), Window(DAY, DAY, NOW, "America/Los_Angeles"))
    assert leaks_in_database(superuser_url, cards) == []
    assert found.seen > len(customers) / 2
    assert found.new


@pytest.mark.parametrize("name", [name for name in NAMES if "silent_post" not in name])
def test_no_answer_is_handed_on_with_one(name: str, cards: Cards) -> None:
    """What the client reads of an answer, and so all that it can tell or write down."""
    whole = payload(name)
    for place in leaves(whole):
        text = cards.text(f"{name} {place}")
        if is_identifier(str(place[-1]), text):
            continue
        content = wire.dumps(replaced(whole, place, text)).encode()
        reply = read_reply(Call("GET", "/"), 200, {}, content)
        assert isinstance(reply, Reply)
        assert leaks(name, wire.dumps(wire.plain(reply.body)).encode(), cards) == []
        assert place[0] in reply.body

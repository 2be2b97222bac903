"""Bank account and routing numbers in PayTrace's answers are kept nowhere, readable or not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from integrations.canonical.ach import AchTransaction
from integrations.canonical.ach_states import to_payment
from integrations.canonical.transactions import Record
from integrations.events.models import DepositPart, GatewayFact, Source
from integrations.events.polling import Window
from integrations.exceptions.models import ExceptionCase
from integrations.instructions.models import StoredPaymentMethod
from integrations.paytrace.ach_reading import to_ach_record, to_deposit_part, to_deposit_record
from integrations.paytrace.client import PayTraceClient
from integrations.paytrace.record_fields import Reading
from integrations.paytrace.stored import to_customer
from integrations.pipeline.settled_sources import read_settled_on
from integrations.pipeline.sources import Look
from integrations.pipeline.stored import read_stored
from tenants.scope import tenant_transaction
from tests import factories
from tests.canary.kept import dump
from tests.paytrace.payloads import payload

NOW = datetime(2026, 11, 20, 20, tzinfo=UTC)
DAY = date(2026, 11, 20)
READING = Reading("MID-4417", ZoneInfo("America/Los_Angeles"), "USD")
ACCOUNT, ROUTING = "000918273645", "325070760"
# What PayTrace's own requests call them, and what is spelled alike.
NUMBERS = {
    "account_number": ACCOUNT, "masked_account_number": ACCOUNT, "routing_number": ROUTING,
    "transit_routing_number": ROUTING, "direct_deposit_account": ACCOUNT, "dda": ACCOUNT,
    "account_masked": ACCOUNT, "aba": ROUTING,
}  # fmt: skip
Json = dict[str, Any]


def _planted(raw: Json) -> Iterator[Json]:
    """The record with both numbers in every place an account has, readable and not."""
    for name in ("bank_account", "check", "ach"):
        yield {**raw, name: NUMBERS}
    yield {**raw, **NUMBERS}
    yield {**raw, "bank_account": NUMBERS, "amount": "unreadable", "name": raw.get("name", "")}
    yield {**raw, **NUMBERS, "check": NUMBERS, "processed_date": "unreadable"}


class _There:
    """A PayTrace that tells them wherever a bank account is told."""

    def __init__(self) -> None:
        self.vault = self.recurring = self.ach = self

    def customers(self) -> list[Any]:
        (raw,) = [payload("v3_bank_customer")["data"]]
        return [
            to_customer({**row, "customer_id": str(number)})
            for number, row in enumerate(_planted(raw), start=500)
        ]

    def plans(self) -> list[Any]:
        return []

    def deposits(self, **_: date) -> list[Any]:
        (raw,) = payload("v3_ach_deposit")["data"]["deposits"]
        return [
            to_deposit_record({**row, "deposit_id": f"D-{number}"}, reading=READING)
            for number, row in enumerate([*_planted(raw), {**raw, **NUMBERS, "net_amount": "x"}])
        ]

    def deposit_transactions(self, _: str) -> list[Any]:
        return [to_deposit_part(row, reading=READING) for row in _payments(700)]


def _payments(first: int) -> Iterator[Json]:
    raw = payload("v3_ach_record")["data"]
    for number, row in enumerate(_planted(raw), start=first):
        yield {**row, "transaction_id": str(number)}


def _told(raw: Json) -> Record:
    found = to_ach_record(raw, reading=READING)
    return to_payment(found, seen_at=NOW) if isinstance(found, AchTransaction) else found


@pytest.fixture
def look(db: None) -> Look:
    source = factories.company().paytrace
    there = cast("PayTraceClient", _There())
    return Look(source, there, now=NOW, keep=lambda: True)


def test_no_bank_account_and_no_routing_number_is_kept(look: Look, superuser_url: str) -> None:
    look.take_in(map(_told, _payments(600)), origin=Source.ACH, day=DAY)
    read_stored(replace(look), Window(DAY, DAY, NOW, "America/Los_Angeles"))
    read_settled_on(look, Source.DEPOSITS, DAY)
    with tenant_transaction(look.source.tenant_id):
        assert GatewayFact.objects.count() >= 8
        assert ExceptionCase.objects.count() >= 4
        assert DepositPart.objects.exists()
        assert {one.last_four for one in StoredPaymentMethod.objects.all()} == {"3645", "6789"}
    kept = dict(dump(superuser_url))
    numbers = (b"918273645", ROUTING.encode())
    assert [t for t, data in kept.items() if any(number in data for number in numbers)] == []
    assert any(b"3645" in data for data in kept.values())

"""What travels: values come back as they went, amounts as text, jobs only with their signature."""

from __future__ import annotations

import inspect
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from integrations.canonical.errors import (
    FixConfiguration,
    IntegrationError,
    NeverWorks,
    OutcomeUnknown,
    TryLater,
)
from integrations.canonical.ledger_documents import CompanyProfile, Customer, FiscalPeriod, Invoice
from integrations.canonical.ledger_documents import InvoiceStatus as Status
from integrations.canonical.posting import PostingOutcome, PostingResult, Refusal
from integrations.canonical.stock import ChangeOutcome, ChangeResult
from integrations.sagepro.agent import calls, codec, wire
from integrations.sagepro.beyond_payments import BeyondPayments
from integrations.sagepro.connector import (
    Connector,
    ProvesItself,
    ShowsLayout,
    TakesSnapshots,
)
from integrations.sagepro.layout import Layout, Shape
from integrations.sagepro.self_test import Check, SelfTest
from tests.sagepro.orders import NEWCOMER, order
from tests.sagepro.postings import on_account, receipt, reversal

KEY = wire.job_key("agt_secret")
JOB = wire.Job(
    job_id="01a1",
    sequence=7,
    epoch=1_795_000_000,
    company_number="01",
    name=calls.POST,
    setup="f" * 64,
    created_at="2026-11-20T20:00:00+00:00",
    expires_at="2026-11-20T20:10:00+00:00",
    arguments={"request": codec.encode(receipt())},
)
INVOICE = Invoice(
    "10432", "ACME01", date(2026, 10, 18), Decimal("740.0000"), Decimal(0), Decimal("740.0000"),
    "USD", Status.OPEN,
)  # fmt: skip
PERIOD = FiscalPeriod(2026, 11, date(2026, 11, 1), date(2026, 11, 30), is_closed=False)


def test_every_call_of_the_connector_travels() -> None:
    """A call that is added to the protocol must be named here as a read or a write."""
    named = {
        name
        for protocol in (Connector, BeyondPayments, ShowsLayout, TakesSnapshots, ProvesItself)
        for name, _ in inspect.getmembers(protocol, inspect.isfunction)
    }
    told = {name for name in named if not name.startswith("_")} - {"close"}
    assert told == calls.READS | calls.WRITES


@pytest.mark.parametrize(
    ("hint", "value"),
    [
        (list[Invoice], [INVOICE, replace(INVOICE, invoice_date=None, is_locked=True)]),
        (Customer | None, None),
        (Customer | None, Customer("ACME01", "Acme", Decimal("2780.94"), "USD")),
        (CompanyProfile, CompanyProfile("01", "Northfield", "sql", 40, 130, 18, (PERIOD,))),
        (type(receipt()), receipt(fields={"reference": "79388123"}, discounts={"10432": "1.50"})),
        (type(receipt()), on_account()),
        (type(receipt()), reversal(invoices={"10432": "740.00"})),
        (
            PostingResult,
            PostingResult(
                PostingOutcome.REFUSED,
                evidence={"armast": [{"invno": "10432"}]},
                refusal=Refusal("invoice_paid", "Invoice 10432 is paid.", "invoice"),
            ),
        ),
        (Layout, {"armast": {"invno": Shape("character", "10"), "balance": Shape("numeric")}}),
        (SelfTest, SelfTest("PostgreSQL 18", (Check("Rights", None, "They are there."),))),
        (type(order()), order()),
        (type(NEWCOMER), NEWCOMER),
        (
            ChangeResult,
            ChangeResult(ChangeOutcome.DONE, {"somast": [{"sono": "7404"}]}, number="7404"),
        ),
        (bool, True),
        (str, "f0"),
    ],
)
def test_a_value_comes_back_as_it_went(hint: Any, value: object) -> None:
    travelled = wire.load(json.dumps(codec.encode(value)))
    assert codec.decode(hint, travelled) == value


def test_amounts_travel_as_text() -> None:
    assert codec.encode(INVOICE)["balance"] == "740.0000"
    assert '"amount":"740.00"' in wire.write(JOB)
    with pytest.raises(TypeError):
        codec.encode(1.5)


@pytest.mark.parametrize(
    ("hint", "value"),
    [
        (Decimal, 740),
        (Decimal, "NaN"),
        (Decimal, "seven"),
        (bool, "yes"),
        (int, True),
        (str, None),
        (date, "yesterday"),
        (Status, "shut"),
        (list[str], "10432"),
        (Invoice, {"number": "10432"}),
        (Invoice, {"number": "10432", "card": "4"}),
        (Customer, None),
    ],
)
def test_what_is_not_the_value_is_refused(hint: Any, value: object) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        codec.decode(hint, value)


@pytest.mark.parametrize(
    "error",
    [
        TryLater("Sage is away.", code="sage.unreachable", after=timedelta(minutes=5)),
        TryLater("Sage is away."),
        NeverWorks("Too long.", code="sage.value_refused", field="comment", remedy="Shorten it."),
        FixConfiguration("Login refused.", code="sage.login_refused"),
        OutcomeUnknown("The commit was lost.", code="sage.commit_lost"),
    ],
)
def test_a_failure_comes_back_as_the_failure_it_was(error: IntegrationError) -> None:
    answer = json.loads(json.dumps(calls.failure(error)))
    with pytest.raises(type(error)) as raised:
        calls.result("fingerprint", answer)
    assert vars(raised.value) == vars(error)


@pytest.mark.parametrize("answer", [{}, {"value": 1}, {"failure": "worse"}, {"value": "a", "x": 1}])
def test_what_is_no_answer_is_refused(answer: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        calls.result("fingerprint", answer)


def test_a_signed_job_is_read_and_nothing_else() -> None:
    body = wire.write(JOB)
    signature = wire.sign(body, key=KEY)
    assert wire.read(body, signature=signature, key=KEY) == JOB
    changed = body.replace('"740.00"', '"940.00"')
    assert changed != body
    for text, sign, key in (
        (changed, signature, KEY),
        (body, signature[:-1] + "0" * 2, KEY),
        (body, "", KEY),
        (body, signature, wire.job_key("agt_other")),
        ("{}", wire.sign("{}", key=KEY), KEY),
        ("[1", wire.sign("[1", key=KEY), KEY),
    ):
        with pytest.raises(wire.NotOurs):
            wire.read(text, signature=sign, key=key)


def test_a_job_expires_at_its_moment_wherever_the_clock_stands() -> None:
    moment = datetime(2026, 11, 20, 20, 10, tzinfo=UTC)
    assert not JOB.is_expired(moment - timedelta(seconds=1))
    assert JOB.is_expired(moment)

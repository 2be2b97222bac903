"""A page of PayTrace's own: made once over v3, paid once, until it ends; v1 says it has none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from integrations.canonical.errors import NeverWorks, OutcomeUnknown
from integrations.canonical.transactions import TransactionState, TransactionType
from integrations.paytrace.client import PayTraceClient
from integrations.paytrace.hosted_invoices import Action, NewInvoice
from integrations.paytrace.settings import Secret
from integrations.paytrace.silent_post import parse_silent_post
from tests.paytrace.bench import NOON, TODAY, Bench, bench, client, refused, simulator, usd
from tests.paytrace.receiver import Receiver, receiver

__all__ = ["bench", "client", "simulator"]

only_v1 = pytest.mark.parametrize("bench", ["v1"], indirect=True)
only_v3 = pytest.mark.parametrize("bench", ["v3"], indirect=True)
NUMBER = "10432-T5K2Q9ABCDE"
INVOICE = NewInvoice(
    Action.SALE, NUMBER, amount=usd("740.00"), expires_at=NOON + timedelta(days=14),
    email="ap@acme.example",
)  # fmt: skip


@pytest.fixture
def hook() -> Iterator[Receiver]:
    with receiver() as listening:
        yield listening


def visit(bench: Bench, link: str, **typed: str) -> requests.Response:
    """What a browser sends: the page, or its form."""
    method = "POST" if typed else "GET"
    return bench.simulator.raw(method, urlsplit(link).path, data=typed or None)


def made(bench: Bench) -> list[Any]:
    kept: list[Any] = bench.simulator.look("state", account="acme")["accounts"]["acme"][
        "transactions"
    ]
    return kept


@only_v1
def test_v1_has_no_such_page_and_says_what_to_do(bench: Bench, client: PayTraceClient) -> None:
    error = refused(client.hosted_invoices.make, INVOICE)
    assert (type(error), error.code, error.remedy) == (
        NeverWorks,
        "paytrace.not_offered",
        "Connect the account by API v3, or use a payment link of Tieout's own page.",
    )
    assert bench.records == []


@only_v3
def test_a_page_is_made_and_paid_once(bench: Bench, client: PayTraceClient, hook: Receiver) -> None:
    told = client.hosted_invoices.make(replace(INVOICE, silent_post=Secret(hook.url)))
    assert told.invoice_id
    assert told.link.startswith(bench.simulator.url)
    assert hook.url not in repr(bench.records)
    assert "740.00 USD" in visit(bench, told.link).text
    assert made(bench) == []
    assert "Thank you" in visit(bench, told.link, card="visa", amount="1.00").text
    (post,) = hook.wait_for(1)
    said = parse_silent_post(post.body)
    (paid,) = client.find_attempt(invoice_id=NUMBER, start=TODAY, end=TODAY).found
    assert (said.transaction_id, said.order_id) == (paid.transaction_id, NUMBER)
    assert (paid.type, paid.state, paid.amount, paid.last_four) == (
        TransactionType.SALE, TransactionState.PENDING_SETTLEMENT, usd("740.00"), "5439",
    )  # fmt: skip
    assert "was paid" in visit(bench, told.link, card="visa").text
    assert len(made(bench)) == 1


@only_v3
def test_a_refused_card_leaves_the_page_open(bench: Bench, client: PayTraceClient) -> None:
    link = client.hosted_invoices.make(INVOICE).link
    assert visit(bench, link, card="declined").status_code == 402
    assert visit(bench, link, card="mastercard").status_code == 200
    assert [(one["state"], one["invoice_id"]) for one in made(bench)] == [
        ("declined", NUMBER), ("pending_settlement", NUMBER),
    ]  # fmt: skip


@only_v3
def test_a_page_ends_when_it_was_told_to(bench: Bench, client: PayTraceClient) -> None:
    link = client.hosted_invoices.make(INVOICE).link
    bench.simulator.control("clock", now=str(NOON + timedelta(days=14)))
    assert visit(bench, link, card="visa").status_code == 410
    assert made(bench) == []


@only_v3
def test_a_card_is_kept_by_a_page_that_asks_for_one(bench: Bench, client: PayTraceClient) -> None:
    keep = replace(INVOICE, action=Action.CREATE_CUSTOMER, amount=None, customer_label="ACME-NEW")
    link = client.hosted_invoices.make(keep).link
    assert visit(bench, link, card="visa").status_code == 200
    found = client.vault.created_as("ACME-NEW")
    assert found is not None
    assert (found.last_four, found.email) == ("5439", "ap@acme.example")
    assert made(bench) == []


@only_v3
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"invoice_number": ""}, "invoice_id"),
        ({"amount": usd("0.00")}, "amount"),
        ({"amount": None}, "amount"),
        ({"expires_at": NOON}, "expire_at"),
        ({"terms_link": "x", "approved_link": "ftp://x"}, "payment_approved_link"),
    ],
)
def test_what_paytrace_would_not_take_is_named_and_makes_nothing(
    bench: Bench, client: PayTraceClient, wrong: dict[str, Any], field: str
) -> None:
    error = refused(client.hosted_invoices.make, replace(INVOICE, **wrong))
    assert (type(error), error.field) == (NeverWorks, field)


@only_v3
def test_a_lost_answer_is_not_known_and_is_never_sent_again(
    bench: Bench, client: PayTraceClient
) -> None:
    bench.simulator.control(
        "faults", kind="reply_lost", path_prefix="/v3/invoice", count=1, performed=True
    )
    assert isinstance(refused(client.hosted_invoices.make, INVOICE), OutcomeUnknown)
    assert bench.calls()["calls"]["/v3/invoice"] == 1

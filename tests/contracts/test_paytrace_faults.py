"""What both PayTrace clients do when something goes wrong, and what they never show."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from integrations.canonical.errors import (
    FixConfiguration,
    IntegrationError,
    NeverWorks,
    OutcomeUnknown,
    TryLater,
)
from integrations.canonical.transactions import GatewayTransaction, Record, Unreadable
from integrations.paytrace.cards import Charge
from integrations.paytrace.client import PayTraceClient
from integrations.paytrace.people import VaultPayer
from integrations.paytrace.recurring import Frequency, NewPlan
from integrations.paytrace.settings import Secret
from tests.paytrace.bench import (
    NOON,
    PASSWORD,
    TODAY,
    Bench,
    bench,
    client,
    refused,
    simulator,
    usd,
)
from tests.paytrace.simulator_process import simulator_process

__all__ = ["bench", "client", "simulator"]

# Tokens that run out


def test_a_spent_token_is_replaced_once_for_a_read(bench: Bench, client: PayTraceClient) -> None:
    client.transactions(start=TODAY, end=TODAY)
    bench.simulator.control("clock", advance_seconds=7201)
    assert client.transactions(start=TODAY, end=TODAY) == []
    assert bench.calls()["calls"] == {bench.path("token"): 2, bench.path("by_date"): 3}


def test_a_spent_token_never_replays_a_charge(bench: Bench, client: PayTraceClient) -> None:
    client.transactions(start=TODAY, end=TODAY)
    bench.simulator.control("clock", advance_seconds=7201)
    with pytest.raises(TryLater) as expired:
        bench.sell(client, "20.00")
    assert expired.value.code == "paytrace.token_expired"
    assert client.transactions(start=TODAY, end=TODAY) == []
    assert bench.sell(client, "20.00").is_approved


def test_a_token_refused_twice_stops(bench: Bench, client: PayTraceClient) -> None:
    bench.fault("token_expired", "export", count=5)
    with pytest.raises(FixConfiguration) as refused:
        client.transactions(start=TODAY, end=TODAY)
    assert refused.value.code == "paytrace.token_refused"
    assert bench.calls()["calls"] == {bench.path("token"): 2, bench.path("by_date"): 2}


# Faults

FAULTS = ["slow", "http_500", "http_429", "truncated_json", "html_page", "reply_lost", "offline"]


@pytest.mark.parametrize("kind", FAULTS)
def test_a_disturbed_read_is_tried_later_and_once(
    bench: Bench, client: PayTraceClient, kind: str
) -> None:
    bench.fault(kind, "export", seconds=5)
    with pytest.raises(TryLater) as later:
        client.transactions(start=TODAY, end=TODAY)
    assert later.value.after == (timedelta(seconds=30) if kind == "http_429" else None)
    assert bench.calls()["calls"][bench.path("by_date")] == 1
    assert client.transactions(start=TODAY, end=TODAY) == []


@pytest.mark.parametrize("kind", FAULTS)
def test_a_disturbed_list_is_tried_later_and_what_it_told_was_told(
    bench: Bench, client: PayTraceClient, kind: str
) -> None:
    sold = [bench.sell(client, "20.00").transaction_id for _ in range(4)]
    bench.fault(kind, "export", seconds=5)
    told: list[Record] = []
    with pytest.raises(TryLater) as later:
        told.extend(one.read() for one in client.listed(start=TODAY, end=TODAY))
    assert later.value.after == (timedelta(seconds=30) if kind == "http_429" else None)
    whole = client.transactions(start=TODAY, end=TODAY)
    assert told == (whole[: len(told)] if kind == "truncated_json" else [])
    again = list(client.listed(start=TODAY, end=TODAY))
    assert [one.read() for one in again] == whole
    assert [one.key for one in again] == [(t.transaction_id, t.state.value) for t in whole]
    assert [one.transaction_id for one in whole] == sold


def test_a_list_replaces_a_spent_token_once(bench: Bench, client: PayTraceClient) -> None:
    sold = bench.sell(client, "20.00").transaction_id
    bench.fault("token_expired", "export", count=1)
    (one,) = (each.read() for each in client.listed(start=TODAY, end=TODAY))
    assert isinstance(one, GatewayTransaction)
    assert one.transaction_id == sold
    bench.fault("token_expired", "export", count=2)
    with pytest.raises(FixConfiguration) as refused:
        list(client.listed(start=TODAY, end=TODAY))
    assert refused.value.code == "paytrace.token_refused"


def test_an_unreadable_record_is_told_as_such_and_stops_no_other(
    bench: Bench, client: PayTraceClient
) -> None:
    first, second = (bench.sell(client, amount).transaction_id for amount in ("20.00", "30.00"))
    bench.fault("unreadable_record", "export", count=2)
    bad, good = (each.read() for each in client.listed(start=TODAY, end=TODAY))
    assert isinstance(bad, Unreadable)
    assert isinstance(good, GatewayTransaction)
    assert (bad.record_id, bad.field, bad.amount, bad.created_at) == (first, "amount", None, NOON)
    assert isinstance(bad.record, dict)
    assert bad.record["amount"] == "seven hundred"
    assert good.transaction_id == second
    # Who needs every record is told that one is missing.
    with pytest.raises(NeverWorks) as missing:
        client.transactions(start=TODAY, end=TODAY)
    assert missing.value.code == "paytrace.unreadable_record"
    bench.fault("nameless_record", "export", count=1)
    first_listed, _ = client.listed(start=TODAY, end=TODAY)
    nameless = first_listed.read()
    assert first_listed.key is None
    assert isinstance(nameless, Unreadable)
    assert (nameless.record_id, nameless.amount) == ("", usd("20.00"))


@pytest.mark.parametrize("kind", FAULTS)
def test_a_disturbed_charge_is_unknown_and_sent_once(
    bench: Bench, client: PayTraceClient, kind: str
) -> None:
    bench.fault(kind, "sale", seconds=5)
    with pytest.raises(OutcomeUnknown):
        bench.sell(client, "20.00")
    calls = bench.calls()["calls"]
    assert sum(n for path, n in calls.items() if path.startswith(bench.path("sale"))) == 1


@pytest.mark.parametrize("kind", ["reply_lost", "truncated_json"])
def test_a_charge_whose_reply_was_lost_is_found_by_export(
    bench: Bench, client: PayTraceClient, kind: str
) -> None:
    bench.fault(kind, "sale")
    with pytest.raises(OutcomeUnknown):
        bench.sell(client, "20.00", invoice="10999")
    found = client.transactions(start=TODAY, end=TODAY)
    assert [(t.invoice_reference, t.amount) for t in found] == [("10999", usd("20.00"))]


@pytest.mark.parametrize("kind", FAULTS[1:])
@pytest.mark.parametrize("move", ["refund", "void"])
def test_a_disturbed_refund_or_void_is_unknown(
    bench: Bench, client: PayTraceClient, move: str, kind: str
) -> None:
    sale = bench.sell(client, "20.00")
    if move == "refund":
        bench.simulator.control("settle", account="acme")
    bench.fault(kind, move)
    moves: dict[str, Callable[[], object]] = {
        "refund": lambda: client.cards.refund(transaction_id=sale.transaction_id),
        "void": lambda: client.cards.void(sale.transaction_id),
    }
    with pytest.raises(OutcomeUnknown):
        moves[move]()


@pytest.mark.parametrize("kind", FAULTS)
def test_a_disturbed_login_is_tried_later_and_once(bench: Bench, kind: str) -> None:
    bench.fault(kind, "token", seconds=5)
    with pytest.raises(TryLater):
        bench.sell(bench.client(), "20.00")
    assert bench.calls()["calls"] == {bench.path("token"): 1}


def test_nothing_listening_is_tried_later_even_for_a_charge(bench: Bench) -> None:
    closed = bench.client(base_url="http://127.0.0.1:1")
    with pytest.raises(TryLater) as later:
        bench.sell(closed, "20.00")
    assert later.value.code == "paytrace.unreachable"


def test_an_unknown_host_is_tried_later(bench: Bench) -> None:
    with pytest.raises(TryLater) as later:
        bench.sell(bench.client(base_url="http://paytrace.invalid"), "20.00")
    assert later.value.code == "paytrace.unreachable"


# Secrets


def test_no_secret_is_in_any_repr_record_or_exception(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    client = bench.client()
    token = client.log_in()
    bench.fault("http_500", "export")
    shown = [repr(bench.settings()), repr(bench.settings().password), repr(token), repr(client)]
    for ask in (
        lambda: client.transactions(start=TODAY, end=TODAY),
        lambda: bench.sell(client, "5.00"),
        lambda: bench.client(password=Secret("wrong-secret")).log_in(),
        lambda: bench.client(base_url="http://127.0.0.1:1").log_in(),
    ):
        shown += _failure_of(ask)
    shown += [repr(bench.records), caplog.text]
    whole = "\n".join(shown)
    assert "api_user" not in whole
    assert [s for s in (PASSWORD, "wrong-secret", token.value, "tieout12") if s in whole] == []


def _failure_of(ask: Any) -> list[str]:
    """Everything a log or an error tracker could show of a failure, the causes too."""
    try:
        ask()
    except IntegrationError as error:
        chain = (error, error.__cause__, error.__context__)
        return [text for part in chain for text in (repr(part), str(part), repr(vars(error)))]
    return []


def test_failures_carry_no_request_along(bench: Bench) -> None:
    with pytest.raises(TryLater) as later:
        bench.client(base_url="http://127.0.0.1:1").log_in()
    assert (later.value.__cause__, later.value.__context__) == (None, None)


def test_many_threads_log_in_once(bench: Bench, client: PayTraceClient) -> None:
    threads = [
        threading.Thread(target=client.transactions, kwargs={"start": TODAY, "end": TODAY})
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert bench.calls()["calls"] == {bench.path("token"): 1, bench.path("by_date"): 8}


def test_a_restart_forgets_nothing(tmp_path: Path) -> None:
    with simulator_process(tmp_path) as first:
        first.control("clock", now=NOON.isoformat())
        first.control("accounts", account="acme", merchant_id="777001")
        first.control("transactions", account="acme", amount=Decimal("12.30"))
        first.control("ach", account="acme", amount="80.00", status="settled")
        customer = {"customer_id": "HAVEN", "name": "Haven Supply"}
        user = {"username": "api_user", "password": PASSWORD, "sale_ceiling": "50"}
        named = {"account": "acme", "merchant_id": "777001"}
        first.control("accounts", users=[user], customers=[customer], **named)
        made = Bench(first, "v1", "HAVEN", records=[])
        made.client().recurring.create(
            NewPlan("HAVEN", usd("24.95"), Frequency.MONTHLY, start_on=date(2026, 4, 1))
        )
        hosted = made.hosted()
        bad = made.client(password=Secret("wrong"))
        assert refused(bad.log_in).code == "paytrace.login_refused"
        before = first.look("state"), first.look("calls")
    with simulator_process(tmp_path) as second:
        assert (second.look("state"), second.look("calls")) == before
        again = Bench(second, "v1", "HAVEN", records=[])
        client = again.client()
        assert client.cards.sale(Charge(hosted, usd("50.00"), "1")).is_approved
        above = Charge(VaultPayer("HAVEN"), usd("50.01"), "2")
        assert refused(client.cards.sale, above).code == "paytrace.not_permitted"

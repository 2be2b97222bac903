"""The simulator as its own process: notices, controls, the story, and a clean end."""

from __future__ import annotations

import base64
import json
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from tests.paytrace.receiver import Received, Receiver, receiver
from tests.paytrace.simulator_process import Simulator, simulator_process

NOON = "2026-03-10T12:00:00-07:00"
SECRET = "whsec_" + base64.b64encode(b"a-signing-secret-of-32-bytes-....").decode()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    with simulator_process(tmp_path_factory.mktemp("simulator")) as simulator:
        yield simulator


@pytest.fixture
def simulator(running: Simulator) -> Simulator:
    running.control("reset")
    running.control("clock", now=NOON)
    running.control(
        "accounts",
        account="acme",
        merchant_id="777001",
        users=[{"username": "api_user", "password": "Kf83n"}],
        customers=[{"customer_id": "HAVEN", "name": "Haven Supply"}],
    )
    return running


@pytest.fixture
def hook(simulator: Simulator) -> Iterator[Receiver]:
    with receiver() as listening:
        simulator.control("webhooks", account="acme", url=listening.url, secret=SECRET)
        yield listening


def _opened(item: Received) -> Any:
    """The notice, its signature checked by the reference library."""
    return Webhook(SECRET).verify(item.body.decode(), item.headers)


def _make(simulator: Simulator, **fields: Any) -> str:
    made = simulator.control("transactions", account="acme", **fields)
    return str(made["transaction_id"])


# Notices


def test_a_notice_is_signed_and_tells_no_card_number(simulator: Simulator, hook: Receiver) -> None:
    number = _make(simulator, amount="740.00", invoice_id="10432", customer_id="HAVEN", notify=True)
    (item,) = hook.wait_for(1)
    assert item.headers["webhook-id"] == f"evt_acme_{number}_payment_approved"
    assert _opened(item) == {
        "type": "payment.approved",
        "account": "acme",
        "transaction_id": number,
        "occurred_at": "2026-03-10T12:00:00-07:00",
        "data": {
            "amount": "740.00",
            "currency": "USD",
            "invoice_id": "10432",
            "customer_id": "HAVEN",
            "customer_name": "Haven Supply",
            "masked_number": "************5439",
            "approval_code": f"TAS{number[-3:]}",
            "original_transaction_id": "",
        },
    }


def test_each_change_has_its_own_notice(simulator: Simulator, hook: Receiver) -> None:
    settled = _make(simulator, amount="10.00", notify=True)
    hook.wait_for(1)
    simulator.control("settle", account="acme")
    hook.wait_for(2)
    simulator.control("refund", account="acme", transaction_id=settled)
    hook.wait_for(3)
    voided = _make(simulator, amount="11.00")
    simulator.control("void", account="acme", transaction_id=voided)
    hook.wait_for(4)
    _make(simulator, amount="1.12", state="declined", notify=True)
    kinds = [_opened(item)["type"] for item in hook.wait_for(5)]
    assert kinds == [
        "payment.approved",
        "payment.settled",
        "refund.created",
        "payment.voided",
        "payment.declined",
    ]


def test_a_duplicate_notice_has_the_same_id_and_body(simulator: Simulator, hook: Receiver) -> None:
    number = _make(simulator, amount="10.00")
    simulator.control("notices", account="acme", transaction_id=number, copies=3)
    items = hook.wait_for(3)
    assert {(item.headers["webhook-id"], item.body) for item in items} == {
        (items[0].headers["webhook-id"], items[0].body)
    }


def test_a_refused_notice_is_tried_three_times(simulator: Simulator, hook: Receiver) -> None:
    hook.statuses = [500, 503, 500]
    _make(simulator, amount="10.00", notify=True)
    items = hook.wait_for(3)
    assert len({item.headers["webhook-id"] for item in items}) == 1
    said = _until(lambda: _deliveries_to(simulator, hook.url))
    assert [(d["status"], d["tries"]) for d in said] == [(500, 3)]


def _deliveries_to(simulator: Simulator, url: str) -> list[Any]:
    return [d for d in simulator.look("deliveries")["deliveries"] if d["url"] == url]


def _until(ask: Any) -> Any:
    deadline = time.monotonic() + 60
    while not (answer := ask()):
        assert time.monotonic() < deadline, "It did not come about in a minute"
    return answer


def test_a_dead_subscriber_does_not_hold_up_the_gateway(simulator: Simulator) -> None:
    simulator.control("webhooks", account="acme", url="http://127.0.0.1:1/", secret=SECRET)
    numbers = [_make(simulator, amount="10.00", notify=True) for _ in range(3)]
    kept = simulator.look("state")["accounts"]["acme"]["transactions"]
    assert [str(t["id"]) for t in kept] == numbers


def test_a_silent_post_has_neither_amount_nor_signature(
    simulator: Simulator, hook: Receiver
) -> None:
    simulator.control("silent_post", account="acme", url=hook.url)
    number = _make(simulator, amount="740.00", invoice_id="10432", silent_post=True)
    (item,) = hook.wait_for(1)
    assert item.headers["content-type"] == "application/x-www-form-urlencoded"
    assert "webhook-signature" not in item.headers
    assert item.body.startswith(f"parmList=ORDERID~10432%7CTRANSACTIONID~{number}%7C".encode())
    assert b"740" not in item.body


# Controls


def test_the_whole_state_can_be_compared_and_holds_no_secret(
    simulator: Simulator, hook: Receiver
) -> None:
    number = int(_make(simulator, amount="10.00", invoice_id="1", created_at=NOON))
    said = simulator.look("state", account="acme")
    customer_number = number - 1
    assert said == {
        "now": "2026-03-10T12:00:00-07:00",
        "accounts": {
            "acme": {
                "merchant_id": "777001",
                "customers": [
                    {
                        "account": "acme",
                        "customer_id": "HAVEN",
                        "number": customer_number,
                        "name": "Haven Supply",
                        "masked_number": "************5439",
                        "email": "",
                        "auto_void": False,
                        "is_declined": False,
                        "phone": "",
                        "billing": {},
                        "shipping": {},
                        "expiration_month": 12,
                        "expiration_year": 30,
                        "bank_account": {},
                    }
                ],
                "checks": [],
                "plans": [],
                "disputes": [],
                "transactions": [
                    {
                        "account": "acme",
                        "id": number,
                        "type": "sale",
                        "state": "pending_settlement",
                        "amount": "10.00",
                        "created_at": "2026-03-10T19:00:00+00:00",
                        "created_by": "control",
                        "invoice_id": "1",
                        "description": "",
                        "customer_reference_id": "",
                        "customer_id": "",
                        "customer_number": 0,
                        "customer_name": "",
                        "email": "",
                        "masked_number": "************5439",
                        "approval_code": f"TAS{number % 1000:03}",
                        "approval_message": "  NO  MATCH - Approved and completed",
                        "settled_at": None,
                        "batch_number": 0,
                        "original_id": 0,
                        "first_amount": "0.00",
                        "discretionary": {},
                        "tax_amount": "0.00",
                        "level_three": {},
                        "chargeback": "",
                    }
                ],
            }
        },
    }
    assert "Kf83n" not in json.dumps(said)
    assert SECRET not in json.dumps(said)


@pytest.mark.parametrize(
    ("name", "fields", "status"),
    [
        ("transactions", {"account": "nobody", "amount": "1.00"}, 400),
        ("transactions", {"account": "acme", "amount": "1.005"}, 400),
        ("transactions", {"account": "acme", "amount": "1.00", "state": "odd"}, 400),
        ("transactions", {"account": "acme"}, 400),
        ("faults", {"kind": "earthquake"}, 400),
        ("clock", {"now": "2026-03-10T12:00:00"}, 400),
        ("void", {"account": "acme", "transaction_id": "5"}, 409),
        ("nothing", {}, 404),
    ],
)
def test_a_control_that_makes_no_sense_is_refused(
    simulator: Simulator, name: str, fields: dict[str, str], status: int
) -> None:
    answer = simulator.raw("POST", f"/_control/{name}", json=fields)
    assert answer.status_code == status
    assert simulator.look("state")["accounts"]["acme"]["transactions"] == []


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/v1/transactions/void", b"{}", 401),
        ("/v1/transactions/void", b"{not json", 400),
        ("/v1/transactions/void", b"[]", 400),
        ("/v1/no/such/call", b"{}", 404),
        ("/v3/card/batch/void", b"{}", 401),
    ],
)
def test_a_call_paytrace_would_refuse_is_refused(
    simulator: Simulator, path: str, body: bytes, status: int
) -> None:
    headers = {"Content-Type": "application/json", "Authorization": "Bearer not-a-token"}
    assert simulator.raw("POST", path, data=body, headers=headers).status_code == status


def test_the_eight_o_clock_settlement_happens_while_nobody_calls(
    simulator: Simulator, hook: Receiver
) -> None:
    _make(simulator, amount="10.00")
    simulator.control("clock", now="2026-03-10T19:59:59.900-07:00", frozen=False)
    (item,) = hook.wait_for(1)
    assert _opened(item)["type"] == "payment.settled"


# The story


def test_the_story_pays_each_invoice_once_and_shows_every_kind(tmp_path: Path) -> None:
    with receiver() as hook:
        plan = tmp_path / "traffic.json"
        plan.write_text(json.dumps(_plan(hook.url)))
        with simulator_process(tmp_path, traffic=plan) as simulator:
            told = [_opened(item) for item in hook.wait_for(25)]
            state = simulator.look("state", account="acme")
    made = state["accounts"]["acme"]["transactions"][:14]
    first = {str(t["id"]): t for t in made}
    assert [(t["type"], t["invoice_id"], t["amount"]) for t in made[:10]] == [
        ("sale", "INV-1", "101.00"),
        ("sale", "INV-2", "102.00"),
        ("sale", "INV-3", "1.12"),
        ("sale", "INV-3", "41.20"),
        ("sale", "X90005", "105.50"),
        ("sale", "INV-3", "61.80"),
        ("sale", "INV-3", "61.80"),
        ("sale", "INV-4", "104.00"),
        ("sale", "INV-5", "105.00"),
        ("refund", "INV-1", "101.00"),
    ]
    approved = Counter(n["transaction_id"] for n in told if n["type"] == "payment.approved")
    twice, untold = str(made[7]["id"]), str(made[8]["id"])
    assert (approved[twice], approved[untold]) == (2, 0)
    assert first[untold]["state"] == "settled"
    assert {n["type"] for n in told} == {
        "payment.approved",
        "payment.declined",
        "payment.settled",
        "refund.created",
    }


def _plan(url: str) -> dict[str, Any]:
    return {
        "account": "acme",
        "merchant_id": "777001",
        "customers": [{"customer_id": "HAVEN", "name": "Haven Supply"}],
        "invoices": [
            {"invoice_number": f"INV-{n}", "customer_id": "HAVEN", "amount": f"{100 + n}.00"}
            for n in range(1, 40)
        ],
        "notice": {"url": url, "secret": SECRET},
        "seconds_between": 0.01,
    }


# The end


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_even_in_the_middle_of_a_call(
    tmp_path: Path, number: signal.Signals
) -> None:
    with simulator_process(tmp_path) as simulator:
        simulator.control("faults", kind="slow", path_prefix="/v1/slow", seconds=60)
        waiting = threading.Thread(target=_ask_slowly, args=(simulator,), daemon=True)
        waiting.start()
        _until(lambda: simulator.look("calls")["calls"])
        started = time.monotonic()
        os.kill(simulator.pid, number)
        waiting.join(timeout=60)
        ended = simulator.wait()
    assert (ended, time.monotonic() - started < 30) == (0, True)


def _ask_slowly(simulator: Simulator) -> None:
    try:
        simulator.raw("GET", "/v1/slow")
    except OSError:
        return

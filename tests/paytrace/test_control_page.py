"""The simulator's own page: any event by hand, from this machine and this page only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.paytrace.bench import renew
from tests.paytrace.simulator_process import Simulator, simulator_process


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    with simulator_process(tmp_path_factory.mktemp("page")) as simulator:
        yield simulator


@pytest.fixture
def simulator(running: Simulator) -> Simulator:
    renew(running)
    return running


def press(simulator: Simulator, do: str, **fields: str) -> str:
    """Send one form of the page; what the page says afterwards."""
    answer = simulator.raw(
        "POST", "/_control/", data={"do": do, "account": "acme", **fields}, allow_redirects=False
    )
    assert answer.status_code == 303, answer.text
    return parse_qs(urlsplit(answer.headers["Location"]).query)["said"][0]


def look(simulator: Simulator) -> Any:
    return simulator.look("state")["accounts"]["acme"]


def page(simulator: Simulator) -> str:
    answer = simulator.raw("GET", "/_control/", params={"account": "acme"})
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    return answer.text


def test_a_payment_is_made_and_taken_through_its_life(simulator: Simulator) -> None:
    said = [press(simulator, "transactions", amount="12.50", invoice_id="A", customer_id="HAVEN")]
    number = str(look(simulator)["transactions"][0]["id"])
    said.append(press(simulator, "settle"))
    said.append(press(simulator, "refund", transaction_id=number, amount="2.50"))
    said.append(press(simulator, "chargeback", transaction_id=number, mark="opened"))
    said.append(press(simulator, "notices", transaction_id=number))
    assert said == ["Done."] * 5
    kept = look(simulator)["transactions"]
    assert [(t["type"], t["state"], t["amount"], t["chargeback"]) for t in kept] == [
        ("sale", "settled", "12.50", "opened"),
        ("refund", "pending_settlement", "2.50", ""),
    ]
    shown = page(simulator)
    assert "GB1, chargeback opened" in shown
    assert "3/10/2026 12:00:00 PM" in shown


def test_a_hold_is_changed_by_hand(simulator: Simulator) -> None:
    press(simulator, "transactions", amount="5.00", state="authorized", type="authorization")
    number = str(look(simulator)["transactions"][0]["id"])
    assert "Change amount" in page(simulator)
    assert press(simulator, "adjust", transaction_id=number, amount="6.00") == "Done."
    (kept,) = look(simulator)["transactions"]
    assert (kept["state"], kept["amount"]) == ("authorized", "6.00")


def test_a_hold_is_captured_and_voided_by_hand(simulator: Simulator) -> None:
    for _ in range(2):
        press(simulator, "transactions", amount="9.00", state="authorized", type="authorization")
    first, second = (str(t["id"]) for t in look(simulator)["transactions"])
    press(simulator, "capture", transaction_id=first, amount="4.00")
    press(simulator, "void", transaction_id=second)
    kept = look(simulator)["transactions"]
    assert [(t["state"], t["amount"]) for t in kept] == [
        ("pending_settlement", "4.00"),
        ("voided", "9.00"),
    ]


def test_an_ach_payment_is_returned_by_hand(simulator: Simulator) -> None:
    press(simulator, "ach", amount="80.00", status="settled", customer_id="HAVEN")
    number = look(simulator)["checks"][0]["id"]
    assert press(simulator, "ach_move", transaction_id=number, status="voided") != "Done."
    press(simulator, "ach_move", transaction_id=number, status="returned", return_code="R10")
    (kept,) = look(simulator)["checks"]
    assert (kept["status"], kept["return_code"]) == ("returned", "R10")


def test_faults_and_the_clock_are_switched(simulator: Simulator) -> None:
    press(simulator, "faults", kind="http_500", path_prefix="/v1/transactions", count="1")
    assert simulator.raw("POST", "/v1/transactions/void", json={}).status_code == 500
    press(simulator, "clock", advance_seconds="3600")
    assert simulator.look("state")["now"] == "2026-03-10T13:00:00-07:00"


@pytest.mark.parametrize(
    ("do", "fields"),
    [
        ("void", {"transaction_id": "5"}),
        ("transactions", {"amount": "much"}),
        ("refund", {}),
        ("no-such-thing", {}),
        ("clock", {"now": "noon"}),
    ],
)
def test_what_the_rules_do_not_allow_is_said_and_changes_nothing(
    simulator: Simulator, do: str, fields: dict[str, str]
) -> None:
    before = simulator.look("state")
    assert press(simulator, do, **fields).startswith("PayTrace's rules do not allow that")
    assert simulator.look("state") == before


def test_the_page_loads_nothing_from_elsewhere_and_writes_text_as_text(
    simulator: Simulator,
) -> None:
    press(simulator, "transactions", amount="1.00", invoice_id="<b>&")
    shown = page(simulator)
    assert re.findall(r"(?:src|href)=|https?://|<script|@import", shown) == []
    assert "<b>&" not in shown
    assert "&lt;b&gt;&amp;" in shown


def test_another_sites_page_cannot_press_a_button(simulator: Simulator) -> None:
    foreign = {"Origin": "https://elsewhere.test"}
    fields = {"do": "transactions", "account": "acme", "amount": "1.00"}
    for path in ("/_control/", "/_control/transactions"):
        answer = simulator.raw("POST", path, data=fields, headers=foreign)
        assert answer.status_code == 403
    assert look(simulator)["transactions"] == []
    own = {"Origin": simulator.url}
    assert simulator.raw("POST", "/_control/", data=fields, headers=own).status_code == 200


def test_without_an_account_the_page_says_so(running: Simulator) -> None:
    running.control("reset")
    assert "There is no account yet." in running.raw("GET", "/_control/").text

"""A fresh checkout starts by one command, resumes, survives its own death, and resets."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests

from portal.launch.processes import wait_until
from tests.launch.checkout import Checkout, Facts, copy

pytestmark = [pytest.mark.timeout(400), pytest.mark.walk]


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Checkout]:
    """Outside pytest's folders, which an unprivileged database account cannot enter."""
    made = copy(tmp_path / "tieout")
    yield made
    made.remove()


def test_a_fresh_checkout_from_first_start_to_reset(checkout: Checkout) -> None:
    """One story, because each part costs seconds: the first start, a second one beside it, the
    demo itself, Ctrl-C, a resume on the same data, a kill, and a reset."""
    first = checkout.start()
    facts = checkout.facts
    _facts_are_complete_and_private(checkout, facts)
    _second_start_is_refused(checkout, first.pid)
    _people_can_sign_in(facts)
    posted = _wait_for_a_posted_payment(facts)
    _receipt_is_in_sage(facts, posted)
    _disputes_of_the_simulator_are_read(facts)
    printed = checkout.stop(first)
    _everything_was_printed(facts, printed)
    assert checkout.processes() == []
    assert not checkout.facts_file.exists()

    _a_taken_port_is_named(checkout)

    second = checkout.start()
    again = checkout.facts
    assert {**again, "url": "", "notice_url": ""} == {**facts, "url": "", "notice_url": ""}
    assert posted["id"] in [one["id"] for one in _payments(again)]
    second.kill()
    assert wait_until(lambda: checkout.processes() == [], seconds=30)

    if checkout.state.exists():
        (checkout.state / "prepared-tests-1").mkdir()
    reset = checkout.run("reset")
    assert (reset.returncode, reset.stderr) == (0, "")
    assert [entry.name for entry in (checkout.folder / "var").iterdir()] == ["run.lock"]
    assert not checkout.state.exists()


def _facts_are_complete_and_private(checkout: Checkout, facts: Facts) -> None:
    assert set(facts) == {
        "url", "notice_url", "notice_secret", "api_key", "logins", "simulator_url",
        "sample_company_dsn", "database_url",
    }  # fmt: skip
    assert [login["role"] for login in facts["logins"]] == [
        "owner", "accountant", "viewer", "lakeside_owner", "support",
    ]  # fmt: skip
    assert {frozenset(login) for login in facts["logins"]} == {
        frozenset({"role", "email", "password"})
    }
    var = checkout.folder / "var"
    assert var.stat().st_mode & 0o777 == 0o700
    for name in ("run.json", "run.env", "secrets.json"):
        assert (var / name).stat().st_mode & 0o777 == 0o600


def _second_start_is_refused(checkout: Checkout, running: int) -> None:
    beside = checkout.run()
    assert beside.returncode == 1
    assert beside.stderr.strip() == (
        f"Tieout is already running here (process {running}); "
        "use it, or stop it with Ctrl-C in its terminal first."
    )
    assert checkout.facts_file.exists()


def _people_can_sign_in(facts: Facts) -> None:
    for login in (facts["logins"][0], facts["logins"][-1]):
        with requests.Session() as browser:
            address = f"{facts['url']}/account/sign-in/"
            token = re.search(
                r'name="csrfmiddlewaretoken" value="([^"]+)"', browser.get(address, timeout=30).text
            )
            assert token is not None
            fields = {"login": login["email"], "password": login["password"]}
            answer = browser.post(
                address,
                data={**fields, "csrfmiddlewaretoken": token[1]},
                headers={"Referer": address},
                timeout=30,
                allow_redirects=False,
            )
            assert answer.status_code == 302, login["role"]


def _wait_for_a_posted_payment(facts: Facts) -> dict[str, Any]:
    posted: list[dict[str, Any]] = []

    def has_come() -> bool:
        posted[:] = [one for one in _payments(facts) if one["detailed_state"] == "posted"]
        return bool(posted)

    assert wait_until(has_come, seconds=60), _payments(facts)
    return posted[-1]


def _payments(facts: Facts) -> list[dict[str, Any]]:
    answer = requests.get(
        f"{facts['url']}/api/v1/payments",
        headers={"Authorization": f"Bearer {facts['api_key']}"},
        timeout=30,
    )
    payments: list[dict[str, Any]] = answer.json()["payments"]
    return payments


def _receipt_is_in_sage(facts: Facts, payment: dict[str, Any]) -> None:
    with psycopg.connect(facts["sample_company_dsn"]) as books:
        rows = books.execute(
            "SELECT trim(custno), paidamt FROM arcash WHERE trim(invno) = %s AND refno LIKE 'PT%%'",
            [payment["invoice_reference"]],
        ).fetchall()
    amounts = [(customer, f"{amount:.2f}") for customer, amount in rows]
    assert (payment["customer_number"], payment["amount"]) in amounts


def _disputes_of_the_simulator_are_read(facts: Facts) -> None:
    """The acquirer's key was accepted, so that a dispute made on its control page arrives."""

    def is_connected() -> bool:
        answer = requests.get(
            f"{facts['url']}/api/v1/connections",
            headers={"Authorization": f"Bearer {facts['api_key']}"},
            timeout=30,
        )
        found = {one["kind"]: one["state"] for one in answer.json()["connections"]}
        return found.get("disputes") == "connected"

    assert wait_until(is_connected, seconds=30)


def _everything_was_printed(facts: Facts, printed: str) -> None:
    steps = re.findall(r"^  (\S.*?) +… ready", printed, flags=re.MULTILINE)
    assert steps == [
        "Database", "Tables", "Pages", "Sage Pro companies", "PayTrace simulator",
        "Demo companies", "Web server", "Stopping",
    ]  # fmt: skip
    told = [facts[name] for name in ("url", "notice_url", "notice_secret", "api_key")]
    told += [login[name] for login in facts["logins"] for name in ("role", "email", "password")]
    assert [one for one in told if one not in printed] == []


def _a_taken_port_is_named(checkout: Checkout) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        refused = checkout.run(PORT=port)
    assert refused.returncode == 1
    assert refused.stderr.strip() == (
        f"Port {port} is taken or not allowed; free it, "
        "or leave PORT out and the next free port is used."
    )

"""The PayTrace simulator as a program of the demo: its accounts, and the story it plays."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import requests

from integrations.canonical.ledger_documents import Invoice
from portal.launch import places, ports, private_files, processes
from portal.launch.postgres import LaunchError
from portal.launch.private_files import Facts
from portal.launch.processes import Program

STATE = places.VAR / "simulator.sqlite"
ANNOUNCED = places.VAR / "simulator.json"
STORY = places.VAR / "simulator-traffic.json"
OPENING_PACE = 4.0  # seconds between two events: one of each kind within the first minute
CALM_PACE = 8.0


@dataclass(frozen=True)
class Account:
    """An account at the simulated gateway, and who signs in to it in which API version."""

    name: str
    merchant_id: str
    api_version: str
    username: str


# A is what Production is connected to, B what Dev is.
ACCOUNTS = (
    Account("A", "90017001", "v1", "northwind_api"),
    Account("B", "90017002", "v3", "northwind_dev_client"),
)


def port_of(kept: Facts) -> int:
    """The simulator's port: the same as last time when it is free, because the demo's
    connections name it."""
    known = int(kept.get("simulator_port", 0))
    return known if known and ports.is_free(known) else ports.free_port()


def program(port: int, environment: Mapping[str, str]) -> Program:
    command = [
        sys.executable, "-m", "integrations.paytrace.simulator", "--port", str(port),
        "--state", str(STATE), "--announce", str(ANNOUNCED), "--traffic", str(STORY),
    ]  # fmt: skip
    return Program(name="simulator", command=command, environment=environment)


def wait_until_announced(log: Path) -> str:
    """The simulator's address. Raises LaunchError when it does not come up."""
    if not processes.wait_until(ANNOUNCED.exists, seconds=30):
        raise LaunchError(f"The PayTrace simulator did not start: {processes.last_lines(log)}")
    return str(json.loads(ANNOUNCED.read_text())["url"])


def put_accounts(
    url: str, *, password: str, disputes_key: str, customers: Sequence[Mapping[str, str]]
) -> None:
    """Create or replace both accounts, and let the key read Production's disputed payments.

    Raises LaunchError when the simulator refuses.
    """
    with requests.Session() as session:
        session.trust_env = False
        for account in ACCOUNTS:
            body = {
                "account": account.name,
                "merchant_id": account.merchant_id,
                "users": [{"username": account.username, "password": password}],
                "customers": list(customers),
            }
            _post(session, f"{url}/_control/accounts", body)
        permitted = {"account": ACCOUNTS[0].name, "key": disputes_key}
        _post(session, f"{url}/_control/dispute_key", permitted)


def _post(session: requests.Session, address: str, body: Mapping[str, Any]) -> None:
    answer = session.post(address, json=body, timeout=10)
    if not answer.ok:
        raise LaunchError(f"The PayTrace simulator refused an account: {answer.text}")


def customers_of(invoices: Sequence[Invoice], names: Mapping[str, str]) -> list[dict[str, str]]:
    """Vault customers for everybody who owes something, under Sage's customer numbers."""
    numbers = dict.fromkeys(invoice.customer_number for invoice in invoices)
    return [
        {
            "customer_id": number,
            "name": names.get(number, number),
            "masked_number": f"************{4000 + 37 * place % 6000:04}",
        }
        for place, number in enumerate(numbers)
    ]


def write_story(
    *,
    invoices: Sequence[Invoice],
    customers: Sequence[Mapping[str, str]],
    notice: Mapping[str, str],
    file: Path = STORY,
) -> bool:
    """Write what the simulator plays; True when it begins now, False when it goes on.

    Going on keeps the invoices as first told, because the simulator remembers what it has
    paid of each; only new ones are added.
    """
    told: dict[str, Any] = private_files.read_json(file)
    known = {one["invoice_number"] for one in told.get("invoices", [])}
    added = [
        {
            "invoice_number": invoice.number,
            "customer_id": invoice.customer_number,
            "amount": _text(invoice.balance),
        }
        for invoice in invoices
        if invoice.number not in known
    ]
    story = {
        "account": ACCOUNTS[0].name,
        "customers": list(customers) if not told else _joined(told["customers"], customers),
        "invoices": [*told.get("invoices", []), *added],
        "notice": dict(notice),
        "seconds_between": CALM_PACE if told else OPENING_PACE,
    }
    private_files.write_json(file, story)
    return not told


def calm_down() -> None:
    """After the opening, events come at a pace one can follow."""
    private_files.write_json(STORY, private_files.read_json(STORY) | {"seconds_between": CALM_PACE})


def _joined(
    told: Sequence[Mapping[str, str]], now: Sequence[Mapping[str, str]]
) -> list[Mapping[str, str]]:
    known = {one["customer_id"] for one in told}
    return [*told, *(one for one in now if one["customer_id"] not in known)]


def _text(amount: Decimal) -> str:
    return f"{amount:.2f}"


class Opening:
    """A check for the supervisor: slows the story down once its opening has been played."""

    def __init__(self, *, seconds: float = 80) -> None:
        self._until = time.monotonic() + seconds

    def __call__(self) -> None:
        if time.monotonic() >= self._until:
            self._until = float("inf")
            calm_down()

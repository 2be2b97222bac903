"""A PayTrace account to test against, in either version, and the client for it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from integrations.canonical.errors import IntegrationError
from integrations.canonical.money import Money
from integrations.paytrace.cards import Charge, SaleResult
from integrations.paytrace.client import PayTraceClient, connect
from integrations.paytrace.http import CallRecord, Timeouts
from integrations.paytrace.people import HostedFields, VaultPayer
from integrations.paytrace.settings import ApiVersion, PayTraceSettings, Secret
from integrations.paytrace.tokens import MemoryTokens
from tests.paytrace.simulator_process import Simulator, simulator_process

PASSWORD = "Kf83nPassword"
NOON = datetime(2026, 3, 10, 12, 0, 0, tzinfo=ZoneInfo("America/Los_Angeles"))
TODAY = date(2026, 3, 10)
PATHS = {
    "v1": {
        "token": "/oauth/token",
        "sale": "/v1/transactions/sale",
        "refund": "/v1/transactions/refund",
        "void": "/v1/transactions/void",
        "export": "/v1/transactions/export",
        "by_date": "/v1/transactions/export/by_date_range",
        "ach": "/v1/checks",
        "vault": "/v1/customer",
        "recurring": "/v1/recurrence",
    },
    "v3": {
        "token": "/v3/token",
        "sale": "/v3/card/sale",
        "refund": "/v3/card/batch/refund",
        "void": "/v3/card/batch/void",
        "adjust": "/v3/card/transaction/adjust",
        "export": "/v3/transactions/export",
        "by_date": "/v3/transactions/export/by-date",
        "ach": "/v3/checks/payment",
        "vault": "/v3/customer",
        "recurring": "/v3/recurrence",
    },
}


@dataclass
class Bench:
    """A fresh account in a frozen noon, and the client under test."""

    simulator: Simulator
    version: ApiVersion
    customer_id: str
    records: list[CallRecord]

    def settings(self, **changes: Any) -> PayTraceSettings:
        plain = PayTraceSettings(
            api_version=self.version,
            environment="sandbox",
            base_url=self.simulator.url,
            username="api_user",
            password=Secret(PASSWORD),
            merchant_id="777001",
            integrator_id="tieout12",
        )
        return dataclasses.replace(plain, **changes)

    def client(self, **changes: Any) -> PayTraceClient:
        return connect(
            self.settings(**changes),
            tokens=MemoryTokens(),
            timeouts=Timeouts(read=1.0),
            observe=self.records.append,
        )

    def path(self, name: str) -> str:
        return PATHS[self.version][name]

    def fault(self, kind: str, name: str, **fields: Any) -> None:
        self.simulator.control("faults", kind=kind, path_prefix=self.path(name), **fields)

    def calls(self) -> Any:
        return self.simulator.look("calls")

    def sell(self, client: PayTraceClient, amount: str, invoice: str = "10432") -> SaleResult:
        return client.cards.sale(self.charge(amount, invoice))

    def charge(self, amount: str, invoice: str = "10432") -> Charge:
        return Charge(VaultPayer(self.customer_id), usd(amount), invoice)

    def hosted(self, **card: Any) -> HostedFields:
        """What PayTrace's own card form would give a page."""
        made = self.simulator.control("hosted_fields", account="acme", **card)
        return HostedFields(made["hpf_token"], made["enc_key"])

    def account(self, **fields: Any) -> Any:
        """Change the account: its options, its users, its stored customers."""
        return self.simulator.control("accounts", account="acme", merchant_id="777001", **fields)

    def settle(self) -> None:
        self.simulator.control("settle", account="acme")


def refused(act: Callable[..., object], *given: Any, **named: Any) -> IntegrationError:
    """The failure of a call that must fail."""
    with pytest.raises(IntegrationError) as failed:
        act(*given, **named)
    return failed.value


def usd(text: str) -> Money:
    return Money.parse(text, "USD")


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    with simulator_process(tmp_path_factory.mktemp("paytrace")) as running:
        yield running


@pytest.fixture(params=["v1", "v3"])
def bench(simulator: Simulator, request: pytest.FixtureRequest) -> Bench:
    number = renew(simulator)
    customer_id = "HAVEN" if request.param == "v1" else number
    return Bench(simulator, request.param, customer_id, records=[])


def renew(simulator: Simulator) -> str:
    """Forget everything and make the account; PayTrace's number of its only customer."""
    simulator.control("reset")
    simulator.control("clock", now=NOON.isoformat())
    made = simulator.control(
        "accounts",
        account="acme",
        merchant_id="777001",
        users=[
            {"username": "api_user", "password": PASSWORD},
            {"username": "reader", "password": "Reader1", "permissions": ["export", "batches"]},
        ],
        customers=[{"customer_id": "HAVEN", "name": "Haven Supply", "email": "ap@haven.test"}],
    )
    return str(made["customers"]["HAVEN"])


@pytest.fixture
def client(bench: Bench) -> PayTraceClient:
    return bench.client()

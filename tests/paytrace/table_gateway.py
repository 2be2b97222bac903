"""The simulator's rules without a process: a client of PayTrace on a table, for property tests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from integrations.canonical.money import Money
from integrations.canonical.transactions import GatewayTransaction
from integrations.paytrace import wire
from integrations.paytrace.cards import RefundResult, VoidResult
from integrations.paytrace.client import PayTraceClient
from integrations.paytrace.record_fields import Reading
from integrations.paytrace.refusals import refusal
from integrations.paytrace.simulator.state import Customer, Order, RefusedError, Transaction
from integrations.paytrace.simulator.store import Store
from integrations.paytrace.simulator.till import Till
from integrations.paytrace.simulator.v1.reports import exported_transaction
from integrations.paytrace.translate import to_transaction

NOON = datetime(2026, 3, 10, 19, 0, tzinfo=UTC)
TODAY = date(2026, 3, 10)
_READING = Reading("acme", ZoneInfo("America/Los_Angeles"), "USD")


class TableGateway:
    """One account over the simulator's own rules. `names_sales` False leaves out which sale a
    refund is of, as real exports may; `meanwhile` happens between a look and a move;
    `shown_instead` is a lagging export."""

    def __init__(self, *, names_sales: bool = True) -> None:
        self._names_sales = names_sales
        self._store = Store(Path(":memory:"))
        self._till = Till(self._store, now=lambda: NOON, tell=lambda _: None)
        self.meanwhile: Callable[[], None] = lambda: None
        self.refusals: list[str] = []
        self.shown_instead: dict[str, GatewayTransaction] = {}
        self.cards = self
        # It has no bank payments: an id nobody knows is none here either.
        self.ach = self

    @property
    def client(self) -> PayTraceClient:
        return cast("PayTraceClient", self)

    def sell(self, amount: Decimal, invoice: str = "10432") -> str:
        customer = Customer("acme", "HAVEN", 1, "Haven Supply")
        order = Order(amount=amount, invoice_id=invoice)
        return str(self._till.sell(customer, order, user="api", notify=False).id)

    def settle(self) -> None:
        self._till.settle("acme")

    def given_back(self, transaction_id: str) -> Decimal:
        """What stands as given back of a sale, by the gateway's own book."""
        sale = self._store.transaction("acme", int(transaction_id))
        assert sale is not None
        is_voided = sale.state.value == "voided"
        return sale.amount if is_voided else self._store.refunded(sale.id)

    def transaction(self, transaction_id: str) -> GatewayTransaction | None:
        if transaction_id in self.shown_instead:
            return self.shown_instead[transaction_id]
        found = self._store.transaction("acme", int(transaction_id))
        return self._read(found) if found else None

    def transactions(self, *, start: date, end: date) -> list[GatewayTransaction]:
        assert start <= TODAY <= end
        return [self._read(one) for one in self._store.all_transactions("acme")]

    def void(self, transaction_id: str) -> VoidResult:
        self.meanwhile()
        self._moved(lambda: self._till.void("acme", int(transaction_id)))
        return VoidResult(transaction_id)

    def refund(self, *, transaction_id: str, amount: Money | None = None) -> RefundResult:
        self.meanwhile()
        given = amount.amount if amount else None
        made = self._moved(
            lambda: self._till.refund("acme", int(transaction_id), given, user="api")
        )
        return RefundResult(str(made.id), transaction_id)

    def _moved(self, act: Callable[[], Transaction]) -> Transaction:
        try:
            return act()
        except RefusedError as refused:
            error = refusal({"errors": {str(refused.code): []}})
            self.refusals.append(error.code)
            raise error from None

    def _read(self, transaction: Transaction) -> GatewayTransaction:
        raw: dict[str, Any] = wire.loads(wire.dumps(exported_transaction(transaction)))
        if not self._names_sales:
            raw.pop("original_transaction_id", None)
        return to_transaction(raw, reading=_READING)

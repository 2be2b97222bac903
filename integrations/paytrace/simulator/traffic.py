"""A believable stream for the demo: the same story in the same order on every fresh start.

The file: {account, merchant_id?, users?, customers: [{customer_id, name, masked_number?}],
invoices: [{invoice_number, customer_id, amount}], notice?: {url, secret}, seconds_between: 4}.
It is read again when it changes, so new invoices find their payers.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from integrations.canonical.transactions import TransactionState, TransactionType
from integrations.paytrace import wire
from integrations.paytrace.simulator.control.accounts import put_account, put_customer
from integrations.paytrace.simulator.rows import Target
from integrations.paytrace.simulator.state import Customer, Order, Transaction
from integrations.paytrace.simulator.world import World

# One of each kind within the first fifteen steps: a minute at four seconds.
OPENING = (
    "pay", "pay", "decline", "part", "unknown_invoice", "pay", "duplicate", "told_twice",
    "untold", "settle", "refund", "pay", "pay", "part", "pay",
)  # fmt: skip
# Afterwards mostly plain payments; the seed makes every run the same.
_LATER = ("pay",) * 12 + (
    "part", "part", "decline", "unknown_invoice", "duplicate", "told_twice", "untold", "settle",
    "refund",
)  # fmt: skip
_SEED = 20260
_DECLINED_AMOUNT = Decimal("1.12")
_USER = "storefront"


@dataclass(frozen=True)
class OpenInvoice:
    number: str
    customer_id: str
    amount: Decimal


@dataclass(frozen=True)
class Plan:
    """The traffic file, read."""

    account: str
    seconds_between: float
    invoices: tuple[OpenInvoice, ...]
    customer_ids: tuple[str, ...]


def read_plan(raw: Mapping[str, Any]) -> Plan:
    """Raises KeyError or ValueError when the file is not a plan."""
    return Plan(
        account=str(raw["account"]),
        seconds_between=float(raw.get("seconds_between", 4)),
        invoices=tuple(
            OpenInvoice(str(i["invoice_number"]), str(i["customer_id"]), Decimal(str(i["amount"])))
            for i in raw["invoices"]
        ),
        customer_ids=tuple(str(customer["customer_id"]) for customer in raw["customers"]),
    )


def kind_of(step: int) -> str:
    """What happens at a step. Pure, so that a restart goes on where it was."""
    if step < len(OPENING):
        return OPENING[step]
    return random.Random(_SEED + step).choice(_LATER)  # noqa: S311 - a story, not a secret


class Traffic:
    """Plays the plan for ever; how far it is and what is paid is kept in the store."""

    def __init__(self, world: World, path: Path, stopped: threading.Event) -> None:
        self._world = world
        self._path = path
        self._stopped = stopped
        self._read_at = 0
        self._plan: Plan | None = None

    def run(self) -> None:
        """Until stopped: one step, then a pause."""
        while True:
            with self._world.turn():
                plan = self._current_plan()
                if plan is not None:
                    self.step(plan)
            if self._stopped.wait(plan.seconds_between if plan else 1):
                return

    def step(self, plan: Plan) -> None:
        """One event of the story. With every invoice paid, only a few things still happen."""
        number: int = self._world.store.meta("traffic_step", 0)
        self._world.store.set_meta("traffic_step", number + 1)
        _STEPS[kind_of(number)](self, plan)

    def _current_plan(self) -> Plan | None:
        if not self._path.exists():
            return None
        changed_at = self._path.stat().st_mtime_ns
        if changed_at != self._read_at:
            self._read(changed_at)
        return self._plan

    def _read(self, changed_at: int) -> None:
        """Take over the changed file; one that is still being written is read next time."""
        try:
            raw = wire.loads(self._path.read_bytes())
            plan = read_plan(raw)
        except (ValueError, KeyError, ArithmeticError):
            return
        self._set_up(raw)
        self._plan, self._read_at = plan, changed_at

    def _set_up(self, raw: Mapping[str, Any]) -> None:
        """Make what the plan names and the store lacks: account, customers, subscriber."""
        account = str(raw["account"])
        if account not in self._world.store.accounts():
            put_account(self._world, {"merchant_id": account, **raw})
        for customer in raw["customers"]:
            put_customer(self._world, account, customer)
        notice = raw.get("notice")
        if notice:
            target = Target(account, "webhook", str(notice["url"]), str(notice["secret"]))
            self._world.store.put_target(target)

    # Steps

    def pay(self, plan: Plan) -> None:
        """The oldest open invoice, in full."""
        self._pay_next(plan)

    def part(self, plan: Plan) -> None:
        """Part of an invoice; the rest is paid later."""
        invoice = self._next_open(plan)
        if invoice is None:
            return
        some = (self._owed(invoice) * Decimal("0.4")).quantize(Decimal("0.01"))
        self._charge(plan, invoice, max(some, Decimal("0.01")))

    def told_twice(self, plan: Plan) -> None:
        """A payment whose notice arrives two times."""
        sale = self._pay_next(plan)
        if sale is not None:
            self._world.tell(sale)

    def untold(self, plan: Plan) -> None:
        """A payment no notice tells; only polling finds it."""
        self._pay_next(plan, notify=False)

    def decline(self, plan: Plan) -> None:
        """An amount the sandbox declines, on an open invoice; nothing is paid by it."""
        invoice = self._next_open(plan)
        if invoice is not None:
            self._sell(plan, invoice.customer_id, _DECLINED_AMOUNT, invoice.number)

    def unknown_invoice(self, plan: Plan) -> None:
        """A reference somebody mistyped."""
        step: int = self._world.store.meta("traffic_step", 0)
        customer_id = plan.customer_ids[step % len(plan.customer_ids)]
        self._sell(plan, customer_id, Decimal(100 + step) + Decimal("0.50"), f"X{90_000 + step}")

    def duplicate(self, plan: Plan) -> None:
        """An invoice just paid in full, paid again by a new transaction."""
        last = self._world.store.meta("traffic_last_paid")
        if last:
            self._sell(plan, last["customer_id"], Decimal(last["amount"]), last["invoice"])
            self._world.store.set_meta("traffic_last_paid", None)

    def settle(self, plan: Plan) -> None:
        self._world.till.settle(plan.account)

    def refund(self, plan: Plan) -> None:
        """Give back the oldest settled sale that was not given back yet."""
        for sale in self._world.store.all_transactions(plan.account):
            if _is_refundable(sale) and not self._world.store.refunded(sale.id):
                self._world.till.refund(plan.account, sale.id, None, user=_USER)
                return

    # Money

    def _pay_next(self, plan: Plan, *, notify: bool = True) -> Transaction | None:
        invoice = self._next_open(plan)
        if invoice is None:
            return None
        owed = self._owed(invoice)
        paid = {"invoice": invoice.number, "customer_id": invoice.customer_id, "amount": str(owed)}
        self._world.store.set_meta("traffic_last_paid", paid)
        return self._charge(plan, invoice, owed, notify=notify)

    def _next_open(self, plan: Plan) -> OpenInvoice | None:
        return next((i for i in plan.invoices if self._owed(i) > 0), None)

    def _owed(self, invoice: OpenInvoice) -> Decimal:
        return invoice.amount - Decimal(self._world.store.meta(f"paid:{invoice.number}", "0"))

    def _charge(
        self, plan: Plan, invoice: OpenInvoice, amount: Decimal, *, notify: bool = True
    ) -> Transaction:
        paid = invoice.amount - self._owed(invoice) + amount
        self._world.store.set_meta(f"paid:{invoice.number}", str(paid))
        return self._sell(plan, invoice.customer_id, amount, invoice.number, notify=notify)

    def _sell(
        self, plan: Plan, customer_id: str, amount: Decimal, reference: str, *, notify: bool = True
    ) -> Transaction:
        known = self._world.store.customer(plan.account, customer_id)
        customer = known or Customer(plan.account, customer_id, 0, customer_id)
        order = Order(amount=amount, invoice_id=reference)
        return self._world.till.sell(customer, order, user=_USER, notify=notify)


def _is_refundable(sale: Transaction) -> bool:
    return sale.type is TransactionType.SALE and sale.state is TransactionState.SETTLED


_STEPS: Mapping[str, Callable[[Traffic, Plan], None]] = {
    "pay": Traffic.pay,
    "part": Traffic.part,
    "told_twice": Traffic.told_twice,
    "untold": Traffic.untold,
    "decline": Traffic.decline,
    "unknown_invoice": Traffic.unknown_invoice,
    "duplicate": Traffic.duplicate,
    "settle": Traffic.settle,
    "refund": Traffic.refund,
}

"""Recurring plans at the simulated gateway: made, ended, and run when their day comes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from integrations.paytrace.codes import ErrorCode
from integrations.paytrace.simulator.check_desk import CheckDesk, CheckOrder
from integrations.paytrace.simulator.plan_state import Plan, after_run
from integrations.paytrace.simulator.state import PACIFIC, Customer, Order, RefusedError
from integrations.paytrace.simulator.store import Store
from integrations.paytrace.simulator.till import Till

USER = "recurring"


class PlanDesk:
    """Runs are ordinary sales or ACH payments of the stored customer, named after the plan."""

    def __init__(
        self, store: Store, *, now: Callable[[], datetime], till: Till, checks: CheckDesk
    ) -> None:
        self._store = store
        self._now = now
        self._till = till
        self._checks = checks

    def find(self, account: str, plan_id: int) -> Plan:
        """The plan. Raises RefusedError 58 (inferred: the code is not documented)."""
        found = self._store.plans.by_id(account, plan_id)
        if found is None:
            raise RefusedError(ErrorCode.TRANSACTION_ID_INVALID)
        return found

    def run_what_is_due(self) -> None:
        """Every plan whose day has come, once for each day missed."""
        today = self._now().astimezone(PACIFIC).date()
        while due := self._store.plans.due(today):
            for plan in due:
                self._run(plan)

    def _run(self, plan: Plan) -> None:
        customer = self._store.customer(plan.account, plan.customer_id)
        if customer is None:
            self._store.plans.drop(plan.id)
            return
        self._pay(plan, customer)
        following = after_run(plan)
        if following is None:
            self._store.plans.drop(plan.id)
        else:
            self._store.plans.put(following)

    def _pay(self, plan: Plan, customer: Customer) -> None:
        reference = f"RECUR-{plan.id}-{plan.current_count + 1}"
        if plan.method == "A":
            order = CheckOrder(
                payer=customer,
                amount=plan.amount,
                invoice_id=reference,
                description=plan.description,
            )
            self._checks.take(order, user=USER)
            return
        sale = Order(amount=plan.amount, invoice_id=reference, description=plan.description)
        self._till.sell(customer, sale, user=USER, notify=True)

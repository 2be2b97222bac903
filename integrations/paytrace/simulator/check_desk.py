"""ACH at the simulated gateway: rules applied to rows, inside one turn."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from integrations.canonical.ach import AchStatus, AchType
from integrations.paytrace.codes import ErrorCode
from integrations.paytrace.simulator import ach_state
from integrations.paytrace.simulator.ach_state import Check
from integrations.paytrace.simulator.state import Customer, RefusedError
from integrations.paytrace.simulator.store import Store


@dataclass(frozen=True)
class CheckOrder:
    """What an ACH charge asks for. `payer` is a stored customer or somebody passing by."""

    payer: Customer
    amount: Decimal
    last_four: str = ""
    account_type: str = "checking"
    invoice_id: str = ""
    description: str = ""
    email: str = ""
    entry_class: str = "CCD"
    idempotency_key: str = ""
    is_held: bool = False


class CheckDesk:
    """Takes ACH payments in, moves them and gives them back."""

    def __init__(self, store: Store, *, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    def take(self, order: CheckOrder, *, user: str) -> Check:
        """A new payment; the one before when its idempotency key was used (inferred)."""
        payer = order.payer
        known = self._store.checks.by_key(payer.account, order.idempotency_key)
        if known is not None:
            return known
        return self.keep(
            Check(
                account=payer.account,
                id=str(uuid.uuid4()),
                number=self._store.next_id(),
                type=AchType.SALE,
                status=AchStatus.INITIATED if order.is_held else AchStatus.ACCEPTED,
                amount=order.amount,
                created_at=self._now(),
                created_by=user,
                is_held=order.is_held,
                idempotency_key=order.idempotency_key,
                entry_class=order.entry_class,
                invoice_id=order.invoice_id,
                description=order.description,
                customer_id=payer.customer_id,
                customer_number=payer.number,
                customer_name=payer.name,
                email=order.email or payer.email,
                last_four=order.last_four,
                account_type=order.account_type,
            )
        )

    def move(self, check: Check, status: AchStatus, *, return_code: str = "") -> Check:
        return self.keep(ach_state.move(check, status, at=self._now(), return_code=return_code))

    def fund(self, check: Check, amount: Decimal | None) -> Check:
        return self.keep(ach_state.fund(check, amount=amount))

    def refund(self, check: Check, amount: Decimal | None, *, user: str) -> Check:
        """A payment the other way, which waits for the bank like any other."""
        refunded = self._store.checks.refunded(check.id)
        given = ach_state.refund(check, amount=amount, refunded=refunded)
        return self.keep(
            replace(
                check,
                id=str(uuid.uuid4()),
                number=self._store.next_id(),
                type=AchType.REFUND,
                status=AchStatus.ACCEPTED,
                amount=given,
                created_at=self._now(),
                created_by=user,
                idempotency_key="",
                originated_at=None,
                settled_at=None,
                deposit_id="",
                fee=Decimal(0),
                original_id=check.id,
            )
        )

    def evening(self, account: str, at: datetime) -> None:
        """What goes to the bank and what settles at this moment."""
        for check in self._store.checks.under_way(account):
            if check.created_at <= at:
                self.keep(ach_state.next_by_clock(check, at=at))

    def find(self, account: str, which: str) -> Check:
        """By v3's UUID or v1's number. Raises RefusedError 80."""
        found = self._store.checks.by_id(account, which)
        if found is None and which.isascii() and which.isdigit():
            found = self._store.checks.by_number(account, int(which[:18]))
        if found is None:
            raise RefusedError(ErrorCode.CHECK_UNKNOWN)
        return found

    def reversible(self, check: Check) -> Decimal:
        return ach_state.reversible(check, refunded=self._store.checks.refunded(check.id))

    def keep(self, check: Check) -> Check:
        self._store.checks.put(check)
        return check

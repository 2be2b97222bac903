"""Card money at the simulated gateway: rules applied to rows, inside one turn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from integrations.canonical.transactions import TransactionState, TransactionType
from integrations.paytrace.codes import ErrorCode
from integrations.paytrace.simulator import state
from integrations.paytrace.simulator.rows import User
from integrations.paytrace.simulator.state import Customer, Order, RefusedError, Transaction
from integrations.paytrace.simulator.store import Store

Tell = Callable[[Transaction], None]


class DuplicateError(Exception):
    """The account's duplicate filter refuses this charge; its code is not documented."""


class Till:
    """Sales, holds, captures, voids, refunds and batches. `tell` sends the notice of a state."""

    def __init__(self, store: Store, *, now: Callable[[], datetime], tell: Tell) -> None:
        self._store = store
        self._now = now
        self._tell = tell

    def sell(
        self,
        customer: Customer,
        order: Order,
        *,
        user: str,
        notify: bool,
        kind: TransactionType = TransactionType.SALE,
    ) -> Transaction:
        """Charge, or hold when `kind` says so. Raises DuplicateError."""
        made = state.charge(
            customer,
            order,
            kind=kind,
            transaction_id=self._store.next_id(),
            now=self._now(),
            user=user,
        )
        minutes = self._store.options(customer.account).duplicate_minutes
        since = self._now() - timedelta(minutes=minutes)
        if minutes and self._store.duplicate_of(made, since):
            raise DuplicateError
        return self.keep(made, notify=notify)

    def capture(self, account: str, transaction_id: int, amount: Decimal | None) -> Transaction:
        return self.keep(state.capture(self.find(account, transaction_id), amount=amount))

    def adjust(self, account: str, transaction_id: int, amount: Decimal) -> Transaction:
        return self.keep(state.adjust(self.find(account, transaction_id), amount=amount))

    def void(self, account: str, transaction_id: int) -> Transaction:
        return self.keep(state.void(self.find(account, transaction_id)))

    def refund(
        self, account: str, transaction_id: int, amount: Decimal | None, *, user: str
    ) -> Transaction:
        sale = self.find(account, transaction_id)
        made = state.refund(
            sale,
            amount=amount,
            refunded=self._store.refunded(sale.id),
            transaction_id=0,
            now=self._now(),
            user=user,
        )
        number = self._store.next_id()
        return self.keep(replace(made, id=number, approval_code=state.approval_code(number)))

    def credit(self, customer: Customer, order: Order, *, user: str) -> Transaction:
        """Money for a stored customer, of no earlier payment."""
        number = self._store.next_id()
        made = state.credit(customer, order, transaction_id=number, now=self._now(), user=user)
        return self.keep(made)

    def add_level_three(
        self, account: str, transaction_id: int, detail: dict[str, Any]
    ) -> Transaction:
        sale = self.find(account, transaction_id)
        return self.keep(state.add_level_three(sale, detail), notify=False)

    def email_receipt(self, account: str, transaction_id: int, email: str) -> Transaction:
        return self.keep(replace(self.find(account, transaction_id), email=email), notify=False)

    def mark_chargeback(self, account: str, transaction_id: int, mark: str) -> Transaction:
        """opened, won, lost or nothing: only people and the control page see it."""
        marked = replace(self.find(account, transaction_id), chargeback=mark)
        return self.keep(marked, notify=False)

    def settle(self, account: str, *, at: datetime | None = None) -> tuple[int, int]:
        """Settle what is pending into one batch: its number and how many. (0, 0) when none."""
        moment = at or self._now()
        pending = self._store.pending(account, moment)
        if not pending:
            return 0, 0
        number = self.next_batch_number(account)
        for transaction in pending:
            self.keep(state.settle(transaction, batch_number=number, at=moment))
        return number, len(pending)

    def next_batch_number(self, account: str) -> int:
        last: int = self._store.meta(f"batch:{account}", 0)
        number = state.next_batch_number(last)
        self._store.set_meta(f"batch:{account}", number)
        return number

    def find(self, account: str, transaction_id: int) -> Transaction:
        """The transaction. Raises RefusedError 811 (unknown), 58 (no id)."""
        if not transaction_id:
            raise RefusedError(ErrorCode.TRANSACTION_ID_INVALID)
        found = self._store.transaction(account, transaction_id)
        if found is None:
            raise RefusedError(ErrorCode.TRANSACTION_UNKNOWN)
        return found

    def keep(self, transaction: Transaction, *, notify: bool = True) -> Transaction:
        self._store.put_transaction(transaction)
        if notify:
            self._tell(transaction)
        return transaction


def check_ceiling(user: User, amount: Decimal | None, *, is_refund: bool = False) -> None:
    """Raises RefusedError 981 above the user's ceiling (PayTrace wiki, User Profiles)."""
    ceiling = user.refund_ceiling if is_refund else user.sale_ceiling
    if ceiling is not None and amount is not None and amount > ceiling:
        raise RefusedError(ErrorCode.NOT_PERMITTED)


def is_waiting(transaction: Transaction) -> bool:
    return transaction.state in {
        TransactionState.PENDING_SETTLEMENT,
        TransactionState.AUTHORIZED,
    }

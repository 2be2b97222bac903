"""What happens to cases: opened, decided, or put into a state nobody has heard of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from integrations.paytrace.simulator.disputes.store import DisputedPayment, DisputeStore
from integrations.paytrace.simulator.state import PACIFIC, Transaction

_DECIDED = frozenset({"won", "lost"})
_ANSWER_WITHIN = timedelta(days=18)


@dataclass(frozen=True)
class DisputeDesk:
    """Every operation is called inside a turn of the world."""

    store: DisputeStore
    now: Callable[[], datetime]

    def mark(self, payment: Transaction, mark: str) -> DisputedPayment:
        """Open the case of a payment, or move it; its number is made from the payment's."""
        number = f"D-{payment.id}"
        known = self.store.find(payment.account, number)
        if known is not None:
            return self.move(known, mark)
        today = self.today()
        opened = DisputedPayment(
            account=payment.account,
            case_number=number,
            payment_id=str(payment.id),
            status="opened",
            amount=f"{payment.amount:.2f}",
            currency="USD",
            opened_on=today.isoformat(),
            reason="Goods not received",
            respond_by=(today + _ANSWER_WITHIN).isoformat(),
        )
        return self.move(opened, mark)

    def move(self, case: DisputedPayment, status: str) -> DisputedPayment:
        decided_on = self.today().isoformat() if status in _DECIDED else None
        return self.keep(replace(case, status=status, decided_on=decided_on))

    def keep(self, case: DisputedPayment) -> DisputedPayment:
        self.store.put(case, changed_at=self.now())
        return case

    def today(self) -> date:
        return self.now().astimezone(PACIFIC).date()

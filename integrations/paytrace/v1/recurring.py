"""Recurring payments over v1. Only delete and the last run were seen in code; the other paths
and the fields follow v3's page and the legacy record (inferred)."""

from __future__ import annotations

from integrations.canonical.errors import NeverWorks
from integrations.canonical.transactions import GatewayTransaction, PaymentMethod
from integrations.paytrace import endpoints_v1 as at
from integrations.paytrace.answers import id_of, rows_of
from integrations.paytrace.codes import ResponseCode
from integrations.paytrace.moments import write_date
from integrations.paytrace.recurring import OPEN_ENDED, NewPlan, PlanChange, RecurringPlan
from integrations.paytrace.stored import to_plan
from integrations.paytrace.v1.speaker import Speaker

_UNKNOWN = frozenset({"paytrace.customer_unknown", "paytrace.transaction_unknown"})


class V1Recurring:
    """See Recurring for what each call promises."""

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker

    def create(self, plan: NewPlan) -> str:
        body = self._speaker.done(
            at.RECURRING_CREATE,
            ResponseCode.RECURRING_CREATED,
            customer_id=plan.customer_id,
            recurrence={
                "amount": self._speaker.amount(plan.amount),
                "frequency": plan.frequency.value,
                "start_date": write_date(plan.start_on),
                "total_count": str(plan.total_count or OPEN_ENDED),
                "transaction_type": "Sale",
                "type": "A" if plan.method is PaymentMethod.ACH else "C",
                "description": plan.description,
            },
        )
        return id_of(body, "recurrence_id")

    def update(self, *, recurrence_id: str, change: PlanChange) -> None:
        said = {
            "id": recurrence_id,
            "amount": self._speaker.amount(change.amount),
            "frequency": change.frequency and change.frequency.value,
            "next_date": write_date(change.next_on) if change.next_on else None,
            "total_count": str(change.total_count) if change.total_count else None,
            "description": change.description,
        }
        self._speaker.done(
            at.RECURRING_UPDATE,
            ResponseCode.RECURRING_UPDATED,
            recurrence={name: value for name, value in said.items() if value is not None},
        )

    def delete(self, recurrence_id: str) -> None:
        self._speaker.done(
            at.RECURRING_DELETE,
            ResponseCode.RECURRING_DELETED,
            recurrence={"id": recurrence_id},
        )

    def plans(self, *, customer_id: str = "") -> list[RecurringPlan]:
        body = self._speaker.read(at.RECURRING_EXPORT, customer_id=customer_id)
        rows = rows_of(body.get("recurrences"))
        return [to_plan(raw, reading=self._speaker.reading) for raw in rows]

    def last_run(self, customer_id: str) -> GatewayTransaction | None:
        try:
            body = self._speaker.read(at.RECURRING_APPROVED, customer_id=customer_id)
        except NeverWorks as error:
            if error.code in _UNKNOWN:
                return None
            raise
        return next(iter(self._speaker.transactions(body)), None)

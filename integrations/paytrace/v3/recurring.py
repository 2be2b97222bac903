"""Recurring payments over v3: its published page shows create and delete only."""

# What a version lacks takes the arguments of the other.
# ruff: noqa: ARG002
from __future__ import annotations

from integrations.canonical.transactions import GatewayTransaction, PaymentMethod
from integrations.paytrace import endpoints_v3 as at
from integrations.paytrace.answers import unclear
from integrations.paytrace.codes import ErrorCode, ResponseCode
from integrations.paytrace.gaps import not_offered
from integrations.paytrace.moments import write_date
from integrations.paytrace.record_fields import text_of
from integrations.paytrace.recurring import OPEN_ENDED, NewPlan, PlanChange, RecurringPlan
from integrations.paytrace.refusals import refusal
from integrations.paytrace.v3.speaker import Speaker


class V3Recurring:
    """See Recurring for what each call promises."""

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker

    def create(self, plan: NewPlan) -> str:
        if not plan.customer_id.isdigit():
            raise refusal({"errors": {str(int(ErrorCode.CUSTOMER_UNKNOWN)): []}})
        data = self._speaker.done(
            at.RECURRING_CREATE,
            ResponseCode.RECURRING_CREATED,
            customer_id=int(plan.customer_id),
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
        found = text_of(data, "recurrence_id", "id")
        if not found:
            raise unclear(data)
        return found

    def update(self, *, recurrence_id: str, change: PlanChange) -> None:
        raise not_offered(
            "API v3's published pages show no call that changes a recurring payment.",
            remedy="End it and make a new one.",
        )

    def delete(self, recurrence_id: str) -> None:
        self._speaker.done(
            at.RECURRING_DELETE,
            ResponseCode.RECURRING_DELETED,
            recurrence={"id": recurrence_id},
        )

    def plans(self, *, customer_id: str = "") -> list[RecurringPlan]:
        raise not_offered("API v3's published pages show no call that lists recurring payments.")

    def last_run(self, customer_id: str) -> GatewayTransaction | None:
        raise not_offered("API v3's published pages show no call for a recurring payment's runs.")

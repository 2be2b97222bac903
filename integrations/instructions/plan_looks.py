"""Looking for what became of a step of a recurring plan, by the plans that PayTrace lists. Outside
of transactions."""

from __future__ import annotations

from integrations.instructions.outcomes import Outcome
from integrations.instructions.plan_calls import begun, changed, ended, marked
from integrations.instructions.protocol import Told
from integrations.instructions.subjects import PlanNow, Subject
from integrations.instructions.unanswered import nothing
from integrations.paytrace.client import PayTraceClient
from integrations.paytrace.recurring import RecurringPlan


def plan_made(told: Told, subject: Subject, client: PayTraceClient) -> Outcome:
    """Begun or begun again: known by the word of its attempt in the description."""
    wish, plan = told.wish, subject.plan
    word = marked(plan.description if plan else wish.description, told.invoice_id)
    customer = plan.vault_id if plan else wish.vault_id
    for one in client.recurring.plans(customer_id=customer):
        if one.description == word:
            assert wish.start_on is not None  # noqa: S101 checked when asked
            return begun(one.recurrence_id, one.amount, wish.start_on)
    return nothing(told, is_real_time=True)


def plan_changed(told: Told, subject: Subject, client: PayTraceClient) -> Outcome:
    """Changed, where all that was wanted shows."""
    plan = _plan(subject)
    found = _listed(plan, client)
    if found is not None and _shows(found, told):
        return changed(plan.recurrence_id)
    return nothing(told, is_real_time=True)


def _shows(found: RecurringPlan, told: Told) -> bool:
    wish = told.wish
    wanted = {
        "amount": wish.amount,
        "frequency": wish.frequency,
        "next_on": wish.next_on,
        "total_count": wish.total_count,
        "description": wish.description or None,
    }
    return all(value is None or getattr(found, name) == value for name, value in wanted.items())


def plan_ended(told: Told, subject: Subject, client: PayTraceClient) -> Outcome:
    """Paused or ended, where PayTrace lists it no more."""
    plan = _plan(subject)
    if _listed(plan, client) is None:
        # It was ended when PayTrace was told, and what is due since was not charged.
        return ended(plan, told, min(told.gateway_day, subject.today))
    return nothing(told, is_real_time=True)


def _listed(plan: PlanNow, client: PayTraceClient) -> RecurringPlan | None:
    """As `plan_calls.read`, and what keeps it from being read is raised."""
    found = client.recurring.plans(customer_id=plan.vault_id)
    return next((one for one in found if one.recurrence_id == plan.recurrence_id), None)


def _plan(subject: Subject) -> PlanNow:
    assert subject.plan is not None  # noqa: S101 checked when it was asked
    return subject.plan

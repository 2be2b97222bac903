"""Recurring plans at PayTrace: made, changed, ended. It knows no pause: a paused plan is ended
there, and made anew with what is left when it is resumed. Outside of transactions."""

# Every kind is called alike, needed or not.
# ruff: noqa: ARG001
from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from integrations.canonical.errors import IntegrationError, NeverWorks
from integrations.canonical.money import Money
from integrations.canonical.transactions import PaymentMethod
from integrations.instructions.kinds import Kind
from integrations.instructions.models import InstructionState
from integrations.instructions.outcomes import Outcome
from integrations.instructions.protocol import Told
from integrations.instructions.subjects import PlanNow, Subject
from integrations.paytrace.client import PayTraceClient
from integrations.paytrace.recurring import NewPlan, PlanChange, RecurringPlan

S = InstructionState
# PayTrace says that a plan is gone by the code of an unknown id (inferred).
GONE = frozenset({"paytrace.transaction_id_invalid", "paytrace.transaction_unknown"})


def create(told: Told, subject: Subject, client: PayTraceClient) -> Outcome:
    """Make a plan. Its description carries the attempt's own word, by which it is found."""
    wish = told.wish
    assert wish.amount and wish.frequency  # noqa: S101, PT018 checked when asked
    assert wish.start_on  # noqa: S101 checked when asked
    made = client.recurring.create(
        NewPlan(
            customer_id=wish.vault_id,
            amount=wish.amount,
            frequency=wish.frequency,
            start_on=wish.start_on,
            total_count=wish.total_count,
            method=wish.method or PaymentMethod.CARD,
            description=marked(wish.description, told.invoice_id),
        )
    )
    return begun(made, wish.amount, wish.start_on)


def resume(told: Told, subject: Subject, client: PayTraceClient) -> Outcome:
    """Make it anew with the payments that are left."""
    plan, start_on = _plan(subject), told.wish.start_on
    assert start_on is not None  # noqa: S101 checked when asked
    if plan.left == 0:
        raise NeverWorks(
            "All payments of this plan have been made; nothing is left to resume.",
            code="plan.nothing_left",
        )
    made = client.recurring.create(
        NewPlan(
            customer_id=plan.vault_id,
            amount=plan.amount,
            frequency=plan.frequency,
            start_on=start_on,
            total_count=plan.left,
            method=PaymentMethod(plan.method),
            description=marked(plan.description, told.invoice_id),
        )
    )
    return begun(made, plan.amount, start_on)


def change(told: Told, subject: Subject, client: PayTraceClient) -> Outcome:
    """Change amount, rhythm, next day or end of a plan; v1 only."""
    wish = told.wish
    client.recurring.update(
        recurrence_id=_plan(subject).recurrence_id,
        change=PlanChange(
            amount=wish.amount,
            frequency=wish.frequency,
            next_on=wish.next_on,
            total_count=wish.total_count,
            description=wish.description or None,
        ),
    )
    return changed(_plan(subject).recurrence_id)


def end(told: Told, subject: Subject, client: PayTraceClient) -> Outcome:
    """End a plan at PayTrace, for good or for a pause; one that is gone already is ended."""
    plan = _plan(subject)
    if not plan.recurrence_id:  # paused before: PayTrace knows nothing of it
        return ended(plan, told, subject.today)
    last_day = _last_day(read(client, plan), subject.today)
    try:
        client.recurring.delete(plan.recurrence_id)
    except NeverWorks as error:
        if error.code not in GONE:
            raise
    return ended(plan, told, last_day)


def _last_day(found: RecurringPlan | None, today: date) -> date:
    """The last day whose payment was made: PayTrace says when the next one is due, and today's
    may not have been made yet."""
    if found is None or found.next_on is None:
        return today
    return found.next_on - timedelta(days=1)


def read(client: PayTraceClient, plan: PlanNow) -> RecurringPlan | None:
    """The plan as PayTrace keeps it; None where it cannot be read or is gone."""
    try:
        found = client.recurring.plans(customer_id=plan.vault_id)
    except IntegrationError:
        return None
    return next((one for one in found if one.recurrence_id == plan.recurrence_id), None)


def marked(description: str, invoice_id: str) -> str:
    """A plan's description with the word by which it is found again."""
    return f"{description} {invoice_id}".strip()


def begun(recurrence_id: str, amount: Money, start_on: date) -> Outcome:
    sentence = f"{amount} will be charged from {start_on:%d %B %Y} on."
    return Outcome(S.DONE, "", sentence, recurrence_id)


def changed(recurrence_id: str) -> Outcome:
    return Outcome(S.DONE, "", "The plan was changed at PayTrace.", recurrence_id)


def ended(plan: PlanNow, told: Told, last_day: date) -> Outcome:
    """A plan that charges no more; `last_day` is the last on which it may have."""
    word = "paused" if told.wish.kind is Kind.PLAN_PAUSE else "ended"
    sentence = f"The plan is {word}: PayTrace charges nothing more."
    return Outcome(S.DONE, "", sentence, plan.recurrence_id, on=last_day)


def _plan(subject: Subject) -> PlanNow:
    assert subject.plan is not None  # noqa: S101 checked when it was asked
    return subject.plan


CALLS: Mapping[Kind, Callable[[Told, Subject, PayTraceClient], Outcome]] = {
    Kind.PLAN_CREATE: create,
    Kind.PLAN_CHANGE: change,
    Kind.PLAN_PAUSE: end,
    Kind.PLAN_RESUME: resume,
    Kind.PLAN_CANCEL: end,
}

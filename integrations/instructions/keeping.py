"""What a finished instruction leaves in our rows: stored payment methods, recurring plans.

In the transaction that records the answer; only `protocol` calls it.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Now

from integrations.instructions import attempts
from integrations.instructions.calendar import dates
from integrations.instructions.kinds import Kind
from integrations.instructions.models import Instruction, RecurringPlan, StoredPaymentMethod
from integrations.instructions.outcomes import Outcome
from integrations.instructions.subjects import plan_now
from integrations.instructions.wishes import Wish
from integrations.paytrace.recurring import Frequency
from tenants.insert import insert_once

State = RecurringPlan.State


def keep(instruction_id: uuid.UUID, wish: Wish, outcome: Outcome) -> None:
    """Bring stored methods and plans up to date with what was done."""
    row = Instruction.objects.select_related("plan").get(id=instruction_id)
    if outcome.customer is not None:
        _keep_method(row, wish, outcome)
    keeper = _KEEPERS.get(wish.kind)
    if keeper is not None:
        keeper(row, wish, outcome)


def _keep_method(row: Instruction, wish: Wish, outcome: Outcome) -> None:
    stored = outcome.customer
    assert stored is not None  # noqa: S101 looked at by the caller
    method = StoredPaymentMethod(
        environment_id=row.environment_id,
        connection_id=row.connection_id,
        vault_id=stored.customer_id,
        customer_number=wish.customer_number,
        customer_name=(stored.name or wish.name)[:120],
        method=stored.method,
        brand=stored.card_brand[:20],
        last_four=stored.last_four[-4:],
        expiry_month=stored.expiry_month,
        expiry_year=stored.expiry_year,
        stored_by=row.asked_by,
    )
    if not insert_once(method):
        # Its answer was lost, and it was brought in meanwhile without our knowing whose it is.
        StoredPaymentMethod.objects.filter(
            connection_id=row.connection_id, vault_id=stored.customer_id, forgotten_at=None,
            customer_number="",
        ).update(customer_number=wish.customer_number, stored_by=row.asked_by)  # fmt: skip


def _change_method(row: Instruction, wish: Wish, _: Outcome) -> None:
    """What we know of it ourselves; the rest is PayTrace’s alone."""
    changed: dict[str, Any] = {"customer_name": wish.name[:120]} if wish.name else {}
    if wish.expiry_month is not None:
        changed |= {"expiry_month": wish.expiry_month, "expiry_year": wish.expiry_year}
    if changed:
        StoredPaymentMethod.objects.filter(
            connection_id=row.connection_id, vault_id=wish.vault_id, forgotten_at=None
        ).update(**changed)


def _forget_method(row: Instruction, wish: Wish, _: Outcome) -> None:
    StoredPaymentMethod.objects.filter(
        connection_id=row.connection_id, vault_id=wish.vault_id, forgotten_at=None
    ).update(forgotten_at=Now())


def _begin_plan(row: Instruction, wish: Wish, outcome: Outcome) -> None:
    assert wish.amount and wish.frequency  # noqa: S101, PT018 checked when asked
    assert wish.start_on  # noqa: S101 checked when asked
    plan = RecurringPlan(
        environment_id=row.environment_id,
        connection_id=row.connection_id,
        recurrence_id=outcome.result_id,
        customer_number=wish.customer_number,
        vault_id=wish.vault_id,
        amount=wish.amount.amount,
        currency=wish.amount.currency,
        frequency=wish.frequency,
        method=str(wish.method or "card"),
        description=wish.description,
        counts_from=wish.start_on,
        total_count=wish.total_count,
    )
    if not insert_once(plan):
        # Its answer was lost, and it was brought in meanwhile.
        plan = _plans_of(row, outcome).get()
    Instruction.objects.filter(id=row.id).update(plan_id=plan.id)


def _plans_of(row: Instruction, outcome: Outcome) -> QuerySet[RecurringPlan]:
    """The one plan that has the recurrence at PayTrace which this came to, if there is one."""
    return RecurringPlan.objects.filter(
        connection_id=row.connection_id, recurrence_id=outcome.result_id
    )


def _resume_plan(row: Instruction, wish: Wish, outcome: Outcome) -> None:
    assert row.plan_id is not None  # noqa: S101 checked when asked
    # Its answer was lost, and it was brought in meanwhile as if it were another plan.
    _plans_of(row, outcome).exclude(id=row.plan_id).update(
        recurrence_id="", state=State.ENDED, state_since=Now()
    )
    _update(
        row,
        state=State.ACTIVE,
        recurrence_id=outcome.result_id,
        counts_from=wish.start_on,
    )


def _change_plan(row: Instruction, wish: Wish, _: Outcome) -> None:
    """Another rhythm or next day counts anew from there, with what was paid before."""
    plan = row.plan
    assert plan is not None  # noqa: S101 checked when asked
    fields: dict[str, Any] = {}
    if wish.amount is not None:
        fields["amount"] = wish.amount.amount
    if wish.total_count is not None:
        fields["total_count"] = wish.total_count
    if wish.description:
        fields["description"] = wish.description
    if wish.frequency is not None or wish.next_on is not None:
        frequency = wish.frequency or Frequency(plan.frequency)
        before = _told_on(row)
        fields |= {
            "frequency": frequency,
            "done_before": plan_now(plan, today=before).done_count,
            "counts_from": wish.next_on
            or next(
                day
                for day in dates(Frequency(plan.frequency), start=plan.counts_from)
                if day > before
            ),
        }
    _update(row, **fields)


def _pause_plan(row: Instruction, _: Wish, outcome: Outcome) -> None:
    _update(row, state=State.PAUSED, recurrence_id="", done_before=_made(row, outcome))


def _end_plan(row: Instruction, _: Wish, outcome: Outcome) -> None:
    _update(row, state=State.ENDED, done_before=_made(row, outcome))


def _made(row: Instruction, outcome: Outcome) -> int:
    """How many payments the plan made until it was ended at PayTrace."""
    plan = row.plan
    assert plan is not None  # noqa: S101 checked when asked
    return plan_now(plan, today=outcome.on or _told_on(row)).done_count


def _told_on(row: Instruction) -> date:
    """The gateway's day on which PayTrace was told: approval may have taken days, and meanwhile
    the plan went on as it was."""
    told = attempts.latest(row.id)
    return told.gateway_day if told else row.asked_on


def _update(row: Instruction, **fields: Any) -> None:
    assert row.plan_id is not None  # noqa: S101 checked when asked
    moved = {"state_since": Now(), "unlisted_since": None} if "state" in fields else {}
    RecurringPlan.objects.filter(id=row.plan_id).update(**fields, **moved)


_KEEPERS: Mapping[Kind, Callable[[Instruction, Wish, Outcome], None]] = {
    Kind.UPDATE_CUSTOMER: _change_method,
    Kind.FORGET_CUSTOMER: _forget_method,
    Kind.PLAN_CREATE: _begin_plan,
    Kind.PLAN_RESUME: _resume_plan,
    Kind.PLAN_CHANGE: _change_plan,
    Kind.PLAN_PAUSE: _pause_plan,
    Kind.PLAN_CANCEL: _end_plan,
}

"""What an instruction is about, read before PayTrace is told: its plan, what was given back."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from integrations.canonical.money import Money, round_to
from integrations.instructions import attempts
from integrations.instructions.calendar import runs_until
from integrations.instructions.kinds import Kind
from integrations.instructions.models import Instruction, InstructionState, RecurringPlan
from integrations.instructions.own_page_now import PageNow, page_now
from integrations.paytrace.recurring import Frequency


@dataclass(frozen=True)
class PlanNow:
    """A plan as our rows have it."""

    recurrence_id: str
    vault_id: str
    amount: Money
    frequency: Frequency
    method: str
    description: str
    total_count: int | None
    done_count: int
    """How many payments it has made by the calendar."""
    counts_from: date

    @property
    def left(self) -> int | None:
        """How many payments are left; None without an end."""
        return None if self.total_count is None else max(self.total_count - self.done_count, 0)


@dataclass(frozen=True)
class Subject:
    """`today` is a day of the gateway's zone."""

    today: date
    plan: PlanNow | None = None
    already_given: Mapping[str, Money] = field(default_factory=dict)
    """What our own instructions gave back of the payment so far, and the books took back of it
    otherwise, by the transaction that did: a refund of no payment that a person said belongs to
    it, a chargeback."""
    taken_ids: frozenset[str] = frozenset()
    """Ids at PayTrace that other instructions led to, and refunds that were there before it was
    told: never the answer to this one."""
    page: PageNow | None = None
    """Of PayTrace's own page of a payment link; None where that link has ended."""


TakenBack = Callable[[uuid.UUID, str], Mapping[str, Decimal]]
"""What the books took back of this payment of an account, by the transaction that did."""


RefundsBefore = Callable[[uuid.UUID, Money, datetime], frozenset[str]]
"""The refunds of an account over this amount that PayTrace had told of before that moment."""


def nothing_taken_back(_: uuid.UUID, __: str) -> Mapping[str, Decimal]:
    """Of what gives no money back: nobody needs to know."""
    return {}


def subject_of(
    instruction_id: uuid.UUID,
    *,
    today: date,
    taken_back: TakenBack = nothing_taken_back,
    refunds_before: RefundsBefore | None = None,
) -> Subject:
    """Inside the open company's transaction. Before money is given back, `taken_back` has to tell
    what the books know; before a refund is looked for, `refunds_before` which of them were there
    when PayTrace was told."""
    row = Instruction.objects.select_related("plan").get(id=instruction_id)
    others = Instruction.objects.filter(connection_id=row.connection_id).exclude(id=row.id)
    already: dict[str, Money] = {}
    taken: frozenset[str] = frozenset()
    if row.kind == "give_back":
        same = others.filter(transaction_id=row.transaction_id, kind=row.kind)
        done = list(same.filter(state=InstructionState.DONE).values_list("result_id", "amount"))
        known = {number: amount or Decimal(0) for number, amount in done}
        known |= taken_back(row.connection_id, row.transaction_id)
        already = {
            number: Money(round_to(amount, row.currency), row.currency)
            for number, amount in known.items()
        }
        taken = frozenset(number for number, _ in done) | _there_before(row, refunds_before)
    elif row.kind == "plan_create":
        made = RecurringPlan.objects.filter(connection_id=row.connection_id)
        taken = frozenset(made.values_list("recurrence_id", flat=True))
    plan = plan_now(row.plan, today=today) if row.plan else None
    page = page_now(row.id) if row.kind == Kind.MAKE_PAGE else None
    return Subject(today, plan, already, taken, page)


def _there_before(row: Instruction, refunds_before: RefundsBefore | None) -> frozenset[str]:
    attempt = attempts.latest(row.id) if refunds_before else None
    if attempt is None or refunds_before is None:
        return frozenset()
    amount = Money(round_to(row.amount or Decimal(0), row.currency), row.currency)
    return refunds_before(row.connection_id, amount, attempt.started_at)


def plan_now(plan: RecurringPlan, *, today: date) -> PlanNow:
    """The plan, with the payments it has made by the calendar up to today. Pure."""
    frequency = Frequency(plan.frequency)
    made = 0
    if plan.state == RecurringPlan.State.ACTIVE:
        made = runs_until(frequency, start=plan.counts_from, until=today)
    done = plan.done_before + made
    if plan.total_count is not None:
        done = min(done, plan.total_count)
    return PlanNow(
        recurrence_id=plan.recurrence_id,
        vault_id=plan.vault_id,
        amount=Money(plan.amount, plan.currency),
        frequency=frequency,
        method=plan.method,
        description=plan.description,
        total_count=plan.total_count,
        done_count=done,
        counts_from=plan.counts_from,
    )

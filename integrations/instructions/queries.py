"""Reads on instructions, stored payment methods and recurring plans. Inside the transaction."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from django.db.models import Q, QuerySet

from integrations.canonical.money import MoneyError, without_separators
from integrations.instructions import pages
from integrations.instructions.calendar import next_dates
from integrations.instructions.kinds import Kind
from integrations.instructions.models import (
    Instruction,
    InstructionAttempt,
    InstructionState,
    RecurringPlan,
    StoredPaymentMethod,
)
from integrations.instructions.pages import Mark, Page
from integrations.instructions.policies import policy_of
from integrations.instructions.subjects import PlanNow, plan_now

__all__ = [
    "Page",
    "about_holds",
    "about_payment",
    "attempts",
    "count_waiting_approval",
    "customer_refund_of",
    "instruction",
    "instruction_of",
    "instructions",
    "is_known_key",
    "method_of",
    "methods",
    "next_days",
    "of_plan",
    "page",
    "plan",
    "plan_as_of",
    "plans",
    "policy_of",
    "stored_method",
    "stored_methods",
]
MOST_PLANS = 500
# Above every amount that PayTrace or Sage can hold.
_MOST = Decimal(10) ** 14
# What still needs somebody or something, for a list's first tab.
OPEN = (
    InstructionState.WAITING_APPROVAL, InstructionState.READY, InstructionState.CLAIMED,
    InstructionState.SENT, InstructionState.UNKNOWN,
)  # fmt: skip


def instructions(
    *,
    environment_id: uuid.UUID,
    state: str = "",
    kind: str = "",
    search: str = "",
    plan_id: uuid.UUID | None = None,
) -> QuerySet[Instruction]:
    """Those of an environment, newest first, each with its `connection` and `plan`."""
    rows = Instruction.objects.filter(environment_id=environment_id)
    if state:
        rows = rows.filter(state=state)
    if kind:
        rows = rows.filter(kind=kind)
    if plan_id:
        rows = rows.filter(plan_id=plan_id)
    if search:
        rows = rows.filter(
            Q(customer_number__iexact=search)
            | Q(invoice_number__iexact=search)
            | Q(transaction_id=search)
            | Q(result_id=search)
            | Q(idempotency_key=search)
            | _of_amount(search)
        )
    return rows.select_related("connection", "plan").order_by("-asked_at", "-id")


def _of_amount(text: str) -> Q:
    """Of exactly this amount, as people write it: `1,240.50`; nothing where it is none."""
    try:
        amount = Decimal(without_separators(text))
    except (InvalidOperation, MoneyError):
        return Q(pk=None)
    return Q(amount=amount) if amount.is_finite() and abs(amount) < _MOST else Q(pk=None)


def page(rows: QuerySet[Instruction], *, after: Mark | None, size: int) -> Page[Instruction]:
    """One page of them, by when they were asked."""
    return pages.page(rows, by="asked_at", after=after, size=size)


def instruction(*, environment_id: uuid.UUID, instruction_id: uuid.UUID) -> Instruction | None:
    """One of an environment, with its `connection` and `plan`."""
    rows = instructions(environment_id=environment_id)
    return rows.filter(id=instruction_id).first()


def attempts(instruction_id: uuid.UUID) -> list[InstructionAttempt]:
    """Each time PayTrace was told, oldest first."""
    return list(InstructionAttempt.objects.filter(instruction_id=instruction_id))


def instruction_of(
    *,
    connection_id: uuid.UUID,
    transaction_id: str,
    gives_back: bool,
    rows: QuerySet[Instruction] | None = None,
) -> Instruction | None:
    """The instruction that made a payment at PayTrace, or that refunded or voided one: who asked
    for it. A void has the payment's own id, so one id may stand for both.

    `rows` are those to look through: support's, who may not read what was asked in full.
    """
    found = Instruction.objects.all() if rows is None else rows
    found = found.filter(connection_id=connection_id, result_id=transaction_id)
    refunding = (Kind.GIVE_BACK, Kind.REFUND_CUSTOMER)
    charging = (Kind.CHARGE, Kind.HOLD, Kind.CAPTURE, Kind.MAKE_PAGE)
    kinds = refunding if gives_back else charging
    return found.filter(kind__in=kinds).defer("request").order_by("asked_at").first()


def customer_refund_of(*, connection_id: uuid.UUID, invoice_id: str) -> Instruction | None:
    """The instruction that a refund without an earlier payment was made for, by the invoice id
    under which PayTrace was told: known before its answer is."""
    rows = InstructionAttempt.objects.filter(
        invoice_id=invoice_id,
        instruction__connection_id=connection_id,
        instruction__kind=Kind.REFUND_CUSTOMER,
    )
    found = rows.select_related("instruction").first() if invoice_id else None
    return found.instruction if found else None


def about_holds(
    *, environment_id: uuid.UUID, transaction_ids: Sequence[str]
) -> dict[tuple[uuid.UUID, str], Instruction]:
    """What was asked last about each of these holds and has not come to nothing, by account and
    transaction; of a change only while it is under way."""
    rows = Instruction.objects.filter(
        environment_id=environment_id, transaction_id__in=transaction_ids
    )
    ends_it = Q(kind__in=(Kind.CAPTURE, Kind.GIVE_BACK), state__in=(*OPEN, InstructionState.DONE))
    changes_it = Q(kind=Kind.ADJUST, state__in=OPEN)
    found = rows.filter(ends_it | changes_it).defer("request").order_by("asked_at", "id")
    return {(row.connection_id, row.transaction_id): row for row in found}


def about_payment(
    *, environment_id: uuid.UUID, connection_id: uuid.UUID, transaction_id: str, since: datetime
) -> list[Instruction]:
    """The newest that were asked about a payment since it was made, newest first; 20 at most."""
    rows = Instruction.objects.filter(
        environment_id=environment_id,
        asked_at__gte=since,
        connection_id=connection_id,
        transaction_id=transaction_id,
    )
    return list(rows.defer("request").order_by("-asked_at", "-id")[:20])


def is_known_key(*, environment_id: uuid.UUID, idempotency_key: str) -> bool:
    """Whether something was asked under this key: asking again asks for nothing new."""
    rows = Instruction.objects.filter(environment_id=environment_id)
    return rows.filter(idempotency_key=idempotency_key).exists()


def count_waiting_approval(environment_id: uuid.UUID) -> int:
    """How many wait for somebody's approval."""
    rows = Instruction.objects.filter(environment_id=environment_id)
    return rows.filter(state=InstructionState.WAITING_APPROVAL).count()


def stored_methods(
    *,
    environment_id: uuid.UUID,
    customer_number: str = "",
    search: str = "",
    is_listed: bool = False,
) -> list[StoredPaymentMethod]:
    """Payment methods that can be charged, of one customer if asked, newest first, 500 at most;
    with `is_listed` without those that PayTrace lists no more."""
    rows = methods(environment_id=environment_id, search=search)
    if is_listed:
        rows = rows.filter(unlisted_since=None)
    if customer_number:
        rows = rows.filter(customer_number__iexact=customer_number)
    return list(rows[:500])


def methods(*, environment_id: uuid.UUID, search: str = "") -> QuerySet[StoredPaymentMethod]:
    """Payment methods that are kept, newest first: of a customer by number or part of the name,
    of a card by its last four digits, or by its id in PayTrace."""
    rows = StoredPaymentMethod.objects.filter(environment_id=environment_id, forgotten_at=None)
    if search:
        rows = rows.filter(
            Q(customer_number__iexact=search)
            | Q(customer_name__icontains=search)
            | Q(last_four=search)
            | Q(vault_id__iexact=search)
        )
    return rows.select_related("connection").order_by("-stored_at", "-id")


def stored_method(*, environment_id: uuid.UUID, method_id: uuid.UUID) -> StoredPaymentMethod | None:
    """One of them."""
    return StoredPaymentMethod.objects.filter(
        environment_id=environment_id, id=method_id, forgotten_at=None
    ).first()


def method_of(row: RecurringPlan | Instruction) -> StoredPaymentMethod | None:
    """The card or account that a plan charges, or an instruction names; None for one that is known
    to PayTrace alone."""
    return StoredPaymentMethod.objects.filter(
        connection_id=row.connection_id, vault_id=row.vault_id, forgotten_at=None
    ).first()


def plans(
    *, environment_id: uuid.UUID, customer_number: str = "", state: str = "", search: str = ""
) -> list[RecurringPlan]:
    """Recurring plans, those in force first, newest first, at most `MOST_PLANS`; of one customer
    if asked, or those whose customer, words or number in PayTrace fit what is searched."""
    rows = RecurringPlan.objects.filter(environment_id=environment_id)
    if customer_number:
        rows = rows.filter(customer_number=customer_number)
    if state:
        rows = rows.filter(state=state)
    if search:
        rows = rows.filter(
            Q(customer_number__iexact=search)
            | Q(description__icontains=search)
            | Q(recurrence_id=search)
            | Q(vault_id__iexact=search)
        )
    ordered = rows.select_related("connection").order_by("state", "-created_at", "-id")
    return list(ordered[:MOST_PLANS])


def plan(*, environment_id: uuid.UUID, plan_id: uuid.UUID) -> RecurringPlan | None:
    """One plan, with its `connection`."""
    rows = RecurringPlan.objects.filter(environment_id=environment_id, id=plan_id)
    return rows.select_related("connection").first()


def of_plan(plan_id: uuid.UUID) -> list[Instruction]:
    """What was asked about a plan, newest first."""
    return list(Instruction.objects.filter(plan_id=plan_id).order_by("-asked_at", "-id")[:50])


def plan_as_of(row: RecurringPlan, *, today: date) -> PlanNow:
    """What a plan has done by today and what is left."""
    return plan_now(row, today=today)


def next_days(row: RecurringPlan, *, today: date, most: int = 6) -> list[date]:
    """The next days on which an active plan charges; none of one that is paused or ended."""
    if row.state != RecurringPlan.State.ACTIVE:
        return []
    now = plan_now(row, today=today)
    left = None if row.total_count is None else row.total_count - row.done_before
    return next_dates(now.frequency, start=row.counts_from, after=today, left=left, most=most)

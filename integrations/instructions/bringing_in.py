"""Bringing in what PayTrace keeps already: cards stored and plans started before Tieout came, or
in PayTrace's own terminal. Inside the open company's transaction; no network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q

from integrations.canonical.money import Money, round_to
from integrations.canonical.transactions import PaymentMethod
from integrations.connections.models import Connection
from integrations.instructions.kinds import Kind
from integrations.instructions.models import Instruction, RecurringPlan, StoredPaymentMethod
from integrations.instructions.operations import day_of
from integrations.instructions.queries import OPEN
from integrations.instructions.subjects import plan_now
from integrations.paytrace.recurring import RecurringPlan as PlanThere
from integrations.paytrace.vault import VaultCustomer
from tenants import audit
from tenants.insert import insert_all

STORED_BY = "PayTrace"
LONGEST_NUMBER = 20
# A list may have been read before what it shows was forgotten here.
_JUST_NOW = timedelta(hours=1)
_OF_PLANS = (
    Kind.PLAN_CREATE,
    Kind.PLAN_CHANGE,
    Kind.PLAN_PAUSE,
    Kind.PLAN_RESUME,
    Kind.PLAN_CANCEL,
)
_MONTHS = 12
# Of a plan; more than these is no plan that anybody made.
_MOST_RUNS = 10_000
_MOST = Decimal(10) ** 12


def numbers_to_try(found: Iterable[VaultCustomer]) -> set[str]:
    """What may be customer numbers of Sage: the merchant's own ids."""
    names = (_own_id(one) for one in found)
    return {name for name in names if name and len(name) <= LONGEST_NUMBER}


def cards(
    found: Sequence[VaultCustomer],
    *,
    connection: Connection,
    numbers: Mapping[str, str],
    asked_at: datetime,
) -> int:
    """Keep every stored card and bank account that is not known here, and what is new of those
    that are; how many were not known.

    `numbers` has the customer number in Sage by the merchant's own id in capitals: whoever is not
    in it, a person says whose card it is.
    """
    kept = StoredPaymentMethod.objects.filter(connection=connection)
    known = {row.vault_id: row for row in kept.filter(forgotten_at=None)}
    gone = set(
        kept.filter(forgotten_at__gt=asked_at - _JUST_NOW).values_list("vault_id", flat=True)
    )
    can_charge = [one for one in found if _can_charge(one, connection)]
    for one in can_charge:
        if one.customer_id in known:
            _refresh(known[one.customer_id], one, numbers)
    fresh = [
        _card(one, connection, numbers)
        for one in can_charge
        if one.customer_id not in known and one.customer_id not in gone
    ]
    return len(insert_all(fresh, telling=("id",)))


def plans(found: Sequence[PlanThere], *, connection: Connection, asked_at: datetime) -> int:
    """Keep every plan that goes on and is not known here; how many those were. Of those that are
    known, what it charges and how often is taken over: it may have been changed in PayTrace's own
    terminal, and resumed after a pause it is made anew from here.

    One whose rhythm nobody knows is left out: no day of it could be told. So are those of a stored
    customer of whom a plan is being made, paused or resumed, or was since the list was read: the
    next night shows what they came to."""
    moving = Instruction.objects.filter(connection=connection, kind__in=_OF_PLANS).filter(
        Q(state__in=OPEN) | Q(state_since__gt=asked_at - _JUST_NOW)
    )
    touched = set(moving.values_list("vault_id", flat=True))
    touched |= set(moving.exclude(plan=None).values_list("plan__vault_id", flat=True))
    whose = dict(
        StoredPaymentMethod.objects.filter(connection=connection, forgotten_at=None).values_list(
            "vault_id", "customer_number"
        )
    )
    resting = [one for one in found if one.customer_id not in touched]
    active = RecurringPlan.objects.filter(connection=connection, state=RecurringPlan.State.ACTIVE)
    known = {row.recurrence_id: row for row in active}
    for one in resting:
        if one.recurrence_id in known:
            _refresh_plan(known[one.recurrence_id], one, today=day_of(connection))
    fresh = [row for one in resting if (row := _plan(one, connection, whose)) is not None]
    return len(insert_all(fresh, telling=("id",)))


def _can_charge(one: VaultCustomer, connection: Connection) -> bool:
    """A customer with neither card nor bank account is none to charge; over API v1 no bank account
    is, for nobody would learn what became of it."""
    is_told = connection.settings.get("api_version") == "v3" or one.method is PaymentMethod.CARD
    return bool(one.last_four) and is_told


def _own_id(one: VaultCustomer) -> str:
    return (one.label or one.customer_id).strip()


def _number(one: VaultCustomer, numbers: Mapping[str, str]) -> str:
    return numbers.get(_own_id(one).upper(), "")


def _card(
    one: VaultCustomer, connection: Connection, numbers: Mapping[str, str]
) -> StoredPaymentMethod:
    return StoredPaymentMethod(
        environment_id=connection.environment_id,
        connection_id=connection.id,
        vault_id=one.customer_id[:64],
        customer_number=_number(one, numbers),
        stored_by=STORED_BY,
        **_details(one),
    )


def _details(one: VaultCustomer) -> dict[str, Any]:
    return {
        "customer_name": one.name[:120],
        "method": one.method,
        "brand": one.card_brand[:20],
        "last_four": one.last_four[-4:],
        **_expiry(one),
    }


def _expiry(one: VaultCustomer) -> dict[str, int | None]:
    """Where it is a month there can be: whatever else was told is nothing to show."""
    month, year = one.expiry_month or 0, one.expiry_year or 0
    is_real = 1 <= month <= _MONTHS and 2000 <= year <= 2199
    return (
        {"expiry_month": month, "expiry_year": year}
        if is_real
        else {
            "expiry_month": None,
            "expiry_year": None,
        }
    )


def _refresh(row: StoredPaymentMethod, one: VaultCustomer, numbers: Mapping[str, str]) -> None:
    """A card that its bank renewed, a name that was mended; nothing told changes nothing."""
    told = {name: value for name, value in _details(one).items() if value}
    if not row.customer_number:
        told["customer_number"] = _number(one, numbers)
    changed = {name: value for name, value in told.items() if getattr(row, name) != value}
    if changed:
        StoredPaymentMethod.objects.filter(id=row.id).update(**changed)


def _refresh_plan(row: RecurringPlan, one: PlanThere, *, today: date) -> None:
    fields: dict[str, Any] = {}
    if one.amount != Money(round_to(row.amount, row.currency), row.currency) and _is_real(one):
        fields |= {"amount": one.amount.amount, "currency": one.amount.currency}
    if one.frequency is not None and one.frequency != row.frequency and one.next_on is not None:
        fields |= {
            "frequency": one.frequency,
            "done_before": plan_now(row, today=today).done_count,
            "counts_from": one.next_on,
        }
    if not fields:
        return
    RecurringPlan.objects.filter(id=row.id, state=RecurringPlan.State.ACTIVE).update(**fields)
    audit.record(
        "recurring_plan.changed_at_paytrace", actor=STORED_BY, subject=str(row), subject_id=row.id,
        details={name: str(value) for name, value in fields.items()},
    )  # fmt: skip


def _is_real(one: PlanThere) -> bool:
    return 0 < one.amount.amount < _MOST


def _plan(one: PlanThere, connection: Connection, whose: Mapping[str, str]) -> RecurringPlan | None:
    is_over = one.total_count is not None and one.done_count >= one.total_count
    is_real = _is_real(one) and max(one.done_count, one.total_count or 0) < _MOST_RUNS
    if is_over or not is_real or one.frequency is None or one.next_on is None:
        return None
    return RecurringPlan(
        environment_id=connection.environment_id,
        connection_id=connection.id,
        recurrence_id=one.recurrence_id[:64],
        customer_number=whose.get(one.customer_id, ""),
        vault_id=one.customer_id[:64],
        amount=one.amount.amount,
        currency=one.amount.currency,
        frequency=one.frequency,
        method=one.method,
        description=one.description[:100],
        counts_from=one.next_on,
        total_count=one.total_count,
        done_before=one.done_count,
    )

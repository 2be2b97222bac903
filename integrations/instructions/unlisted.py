"""What PayTrace lists no more: marked, since when, and never deleted. It may have been removed
there, or a list lagged or was cut; what is listed again loses its mark. Inside the open company's
transaction; no network."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from django.db.models import QuerySet

from integrations.canonical.transactions import PaymentMethod
from integrations.connections.models import Connection
from integrations.instructions.models import RecurringPlan, StoredPaymentMethod
from integrations.instructions.operations import day_of
from integrations.instructions.subjects import plan_now
from integrations.paytrace.recurring import RecurringPlan as PlanThere
from integrations.paytrace.vault import VaultCustomer

# What was stored or begun while a list was read need not be on it yet.
_JUST_NOW = timedelta(hours=1)

_Row = TypeVar("_Row", StoredPaymentMethod, RecurringPlan)


def mark_methods(
    found: Sequence[VaultCustomer], *, connection: Connection, asked_at: datetime
) -> None:
    """Mark the stored cards and bank accounts that the list does not hold. An empty list says
    nothing; nor does one without any bank account say anything about those, for no page of
    PayTrace's says that it tells them."""
    if not found:
        return
    rows = StoredPaymentMethod.objects.filter(connection=connection, forgotten_at=None)
    if not any(one.method is PaymentMethod.ACH for one in found):
        rows = rows.exclude(method=PaymentMethod.ACH)
    listed = [one.customer_id[:64] for one in found]
    _unmark(rows.filter(vault_id__in=listed))
    _mark(
        rows.filter(stored_at__lt=asked_at - _JUST_NOW).exclude(vault_id__in=listed),
        since=asked_at,
    )


def mark_plans(found: Sequence[PlanThere], *, connection: Connection, asked_at: datetime) -> None:
    """The same of plans in force; one whose payments have all been made is not missed."""
    if not found:
        return
    rows = RecurringPlan.objects.filter(connection=connection, state=RecurringPlan.State.ACTIVE)
    listed = [one.recurrence_id[:64] for one in found]
    _unmark(rows.filter(recurrence_id__in=listed))
    today = day_of(connection)
    missed = rows.filter(state_since__lt=asked_at - _JUST_NOW, unlisted_since=None)
    going_on = [
        one.id
        for one in missed.exclude(recurrence_id__in=[*listed, ""])
        if plan_now(one, today=today).left != 0
    ]
    _mark(rows.filter(id__in=going_on), since=asked_at)


def _mark(rows: QuerySet[_Row], *, since: datetime) -> None:
    rows.filter(unlisted_since=None).update(unlisted_since=since)


def _unmark(rows: QuerySet[_Row]) -> None:
    rows.exclude(unlisted_since=None).update(unlisted_since=None)

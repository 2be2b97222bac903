"""Open invoices to choose from, as the copy has them."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

from django.db.models import Case, IntegerField, Q, QuerySet, When

from integrations.open_items.models import OpenItem, OpenItemsCopy

# One more is asked for, to know whether there are more.
SHOWN = 8


@dataclass(frozen=True)
class Found:
    """Invoices that fit, best first, and as of when they were open."""

    items: list[OpenItem]
    is_cut: bool
    complete_as_of: datetime | None
    """None before the first look has ended."""


def copy_of(company_id: uuid.UUID) -> OpenItemsCopy | None:
    """How complete the copy is; None before anybody looked."""
    return OpenItemsCopy.objects.filter(company_id=company_id).first()


def customers(*, company_id: uuid.UUID, among: Collection[str]) -> set[str]:
    """Those of these customer numbers, in any case, that have an open document."""
    wanted = {*among, *(number.upper() for number in among)}
    rows = OpenItem.objects.filter(company_id=company_id, customer_number__in=wanted)
    return set(rows.values_list("customer_number", flat=True).distinct())


def find(
    *, company_id: uuid.UUID, customer_number: str, typed: str, amount: Decimal, currency: str
) -> Found:
    """Open invoices of the customer in this currency that fit what was typed, oldest first.

    Whatever has exactly `amount` open comes first. What nothing of the customer's fits, or of a
    payer nobody knows, is looked for in the whole company.
    """
    copy = copy_of(company_id)
    every = OpenItem.objects.filter(company_id=company_id, balance__gt=0, currency=currency)
    wanted = typed.strip()
    rows = _first(every.filter(customer_number=customer_number), wanted, amount)
    if not rows and (wanted or not customer_number):
        rows = _first(every, wanted, amount)
    return Found(rows[:SHOWN], len(rows) > SHOWN, copy.complete_as_of if copy else None)


def balance_of(*, company_id: uuid.UUID, number: str, currency: str) -> Decimal | None:
    """What was open of an invoice, in any case of its number; None where it was not open."""
    rows = OpenItem.objects.filter(
        company_id=company_id, number__iexact=number, currency=currency, balance__gt=0
    )
    return rows.values_list("balance", flat=True).first()


def _first(rows: QuerySet[OpenItem], wanted: str, amount: Decimal) -> list[OpenItem]:
    if wanted:
        rows = rows.filter(_fits(wanted))
    exact = Case(When(balance=amount, then=0), default=1, output_field=IntegerField())
    return list(rows.annotate(exact=exact).order_by("exact", "invoice_date", "number")[: SHOWN + 1])


def _fits(wanted: str) -> Q:
    fits = Q(number__icontains=wanted) | Q(customer_number__istartswith=wanted)
    try:
        balance = Decimal(wanted.replace(",", ""))
    except InvalidOperation:
        return fits
    # Larger ones, and what is no number, do not fit the column.
    is_amount = balance.is_finite() and abs(balance) < Decimal(10) ** 15
    return fits | Q(balance=balance) if is_amount else fits

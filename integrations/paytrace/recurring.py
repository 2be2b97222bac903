"""Recurring payments: a plan that PayTrace itself charges by, of a stored customer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from integrations.canonical.money import Money
from integrations.canonical.transactions import GatewayTransaction, PaymentMethod

OPEN_ENDED = 999
"""`total_count` of a plan without an end (paytrace_ruby)."""


class Frequency(StrEnum):
    """How often, as PayTrace's legacy codes (paytrace_ruby, recurring_transaction.rb). v3's page
    pairs "8" with a monthly fee, so its codes are to be checked in the sandbox."""

    ANNUAL = "1"
    SEMI_ANNUAL = "8"
    EVERY_FOUR_MONTHS = "A"
    QUARTERLY = "2"
    BI_MONTHLY = "9"
    MONTHLY = "3"
    BI_WEEKLY = "4"
    FIRST_AND_FIFTEENTH = "7"
    WEEKLY = "5"
    DAILY = "6"


@dataclass(frozen=True)
class NewPlan:
    """A plan to make. `total_count` None goes on until it is ended."""

    customer_id: str
    amount: Money
    frequency: Frequency
    start_on: date
    total_count: int | None = None
    method: PaymentMethod = PaymentMethod.CARD
    description: str = ""


@dataclass(frozen=True)
class PlanChange:
    """What to change of a plan; what is None stays."""

    amount: Money | None = None
    frequency: Frequency | None = None
    next_on: date | None = None
    total_count: int | None = None
    description: str | None = None


@dataclass(frozen=True)
class RecurringPlan:
    """A plan as PayTrace keeps it."""

    recurrence_id: str
    customer_id: str
    amount: Money
    frequency: Frequency | None
    """None for a code we do not know."""
    next_on: date | None
    total_count: int | None
    """None when it has no end."""
    done_count: int
    description: str = ""
    method: PaymentMethod = PaymentMethod.CARD


class Recurring(Protocol):
    """Makes, changes, ends and reads plans. Security rules do not apply to their runs
    (PayTrace wiki, Security Settings). v3's published pages show only create and delete."""

    def create(self, plan: NewPlan) -> str:
        """Make a plan; its recurrence id."""

    def update(self, *, recurrence_id: str, change: PlanChange) -> None:
        """Change a plan; v1 only."""

    def delete(self, recurrence_id: str) -> None:
        """End a plan."""

    def plans(self, *, customer_id: str = "") -> list[RecurringPlan]:
        """Every plan, or a customer's; v1 only."""

    def last_run(self, customer_id: str) -> GatewayTransaction | None:
        """The latest approved run of a customer's plans; v1 only."""

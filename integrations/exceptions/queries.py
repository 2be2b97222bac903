"""Reads of cases: what needs a person, how much money is at stake, what was decided."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from integrations.canonical.money import Money, round_to
from integrations.exceptions.kinds import CaseKind, kind_of
from integrations.exceptions.models import ExceptionCase

# An inbox longer than this is cleared by filter, not read row by row.
INBOX_SIZE = 200


@dataclass(frozen=True)
class Group:
    """Open cases of one kind, with the money at stake, one sum per currency."""

    kind: CaseKind
    cases: Sequence[ExceptionCase]
    at_stake: tuple[Money, ...]


def cases(*, environment_id: uuid.UUID) -> QuerySet[ExceptionCase]:
    """Every case of the environment, open or not."""
    return ExceptionCase.objects.select_related("effect").filter(
        effect__environment_id=environment_id
    )


def open_cases(*, environment_id: uuid.UUID, code: str = "") -> QuerySet[ExceptionCase]:
    """Open cases, oldest first; of one code when given."""
    found = cases(environment_id=environment_id).filter(state=ExceptionCase.State.OPEN)
    if code:
        found = found.filter(code=code)
    return found.order_by("opened_at", "id")


def count_open(*, environment_id: uuid.UUID) -> int:
    """How many cases wait for a person."""
    return ExceptionCase.objects.filter(
        effect__environment_id=environment_id, state=ExceptionCase.State.OPEN
    ).count()


def open_case_of(*, environment_id: uuid.UUID, effect_id: uuid.UUID) -> ExceptionCase | None:
    """The open case of one effect, if it has one."""
    return open_cases(environment_id=environment_id).filter(effect_id=effect_id).first()


def history_of(*, effect_id: uuid.UUID) -> list[ExceptionCase]:
    """Cases of the effect that were decided, oldest first."""
    found = ExceptionCase.objects.filter(effect_id=effect_id, state=ExceptionCase.State.RESOLVED)
    return list(found.order_by("opened_at"))


def failed_runs_of(plan_id: uuid.UUID) -> list[ExceptionCase]:
    """The payments of a recurring plan that brought no money, newest first."""
    found = ExceptionCase.objects.select_related("effect").filter(
        effect__kind="failed_run", evidence__plan_id=str(plan_id)
    )
    return list(found.order_by("-opened_at", "-id")[:50])


def groups(found: Sequence[ExceptionCase]) -> list[Group]:
    """Cases gathered by what is wrong, most money at stake first."""
    by_code: dict[str, list[ExceptionCase]] = {}
    for case in found:
        by_code.setdefault(case.code, []).append(case)
    made = [Group(kind_of(code), rows, money_at_stake(rows)) for code, rows in by_code.items()]
    return sorted(made, key=lambda group: -max((m.amount for m in group.at_stake), default=0))


def money_at_stake(found: Sequence[ExceptionCase]) -> tuple[Money, ...]:
    """The cases' amounts, summed per currency."""
    sums: dict[str, Money] = {}
    for case in found:
        money = Money(round_to(case.amount, case.currency), case.currency)
        sums[case.currency] = sums.get(case.currency, Money.zero(case.currency)) + money
    return tuple(sums[currency] for currency in sorted(sums))


def unreadable_by_connection(connection_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, int]:
    """For each account, how many of its records could not be read: it is complete but for them."""
    found = ExceptionCase.objects.filter(
        effect__source_id__in=connection_ids,
        effect__kind="unreadable",
        state=ExceptionCase.State.OPEN,
    )
    counted = found.order_by().values("effect__source_id").annotate(count=Count("id"))
    return dict(counted.values_list("effect__source_id", "count"))

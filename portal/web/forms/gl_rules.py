"""GL rules as a form: rules and conditions typed by a person, kept whole between requests."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.http import QueryDict

from integrations.accounting.rule_checks import MAX_CONDITIONS, MAX_RULES
from integrations.accounting.rules import AccountRole, GLRule
from integrations.canonical.conditions import Condition, Operator
from integrations.canonical.problems import Problem

_NUMBER = re.compile(r"\d{1,3}", re.ASCII)
# Amounts hold commas, so several values are parted by semicolons.
_PARTING = ";"


@dataclass(frozen=True)
class ConditionDraft:
    """A condition as typed."""

    field: str = "card_brand"
    operator: str = Operator.EQUALS.value
    values: str = ""


@dataclass(frozen=True)
class RuleDraft:
    """A rule as typed: everything is text, whatever stands in it."""

    name: str = ""
    role: str = AccountRole.CARD_CLEARING.value
    account: str = ""
    effective_from: str = ""
    effective_until: str = ""
    conditions: tuple[ConditionDraft, ...] = ()


@dataclass(frozen=True)
class RuleView:
    """A rule as the template draws it, with what is wrong in it."""

    number: int
    prefix: str
    draft: RuleDraft
    problems: tuple[Problem, ...]


def drafts_of(rules: Sequence[GLRule]) -> tuple[RuleDraft, ...]:
    """Published rules as the form shows them."""
    return tuple(
        RuleDraft(
            name=rule.name,
            role=rule.role.value,
            account=rule.account,
            effective_from=rule.effective_from.isoformat() if rule.effective_from else "",
            effective_until=rule.effective_until.isoformat() if rule.effective_until else "",
            conditions=tuple(
                ConditionDraft(c.field, c.operator.value, f"{_PARTING} ".join(c.values))
                for c in rule.conditions
            ),
        )
        for rule in rules
    )


def read_drafts(data: QueryDict) -> tuple[RuleDraft, ...]:
    """The rules as typed."""
    count = min(_count(data.get("rules", "")), MAX_RULES)
    return tuple(_draft(data, f"rule{index}") for index in range(count))


def rules_of(drafts: Sequence[RuleDraft]) -> tuple[tuple[GLRule, ...], list[Problem]]:
    """The rules meant, and what cannot be read at all. A rule with such a problem is left out."""
    rules: list[GLRule] = []
    problems: list[Problem] = []
    for draft in drafts:
        try:
            rules.append(_rule(draft))
        except ValueError as error:
            problems.append(Problem(draft.name, f"GL rule ‘{draft.name}’: {error}"))
    return tuple(rules), problems


def edited(drafts: Sequence[RuleDraft], action: str) -> tuple[RuleDraft, ...]:
    """The rules after a button: `add`, `remove:1`, `up:1`, `down:1`, `add-condition:1`,
    `remove-condition:1:0`."""
    word, _, rest = action.partition(":")
    places = [int(part) for part in rest.split(":") if _NUMBER.fullmatch(part)]
    if word == "add" and len(drafts) < MAX_RULES:
        return (*drafts, RuleDraft())
    if not places or places[0] >= len(drafts):
        return tuple(drafts)
    changed, at = list(drafts), places[0]
    if word == "remove":
        del changed[at]
    elif word == "up" and at > 0:
        changed[at - 1], changed[at] = changed[at], changed[at - 1]
    elif word == "down" and at + 1 < len(changed):
        changed[at + 1], changed[at] = changed[at], changed[at + 1]
    else:
        changed[at] = _with_conditions(changed[at], word, places)
    return tuple(changed)


def views(drafts: Sequence[RuleDraft], problems: Sequence[Problem] = ()) -> list[RuleView]:
    """The rules as the template draws them."""
    return [
        RuleView(
            index,
            f"rule{index}",
            draft,
            tuple(problem for problem in problems if problem.field == draft.name),
        )
        for index, draft in enumerate(drafts)
    ]


def _with_conditions(draft: RuleDraft, word: str, places: Sequence[int]) -> RuleDraft:
    if word == "add-condition" and len(draft.conditions) < MAX_CONDITIONS:
        return replace(draft, conditions=(*draft.conditions, ConditionDraft()))
    if word == "remove-condition" and len(places) == 2:
        kept = tuple(c for index, c in enumerate(draft.conditions) if index != places[1])
        return replace(draft, conditions=kept)
    return draft


def _draft(data: QueryDict, prefix: str) -> RuleDraft:
    count = min(_count(data.get(f"{prefix}-conditions", "")), MAX_CONDITIONS)
    return RuleDraft(
        name=data.get(f"{prefix}-name", "").strip(),
        role=data.get(f"{prefix}-role", ""),
        account=data.get(f"{prefix}-account", "").strip(),
        effective_from=data.get(f"{prefix}-from", "").strip(),
        effective_until=data.get(f"{prefix}-until", "").strip(),
        conditions=tuple(_condition(data, f"{prefix}-condition{at}") for at in range(count)),
    )


def _condition(data: QueryDict, prefix: str) -> ConditionDraft:
    return ConditionDraft(
        field=data.get(f"{prefix}-field", ""),
        operator=data.get(f"{prefix}-operator", ""),
        values=data.get(f"{prefix}-values", ""),
    )


def _rule(draft: RuleDraft) -> GLRule:
    if draft.role not in set(AccountRole):
        raise ValueError("choose what the account is for.")
    return GLRule(
        name=draft.name,
        role=AccountRole(draft.role),
        account=draft.account,
        conditions=tuple(_read_condition(condition) for condition in draft.conditions),
        effective_from=_day(draft.effective_from),
        effective_until=_day(draft.effective_until),
    )


def _read_condition(draft: ConditionDraft) -> Condition:
    if draft.operator not in set(Operator):
        raise ValueError("choose how to compare.")
    operator = Operator(draft.operator)
    values = tuple(part.strip() for part in draft.values.split(_PARTING) if part.strip())
    is_about_emptiness = operator in {Operator.IS_EMPTY, Operator.IS_NOT_EMPTY}
    return Condition(draft.field, operator, () if is_about_emptiness else values)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ValueError(f"‘{text}’ is not a date such as 2026-01-31.") from None


def _count(text: str) -> int:
    return int(text) if _NUMBER.fullmatch(text) else 0

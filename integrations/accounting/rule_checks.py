"""What is wrong with a set of GL rules, told before it is published."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from integrations.accounting.rules import (
    ROLE_LABELS,
    AccountRole,
    GLRule,
    account_problem,
)
from integrations.canonical.conditions import validate as validate_condition
from integrations.canonical.fields import PAYMENT_FIELDS, FieldSpec
from integrations.canonical.ledger_documents import GLAccount
from integrations.canonical.problems import Problem

MAX_RULES = 200
MAX_CONDITIONS = 20
MAX_NAME = 80


def validate(
    rules: Sequence[GLRule],
    *,
    accounts: Sequence[GLAccount],
    fields: Sequence[FieldSpec] = PAYMENT_FIELDS,
) -> list[Problem]:
    """Everything that would keep a rule from working, in rule order. `field` is the rule's name."""
    problems = [p for rule in rules for p in _rule_problems(rule, accounts=accounts, fields=fields)]
    if len(rules) > MAX_RULES:
        problems.append(Problem("", f"There are more than {MAX_RULES} rules."))
    return problems + list(_order_problems(rules))


def coverage(rules: Sequence[GLRule], *, needed: Sequence[AccountRole]) -> list[AccountRole]:
    """The roles among `needed` that some payment could find no account for: no default rule."""
    covered = {rule.role for rule in rules if rule.is_default}
    return [role for role in needed if role not in covered]


def _rule_problems(
    rule: GLRule, *, accounts: Sequence[GLAccount], fields: Sequence[FieldSpec]
) -> Iterator[Problem]:
    if not rule.name.strip() or len(rule.name) > MAX_NAME:
        sentence = (
            f"A rule for {ROLE_LABELS[rule.role]} needs a name of 1 to {MAX_NAME} characters."
        )
        yield Problem(rule.name[:MAX_NAME], sentence)
    who = f"GL rule ‘{rule.name}’"
    problem = account_problem(rule.account, accounts=accounts, field=rule.name, who=who)
    if problem:
        yield problem
    if len(rule.conditions) > MAX_CONDITIONS:
        yield Problem(rule.name, f"{who} has more than {MAX_CONDITIONS} conditions.")
        return
    if rule.effective_from and rule.effective_until and rule.effective_until < rule.effective_from:
        yield Problem(rule.name, f"{who} ends before it starts.")
    for condition in rule.conditions:
        for found in validate_condition(condition, fields=fields):
            yield Problem(rule.name, f"{who}: {found.sentence}", found.value, remedy=found.remedy)


def _order_problems(rules: Sequence[GLRule]) -> Iterator[Problem]:
    """Names stand once; after a default of its role, a rule can never be reached."""
    names: set[str] = set()
    defaults: dict[AccountRole, str] = {}
    for rule in rules:
        if rule.name in names:
            yield Problem(rule.name, f"Two GL rules are called ‘{rule.name}’.")
        names.add(rule.name)
        if rule.role in defaults:
            sentence = (
                f"GL rule ‘{rule.name}’ is never reached: "
                f"‘{defaults[rule.role]}’ before it takes every payment."
            )
            yield Problem(rule.name, sentence, remedy="Move it up, or remove it.")
        elif rule.is_default:
            defaults[rule.role] = rule.name

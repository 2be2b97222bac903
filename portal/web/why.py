"""“Why this account?”: every rule considered for one payment, in order, with its answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from integrations.accounting.rules import ROLE_LABELS, GLRule, Resolution, resolve
from integrations.canonical.fields import Record
from integrations.pipeline.preview import Preview


@dataclass(frozen=True)
class Considered:
    """One rule as it was looked at."""

    name: str
    answer: str
    is_chosen: bool = False


@dataclass(frozen=True)
class Answer:
    """One side of the journal: the account, and the rules on the way to it."""

    label: str
    account: str
    problem: str
    considered: tuple[Considered, ...]


def answers(preview: Preview, *, rules: Sequence[GLRule], on: date) -> list[Answer]:
    """Each role of the journal with the rules considered for it on this accounting date."""
    return [
        Answer(
            label=ROLE_LABELS[found.role],
            account=found.account,
            problem=f"{found.problem.sentence} {found.problem.remedy}" if found.problem else "",
            considered=_considered(found, preview.record, rules=rules, on=on),
        )
        for found in preview.resolutions
    ]


def _considered(
    found: Resolution, record: Record, *, rules: Sequence[GLRule], on: date
) -> tuple[Considered, ...]:
    lines: list[Considered] = []
    is_decided = False
    for rule in (rule for rule in rules if rule.role is found.role):
        if is_decided:
            lines.append(Considered(rule.name, "not reached, an earlier rule decided"))
            continue
        is_decided = rule.name == found.rule_name
        answer = f"applies: account {rule.account}" if is_decided else _why_not(rule, record, on=on)
        lines.append(Considered(rule.name, answer, is_decided))
    return tuple(lines)


def _why_not(rule: GLRule, record: Record, *, on: date) -> str:
    """The engine's own reason, asked for this rule alone."""
    alone = resolve(rule.role, record, rules=[rule], accounts=(), on=on)
    _, _, reason = alone.why.partition("does not apply: ")
    return f"does not apply: {reason or alone.why}"

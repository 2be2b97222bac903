"""A workflow as data: steps in order, each with its settings. Version 0 is the shipped one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from integrations.canonical.problems import Problem

REVIEW = "review"
ON_ACCOUNT = "on_account"


@dataclass(frozen=True)
class StepDefinition:
    """One step of a workflow and its settings."""

    step: str
    settings: Mapping[str, Any] = field(default_factory=dict)


DEFAULT_STEPS: tuple[StepDefinition, ...] = (
    StepDefinition("match", {"invoice_missing": REVIEW}),
    StepDefinition("map"),
    StepDefinition("account"),
    StepDefinition("guard", {"duplicate_window_days": 5}),
    StepDefinition("post"),
)
_ORDER = [step.step for step in DEFAULT_STEPS]


def to_json(steps: Sequence[StepDefinition]) -> list[dict[str, Any]]:
    """The stored form of a workflow."""
    return [{"step": step.step, "settings": dict(step.settings)} for step in steps]


def from_json(data: Sequence[Mapping[str, Any]]) -> tuple[StepDefinition, ...]:
    """The workflow that `to_json` wrote."""
    return tuple(StepDefinition(str(item["step"]), dict(item["settings"])) for item in data)


def validate(steps: Sequence[StepDefinition]) -> list[Problem]:
    """What is wrong with a workflow, in words; empty when it may be published."""
    problems = []
    if [step.step for step in steps] != _ORDER:
        problems.append(Problem("steps", f"The steps must be {', '.join(_ORDER)}, in this order."))
    for step in steps:
        problems += _setting_problems(step)
    return problems


def _setting_problems(step: StepDefinition) -> list[Problem]:
    choice = step.settings.get("invoice_missing", REVIEW)
    if choice not in {REVIEW, ON_ACCOUNT}:
        return [
            Problem(
                "invoice_missing",
                "Choose what happens when no invoice is found: review, or on account.",
                value=str(choice),
            )
        ]
    days = step.settings.get("duplicate_window_days", 0)
    if not isinstance(days, int) or not 0 <= days <= 60:
        return [Problem("duplicate_window_days", "Enter a number of days from 0 to 60.", str(days))]
    return []

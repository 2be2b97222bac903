"""The engine: run the steps in order until one of them ends the walk. Pure.

The same subject and the same version give the same results, byte for byte.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from integrations.workflows.definition import StepDefinition
from integrations.workflows.steps import account, guard, map, match, post  # noqa: A004 the trade's word
from integrations.workflows.subject import Draft, StepResult, Subject, Verdict

Step = Callable[[Subject, Draft, Mapping[str, Any]], StepResult]

STEPS: Mapping[str, Step] = {
    "match": match.run,
    "map": map.run,
    "account": account.run,
    "guard": guard.run,
    "post": post.run,
}


@dataclass(frozen=True)
class Walk:
    """The steps as they went, and what they ended in."""

    steps: tuple[StepResult, ...]
    verdict: Verdict


def walk(subject: Subject, *, steps: Sequence[StepDefinition]) -> Walk:
    """Take the effect through the workflow. Raises ValueError when no step ends it."""
    draft = Draft()
    taken: list[StepResult] = []
    for definition in steps:
        result = STEPS[definition.step](subject, draft, definition.settings)
        taken.append(result)
        draft = result.draft
        if draft.verdict is not None:
            return Walk(tuple(taken), draft.verdict)
    raise ValueError("The workflow ends without a verdict; its last step must be ‘post’.")

"""Reads: the workflow in force, and the walks an effect took."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from integrations.workflows.definition import DEFAULT_STEPS, StepDefinition, from_json
from integrations.workflows.models import StepRun, WorkflowRun, WorkflowVersion

# The id a walk records when no version was published: the shipped workflow.
SHIPPED = uuid.UUID(int=0)


@dataclass(frozen=True)
class InForce:
    """The published workflow of an environment; version 0 is the shipped one."""

    version: int
    version_id: uuid.UUID
    steps: tuple[StepDefinition, ...]


def in_force(environment_id: uuid.UUID) -> InForce:
    found = WorkflowVersion.objects.filter(environment_id=environment_id).first()
    if found is None:
        return InForce(0, SHIPPED, DEFAULT_STEPS)
    return InForce(found.version, found.id, from_json(found.steps))


def runs_of(effect_id: uuid.UUID) -> list[WorkflowRun]:
    """Every walk of the effect, oldest first."""
    return list(WorkflowRun.objects.filter(effect_id=effect_id))


def steps_of(run_ids: list[uuid.UUID]) -> list[StepRun]:
    """The steps of these walks, in order."""
    return list(StepRun.objects.filter(run_id__in=run_ids).order_by("run_id", "position"))

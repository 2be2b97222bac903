"""Writes: publish a workflow version, record a walk."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from integrations.canonical.problems import Unpublishable
from integrations.workflows.definition import StepDefinition, to_json, validate
from integrations.workflows.engine import Walk
from integrations.workflows.models import StepRun, WorkflowRun, WorkflowVersion
from integrations.workflows.queries import InForce
from tenants.scope import current_tenant_id
from tenants.versions import publish_next


def publish(
    *, environment_id: uuid.UUID, steps: Sequence[StepDefinition], actor: str
) -> WorkflowVersion:
    """Make this the workflow in force for effects from now on. Raises Unpublishable."""
    problems = validate(steps)
    if problems:
        raise Unpublishable(problems)
    return publish_next(
        WorkflowVersion,
        "workflow.published",
        environment_id=environment_id,
        actor=actor,
        steps=to_json(steps),
    )


def record_walk(
    walk: Walk,
    *,
    effect_id: uuid.UUID,
    version: InForce,
    mapping_version: int,
    gl_rules_version: int,
    profile_version: int,
    trigger: str,
    started_at: datetime,
) -> WorkflowRun:
    """Keep the walk, step by step, for the timeline and for replay."""
    number = WorkflowRun.objects.filter(effect_id=effect_id).count() + 1
    run = WorkflowRun.objects.create(
        effect_id=effect_id,
        number=number,
        version_id=version.version_id,
        version=version.version,
        mapping_version=mapping_version,
        gl_rules_version=gl_rules_version,
        profile_version=profile_version,
        trigger=trigger,
        result=walk.steps[-1].result,
        started_at=started_at,
    )
    StepRun.objects.bulk_create(
        StepRun(
            tenant_id=current_tenant_id(),
            run=run,
            position=position,
            step=step.step,
            result=step.result,
            sentence=step.sentence[:600],
            input=dict(step.input),
            output=dict(step.output),
            trace=list(step.trace),
        )
        for position, step in enumerate(walk.steps, start=1)
    )
    return run

"""The agent's look at itself: asked for on the connection's page, kept with its pairing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from integrations.canonical.errors import FixConfiguration
from integrations.connections.agents import jobs, pairing
from integrations.connections.models import Agent, AgentJob
from integrations.connections.rows import locked_connection, record_change
from integrations.sagepro.agent import calls
from tenants.errors import NotPossible

_MOST_FINDINGS = 20


def request(*, connection_id: UUID, actor: str, now: datetime) -> None:
    """Ask the agent to test itself. Raises NotPossible when it cannot be asked now."""
    connection = locked_connection(connection_id)
    agent = pairing.in_force(connection_id)
    if agent is None:
        raise NotPossible("No agent is paired with this company.")
    if pairing.is_silent(agent, now):
        raise NotPossible("The agent is offline, so it cannot test itself now.")
    if not is_running(connection_id, now=now):
        try:
            jobs.make(agent, name=calls.EXAMINE, subject=calls.EXAMINE, arguments={}, now=now)
        except FixConfiguration as error:
            raise NotPossible(f"{error.sentence} {error.remedy}") from None
    record_change("agent.self_test_requested", connection, actor)


def is_running(connection_id: UUID, *, now: datetime) -> bool:
    """Whether a self-test has been asked for and not answered."""
    job: AgentJob | None = jobs.newest(connection_id, name=calls.EXAMINE, subject=calls.EXAMINE)
    return job is not None and jobs.is_under_way(job, now=now)


def keep(agent: Agent, answer: Mapping[str, Any], *, now: datetime) -> None:
    """Store what a self-test found: labels, verdicts and sentences, nothing else."""
    found = answer.get("value", [])
    findings = [
        {
            "label": str(one.get("label", ""))[:60],
            "ok": one.get("ok") if isinstance(one.get("ok"), bool) else None,
            "sentence": str(one.get("sentence", ""))[:300],
        }
        for one in (found if isinstance(found, list) else [])[:_MOST_FINDINGS]
        if isinstance(one, Mapping)
    ]
    Agent.objects.filter(pk=agent.pk).update(self_test=findings, self_tested_at=now)

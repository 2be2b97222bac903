"""Silence: a company whose agent is not heard of is shown as offline, and waits."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone

from integrations.connections import health
from integrations.connections.agents import pairing
from integrations.connections.agents.connector import silent
from integrations.connections.models import Agent, Connection
from tenants.scope import tenant_transaction


def notice_silence(*, tenant_id: UUID) -> int:
    """Mark the company of every agent that has fallen silent as offline; how many were not."""
    now = timezone.now()
    marked = 0
    with tenant_transaction(tenant_id):
        connected = Agent.objects.filter(
            ended_at=None, connection__state=Connection.State.CONNECTED
        )
        for agent in connected.filter(last_seen_at__lt=now - pairing.SILENT_AFTER):
            health.record_failure(connection_id=agent.connection_id, error=silent(agent), now=now)
            marked += 1
    return marked

"""The agent's signature under a self-test: checked here, before the result counts for anything."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from integrations.canonical.errors import FixConfiguration
from integrations.connections.agents import jobs, pairing
from integrations.connections.agents.setup import digest_of_setup
from integrations.connections.models import Connection
from integrations.sagepro.agent import sealing
from integrations.sagepro.self_test import SelfTest


def check(connection_id: UUID, found: SelfTest, *, now: datetime) -> None:
    """Let a signed result pass. In the transaction; opens the key, so for workers only.

    Raises FixConfiguration when no agent is paired, or the result was not signed by the one
    that is, for the posting profile in force, within minutes.
    """
    agent = pairing.in_force(connection_id)
    connection = Connection.objects.get(pk=connection_id)
    if agent is None:
        raise _foreign()
    number = str(connection.settings["company_number"])
    bond = sealing.Bond(number, agent.epoch, digest_of_setup(connection))
    if not sealing.is_good(found, bond, key=jobs.key_of(connection_id), now=now):
        raise _foreign()


def _foreign() -> FixConfiguration:
    return FixConfiguration(
        "The self-test that came is not signed by the agent paired now, for this company and "
        "posting profile, so it does not count.",
        code="sage.self_test_foreign",
        remedy="Test the connection again; pair the agent anew if this comes back.",
    )

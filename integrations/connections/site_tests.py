"""Self-tests of Sage companies' servers: kept for good, and the gate before the first write.

Inside the open company's transaction.
"""

from __future__ import annotations

import hashlib
import json
from uuid import UUID

from integrations.connections.agents import pairing
from integrations.connections.models import Connection, SiteTest
from integrations.connections.secrets import secret_fields
from integrations.connections.writing import is_assisted
from integrations.sagepro.self_test import SelfTest


def keep(connection: Connection, found: SelfTest, *, actor: str) -> SiteTest:
    """Write down what a self-test found, for the settings that are in force now.

    One that an agent signed is kept with its seal, which was checked when it came.
    """
    return SiteTest.objects.create(
        connection=connection,
        asked_by=actor,
        server=found.server[:120],
        signed_by=_signer(connection.id) if found.seal else "",
        seal=found.seal,
        stamp=stamp(connection),
        is_passed=found.is_passed,
        checks=[
            {"label": check.label, "ok": check.is_ok, "sentence": check.sentence}
            for check in found.checks
        ],
    )


def _signer(connection_id: UUID) -> str:
    agent = pairing.in_force(connection_id)
    return f"the agent on {agent.host}, pairing {agent.epoch}"[:120] if agent else ""


def history(connection_id: UUID, *, limit: int) -> list[SiteTest]:
    """The newest self-tests, newest first."""
    return list(SiteTest.objects.filter(connection_id=connection_id)[:limit])


def is_needed(connection: Connection) -> bool:
    """Whether something of the site has to be proven before we post there: wherever a program
    writes, whichever way it is reached. At a FoxPro site that is Sage Pro's own, from what we
    hand over."""
    settings = connection.settings
    return bool(settings.get("profile", {}).get("kinds")) and not is_assisted(settings)


def may_post(connection: Connection) -> bool:
    """Whether the newest self-test for the settings of now has passed, or none is needed."""
    if not is_needed(connection):
        return True
    newest = SiteTest.objects.filter(connection_id=connection.id, stamp=stamp(connection)).first()
    return newest is not None and newest.is_passed


def stamp(connection: Connection) -> str:
    """Changes with every setting and whenever a secret is entered; opens none."""
    entered = secret_fields(connection_id=connection.id)
    facts = {
        "settings": connection.settings,
        "secrets": {field: at.isoformat() for field, at in entered.items()},
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()

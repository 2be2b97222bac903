"""What an agent needs to know of its company: the posting profile, and the tables expected."""

from __future__ import annotations

from typing import Any

from integrations.connections import layouts
from integrations.connections.models import Connection
from integrations.sagepro.agent import wire
from integrations.sagepro.layout import to_json


def setup_of(connection: Connection) -> dict[str, Any]:
    """Profile, fingerprint and layout as they are in force now. Inside the transaction."""
    layout = layouts.accepted(connection.id)
    return {
        "profile": connection.settings["profile"],
        "fingerprint": connection.fingerprint,
        "layout": to_json(layout) if layout is not None else {},
    }


def digest_of_setup(connection: Connection) -> str:
    """What a job is signed with, so that an agent never works by another profile."""
    return wire.digest(setup_of(connection))

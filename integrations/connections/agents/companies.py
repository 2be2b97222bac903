"""A Sage company that only an agent reaches: its database is known on the customer's side alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from integrations.connections import forms, profiles
from integrations.connections.agents.pairing import WAY
from integrations.connections.models import Connection
from integrations.connections.rows import record_change


def create_company(
    *,
    environment_id: UUID,
    name: str,
    edition: str = "sql",
    company_number: str,
    profile: Mapping[str, Any],
    actor: str,
) -> Connection:
    """A Sage Pro company reached by an agent, not tested yet; pair one next.

    Raises NotPossible with the field at fault. Inside the open company's transaction.
    """
    forms.check_environment(environment_id)
    checked = forms.check_profile(profile, edition=edition, company_number=company_number)
    kind = Connection.Kind.SAGEPRO
    connection = Connection.objects.create(
        environment_id=environment_id,
        kind=kind,
        name=forms.check_name(name, environment_id=environment_id, kind=kind),
        settings={
            "way": WAY,
            "edition": edition,
            "company_number": checked["company_number"],
            "profile": checked,
        },
    )
    profiles.keep_first(connection, actor=actor)
    record_change("connection.created", connection, actor, kind=connection.kind, way=WAY)
    return connection

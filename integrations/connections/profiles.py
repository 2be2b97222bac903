"""Versions of a Sage company's posting profile. Inside the open company's transaction.

A version never changes. The one in force stands in the connection's settings with its number;
another one in force sends the connection back to *Not tested yet*.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from integrations.canonical.problems import Problem
from integrations.connections import forms
from integrations.connections.models import Connection, ProfileVersion
from integrations.connections.rows import locked_connection, record_change, start_over
from integrations.sagepro.profile import PostingProfile
from integrations.sagepro.profile_checks import problems
from tenants.errors import NotPossible

Origin = ProfileVersion.Origin


class Unusable(Exception):  # noqa: N818 an answer for the form, not a mistake
    """The profile has problems, each told with its field; nothing was saved."""

    def __init__(self, found: Sequence[Problem]) -> None:
        super().__init__(" ".join(problem.sentence for problem in found))
        self.problems = tuple(found)


def version_in_force(connection: Connection) -> int:
    """The number of the version that workers use now; 0 on a row that never had one."""
    return int(connection.settings.get("profile_version", 0))


def in_force(connection: Connection) -> PostingProfile:
    """The posting profile that workers use now."""
    return PostingProfile.from_json(connection.settings["profile"])


def versions(connection_id: UUID) -> list[ProfileVersion]:
    """Every version, newest first."""
    return list(ProfileVersion.objects.filter(connection_id=connection_id))


def version(*, connection_id: UUID, number: int) -> ProfileVersion | None:
    """One version, or None when there is none of that number."""
    return ProfileVersion.objects.filter(connection_id=connection_id, version=number).first()


def save_version(
    *,
    connection_id: UUID,
    profile: Mapping[str, Any],
    based_on: int,
    actor: str,
    note: str = "",
    origin: str = Origin.EDITED,
) -> ProfileVersion:
    """Put a changed profile in force as the next version.

    `based_on` is the version that was changed. Raises Unusable with every problem, and
    NotPossible when somebody else has saved one meanwhile or nothing is different.
    """
    connection = _locked(connection_id)
    if version_in_force(connection) != based_on:
        raise NotPossible(
            f"Version {version_in_force(connection)} was saved meanwhile, and yours began from "
            f"version {based_on}. Look at the new one, then enter your changes there."
        )
    found = problems(profile)
    if found:
        raise Unusable(found)
    return put_in_force(connection, profile, actor=actor, note=note, origin=origin)


def restore(*, connection_id: UUID, number: int, actor: str) -> ProfileVersion:
    """Put an older version in force again, as a new one.

    Raises NotPossible when there is no such version, or it says what is in force anyway.
    """
    connection = _locked(connection_id)
    older = version(connection_id=connection_id, number=number)
    if older is None:
        raise NotPossible("There is no such version of this posting profile.")
    note = f"Version {number} restored"
    return put_in_force(connection, older.profile, actor=actor, note=note, origin=Origin.RESTORED)


def put_in_force(
    connection: Connection, profile: Mapping[str, Any], *, actor: str, note: str, origin: str
) -> ProfileVersion:
    """Keep a profile as the next version of a locked connection and let workers use it.

    Raises NotPossible for a profile that cannot be used, and for one without a difference.
    """
    settings = connection.settings
    checked = forms.check_profile(
        profile, edition=settings["edition"], company_number=settings["company_number"]
    )
    if checked == settings["profile"]:
        raise NotPossible("Nothing is different from the version in force.")
    row = _keep(connection, checked, actor=actor, note=note, origin=origin)
    start_over(connection)
    details = {"version": row.version, "origin": origin, "note": row.note}
    record_change("connection.profile_saved", connection, actor, **details)
    return row


def keep_first(connection: Connection, *, actor: str) -> ProfileVersion:
    """Version 1: what a new connection came with."""
    profile = connection.settings["profile"]
    return _keep(connection, profile, actor=actor, note="", origin=Origin.CREATED)


def _keep(
    connection: Connection, profile: Mapping[str, Any], *, actor: str, note: str, origin: str
) -> ProfileVersion:
    row = ProfileVersion.objects.create(
        connection=connection,
        version=version_in_force(connection) + 1,
        profile=dict(profile),
        origin=origin,
        saved_by=actor,
        note=note.strip()[:300],
    )
    connection.settings = {
        **connection.settings,
        "profile": row.profile,
        "profile_version": row.version,
    }
    connection.save(update_fields=["settings"])
    return row


def _locked(connection_id: UUID) -> Connection:
    connection = locked_connection(connection_id)
    if connection.kind != Connection.Kind.SAGEPRO:
        raise NotPossible("Only a Sage Pro company has a posting profile.")
    return connection

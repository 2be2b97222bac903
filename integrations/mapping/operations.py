"""Publishing a field mapping. Inside the open company's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from integrations.canonical.fields import PAYMENT_FIELDS
from integrations.canonical.problems import Unpublishable
from integrations.connections.waking import wake_companies
from integrations.mapping.checks import validate
from integrations.mapping.models import MappingVersion
from integrations.mapping.queries import in_force, targets
from integrations.mapping.rows import MappingRow, to_json
from tenants.audit import record
from tenants.models import Environment


def publish(
    *, environment_id: UUID, rows: Sequence[MappingRow], actor: str, note: str = ""
) -> MappingVersion:
    """Make this the mapping in force for payments from now on, and try again what waited.

    Raises Unpublishable when it could not work on some payment.
    """
    problems = validate(rows, sources=PAYMENT_FIELDS, targets=targets(environment_id))
    if problems:
        raise Unpublishable(problems)
    # The environment's row is the turn: two people publishing at once get two versions.
    Environment.objects.select_for_update().get(pk=environment_id)
    version = MappingVersion.objects.create(
        environment_id=environment_id,
        version=in_force(environment_id).version + 1,
        rows=to_json(rows),
        published_by=actor,
        note=note.strip()[:300],
    )
    record(
        "mapping.published",
        actor=actor,
        subject=str(version),
        subject_id=version.id,
        details={"version": version.version, "note": version.note},
    )
    wake_companies(environment_id)
    return version

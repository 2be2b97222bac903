"""Publishing a field mapping. Inside the open company's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from integrations.canonical.fields import PAYMENT_FIELDS
from integrations.canonical.problems import Unpublishable
from integrations.connections.waking import wake_companies
from integrations.mapping.checks import validate
from integrations.mapping.models import MappingVersion
from integrations.mapping.queries import targets
from integrations.mapping.rows import MappingRow, to_json
from tenants.versions import publish_next


def publish(
    *, environment_id: UUID, rows: Sequence[MappingRow], actor: str, note: str = ""
) -> MappingVersion:
    """Make this the mapping in force for payments from now on, and try again what waited.

    Raises Unpublishable when it could not work on some payment.
    """
    problems = validate(rows, sources=PAYMENT_FIELDS, targets=targets(environment_id))
    if problems:
        raise Unpublishable(problems)
    version = publish_next(
        MappingVersion,
        "mapping.published",
        environment_id=environment_id,
        actor=actor,
        rows=to_json(rows),
        note=note.strip()[:300],
    )
    wake_companies(environment_id)
    return version

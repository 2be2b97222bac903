"""Reads on field mappings. Inside the open company's transaction."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from integrations.connections.queries import sage_companies
from integrations.mapping.company_targets import targets_of
from integrations.mapping.engine import defaults
from integrations.mapping.models import MappingVersion
from integrations.mapping.rows import MappingRow, from_json
from integrations.mapping.targets import RECEIPT_TARGETS, TargetSpec
from integrations.sagepro.profile import PostingProfile


@dataclass(frozen=True)
class InForce:
    """The mapping payments are posted with now; version 0 is the shipped one."""

    version: int
    rows: tuple[MappingRow, ...]


def in_force(environment_id: UUID) -> InForce:
    """The highest published version, or the shipped default cut to the company's fields."""
    found = MappingVersion.objects.filter(environment_id=environment_id).first()
    if found is None:
        return InForce(0, defaults(targets(environment_id)))
    return InForce(found.version, from_json(found.rows))


def targets(environment_id: UUID) -> tuple[TargetSpec, ...]:
    """The receipt fields a mapping of this environment may fill: those every Sage company of it
    has, as narrow as the narrowest; the sample company's while there is none."""
    found = [
        targets_of(PostingProfile.from_json(company.settings["profile"]))
        for company in sage_companies(environment_id)
    ]
    if not found:
        return RECEIPT_TARGETS
    first, *others = found
    return tuple(
        min([target, *same], key=lambda one: one.width)
        for target in first
        if len(same := [t for rest in others for t in rest if t.name == target.name]) == len(others)
    )


def versions(environment_id: UUID) -> list[MappingVersion]:
    """Every published version, newest first."""
    return list(MappingVersion.objects.filter(environment_id=environment_id))

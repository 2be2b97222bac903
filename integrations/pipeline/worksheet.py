"""The worksheet's part of the story: what a person keyed is looked for in Sage."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from integrations.connections import worksheet
from integrations.pipeline.answer import answer_came
from tenants.scope import current_tenant_id


def keyed(*, company_id: UUID, entry_ids: Collection[UUID], actor: str) -> int:
    """A person has keyed these: look for them now; how many they are.

    Raises NotPossible when none of them is waiting to be keyed.
    """
    keys = worksheet.confirm(company_id=company_id, entry_ids=entry_ids, actor=actor)
    for key in keys:
        answer_came(tenant_id=current_tenant_id(), company_id=company_id, effect_key=key)
    return len(keys)


def not_to_be_keyed(
    *, company_id: UUID, entry_ids: Collection[UUID], reason: str, actor: str
) -> int:
    """A person takes these off the worksheet: each becomes an exception; how many they are.

    Raises NotPossible without a reason, and when none of them is waiting to be keyed.
    """
    keys = worksheet.take_off(
        company_id=company_id, entry_ids=entry_ids, reason=reason, actor=actor
    )
    for key in keys:
        answer_came(tenant_id=current_tenant_id(), company_id=company_id, effect_key=key)
    return len(keys)

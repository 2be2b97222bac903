"""Who did what, when, in words that stay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from tenants.models import AuditEvent


def record(
    action: str,
    *,
    actor: str,
    subject: str = "",
    subject_id: UUID | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Write one audit event of the open company, in the caller's transaction.

    `action` is a dotted fact such as `connection.credentials_replaced`. `details` names what
    changed and is JSON-ready; it never holds a secret. Raises NoTenant outside of a
    `tenant_transaction`.
    """
    AuditEvent.objects.create(
        actor=actor[:254],
        action=action,
        subject=subject[:200],
        subject_id=subject_id,
        details=dict(details or {}),
    )

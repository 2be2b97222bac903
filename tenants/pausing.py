"""Pausing a whole company: nothing of it is posted or polled until it is resumed."""

from __future__ import annotations

from django.db.models.functions import Now

from tenants.audit import record
from tenants.errors import NotPossible
from tenants.models import DueWork, Tenant, WorkKind
from tenants.scope import current_tenant_id
from tenants.work import ring_all


def pause_company(*, reason: str, actor: str) -> None:
    """Pause the open company. Raises NotPossible when it is paused already."""
    found = Tenant.objects.filter(pk=current_tenant_id(), paused_at=None)
    if not found.update(paused_at=Now(), paused_reason=reason[:300]):
        raise NotPossible("This company is paused already.")
    record("company.paused", actor=actor, details={"reason": reason})


def resume_company(*, actor: str) -> None:
    """Let the open company's work go on. Raises NotPossible when it is not paused."""
    found = Tenant.objects.filter(pk=current_tenant_id(), paused_at__isnull=False)
    if not found.update(paused_at=None, paused_reason=""):
        raise NotPossible("This company is not paused.")
    record("company.resumed", actor=actor)
    _ring_everything()


def _ring_everything() -> None:
    """Rings that came during the pause were answered and used up, so every drain is rung."""
    tenant_id = current_tenant_id()
    drains = DueWork.objects.filter(tenant_id=tenant_id).exclude(kind=WorkKind.TEST)
    ring_all([(WorkKind(row.kind), row.subject_id) for row in drains], tenant_id=tenant_id)

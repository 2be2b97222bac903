"""Reads on people, keys and the audit trail.

Directory tables have no row-level security, so every read here names the open company.
"""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone

from tenants.models import ApiKey, AuditEvent, Environment, Invitation, Membership, Tenant, User
from tenants.scope import current_tenant_id
from tenants.tokens import digest_of


def all_tenant_ids() -> list[UUID]:
    """Every company, oldest first: for the sweeper and commands, which enter each in turn."""
    return list(Tenant.objects.order_by("id").values_list("id", flat=True))


def companies_of(user: User) -> list[Membership]:
    """The companies a person belongs to, by name, each with its `tenant`. Any time."""
    return list(
        Membership.objects.select_related("tenant").filter(user=user).order_by("tenant__name")
    )


def members() -> list[Membership]:
    """The open company's people, by e-mail, each with its `user`."""
    rows = Membership.objects.select_related("user").filter(tenant_id=current_tenant_id())
    return list(rows.order_by("user__email"))


def open_invitations() -> list[Invitation]:
    """Invitations of the open company that can still be accepted, newest first."""
    rows = Invitation.objects.select_related("invited_by").filter(
        tenant_id=current_tenant_id(),
        accepted_at=None,
        withdrawn_at=None,
        expires_at__gt=timezone.now(),
    )
    return list(rows.order_by("-created_at"))


def find_invitation(token: str) -> Invitation | None:
    """The invitation behind a link, with its `tenant`, if it can still be accepted. Any time."""
    return (
        Invitation.objects.select_related("tenant", "invited_by")
        .filter(
            token_hash=digest_of(token),
            accepted_at=None,
            withdrawn_at=None,
            expires_at__gt=timezone.now(),
        )
        .first()
    )


def environments() -> list[Environment]:
    """The open company's environments, by kind."""
    return list(Environment.objects.order_by("kind"))


def api_keys(*, environment_id: UUID | None = None) -> list[ApiKey]:
    """The open company's keys, live ones first, newest first; of one environment if asked."""
    rows = ApiKey.objects.filter(tenant_id=current_tenant_id())
    if environment_id is not None:
        rows = rows.filter(environment_id=environment_id)
    return sorted(rows.order_by("-created_at"), key=lambda key: key.revoked_at is not None)


def audit_trail(*, subject_id: UUID | None = None, limit: int = 100) -> list[AuditEvent]:
    """The newest audit events of the open company; about one subject if asked."""
    rows = AuditEvent.objects.order_by("-at", "-id")
    if subject_id is not None:
        rows = rows.filter(subject_id=subject_id)
    return list(rows[:limit])

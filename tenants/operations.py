"""Companies, their people and their API keys: everything that changes them."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.text import slugify

from tenants.audit import record
from tenants.errors import NotPossible
from tenants.ids import new_id
from tenants.keys import create_data_key
from tenants.models import ApiKey, Environment, Invitation, Membership, Tenant, User
from tenants.roles import Ability, Role, may
from tenants.scope import current_tenant_id, tenant_transaction
from tenants.tokens import digest_of, new_token

API_SCOPES = (
    "payments:read",
    "exceptions:read",
    "exceptions:write",
    "connections:read",
    "mappings:read",
    "mappings:write",
    "gl_rules:read",
    "gl_rules:write",
    "instructions:read",
    "instructions:write",
    "instructions:approve",
)
# A key decides nothing that whoever made it may not decide.
_SCOPE_NEEDS = {
    "exceptions:write": Ability.CLEAR_EXCEPTIONS,
    "mappings:write": Ability.CHANGE_RULES,
    "gl_rules:write": Ability.CHANGE_RULES,
    "instructions:write": Ability.MOVE_MONEY,
    "instructions:approve": Ability.APPROVE_PAYMENTS,
}
_INVITATION_LASTS = timedelta(days=7)
_KEY_PREFIX = "tieout_"
# Writing the last use on every call would make a row every program fights over.
_LAST_USED_GRAIN = timedelta(minutes=1)


def create_company(*, name: str, owner: User) -> Tenant:
    """A new company with its owner, Production and Dev environments and its own data key.

    Opens its own `tenant_transaction`. Raises NotPossible when the name is empty.
    """
    if not name.strip():
        raise NotPossible("Give the company a name.")
    tenant = Tenant(id=new_id(), name=name.strip())
    with tenant_transaction(tenant.id):
        _save_under_free_slug(tenant)
        Membership.objects.create(tenant=tenant, user=owner, role=Role.OWNER)
        for kind in (Environment.Kind.PRODUCTION, Environment.Kind.DEV):
            Environment.objects.create(kind=kind)
        create_data_key()
        record("company.created", actor=owner.email, subject=tenant.name, subject_id=tenant.id)
    return tenant


def invite(*, email: str, role: str, invited_by: User) -> tuple[Invitation, str]:
    """Invite a person by e-mail; the invitation and its link's token, told only now.

    An earlier open invitation to the same address is withdrawn. Raises NotPossible for an
    unknown role and for somebody who is already a member.
    """
    address = email.strip().lower()
    _check_role(role)
    if _members().filter(user__email__iexact=address).exists():
        raise NotPossible(f"{address} is already a member.")
    _open_invitations().filter(email__iexact=address).update(withdrawn_at=timezone.now())
    token = new_token()
    invitation = Invitation.objects.create(
        tenant_id=current_tenant_id(),
        email=address,
        role=role,
        token_hash=token.digest,
        invited_by=invited_by,
        expires_at=timezone.now() + _INVITATION_LASTS,
    )
    record("member.invited", actor=invited_by.email, subject=address, details={"role": role})
    return invitation, token.plain


def withdraw_invitation(*, invitation_id: UUID, actor: str) -> None:
    """Make an invitation's link worthless. Raises NotPossible when it is no longer open."""
    invitation = _open_invitations().filter(pk=invitation_id).first()
    if invitation is None:
        raise NotPossible("This invitation has been used or withdrawn already.")
    _open_invitations().filter(pk=invitation_id).update(withdrawn_at=timezone.now())
    record("member.invitation_withdrawn", actor=actor, subject=invitation.email)


def accept_invitation(*, token: str, user: User) -> Membership:
    """Make `user` a member as the invitation says, once. Opens its own transaction.

    Raises NotPossible when the link is used, withdrawn, expired or for another address.
    """
    invitation = Invitation.objects.filter(token_hash=digest_of(token)).first()
    if invitation is None or invitation.email.lower() != user.email.lower():
        raise NotPossible(
            "This invitation is for another e-mail address, or its link is not complete. "
            "Sign in with the address it was sent to, or ask for a new one."
        )
    with tenant_transaction(invitation.tenant_id):
        is_mine = _open_invitations().filter(pk=invitation.pk).update(accepted_at=timezone.now())
        if not is_mine:
            raise NotPossible("This invitation has been used, withdrawn or has expired.")
        return _join(invitation, user)


def change_role(*, membership_id: UUID, role: str, actor: str) -> Membership:
    """Give a member another role. Raises NotPossible for the last owner."""
    _check_role(role)
    membership = _locked_member(membership_id)
    if role != Role.OWNER:
        _check_not_last_owner(membership)
    before, membership.role = membership.role, role
    membership.save(update_fields=["role"])
    record(
        "member.role_changed",
        actor=actor,
        subject=membership.user.email,
        subject_id=membership.id,
        details={"before": before, "after": role},
    )
    return membership


def remove_member(*, membership_id: UUID, actor: str) -> None:
    """Take a person out of the company. Raises NotPossible for the last owner."""
    membership = _locked_member(membership_id)
    _check_not_last_owner(membership)
    record(
        "member.removed",
        actor=actor,
        subject=membership.user.email,
        details={"role": membership.role},
    )
    membership.delete()


def create_api_key(
    *, environment_id: UUID, name: str, scopes: Sequence[str], created_by: User
) -> tuple[ApiKey, str]:
    """A program's key to one environment, and its text, told only now.

    Raises NotPossible without a name or scope, for an unknown scope or one that is above what
    its maker may do, and for an environment that is not this company's.
    """
    unknown = sorted(set(scopes) - set(API_SCOPES))
    if unknown or not scopes:
        raise NotPossible(f"Unknown scope {unknown[0]}." if unknown else "Choose a scope.")
    above = sorted(set(scopes) - set(scopes_for(created_by)))
    if above:
        raise NotPossible(f"Your role may not give a key the scope {above[0]}. Ask an owner.")
    if not name.strip() or not Environment.objects.filter(pk=environment_id).exists():
        raise NotPossible("Give the key a name and one of your environments.")
    token = new_token(_KEY_PREFIX)
    key = ApiKey.objects.create(
        tenant_id=current_tenant_id(),
        environment_id=environment_id,
        name=name.strip(),
        last_four=token.plain[-4:],
        key_hash=token.digest,
        scopes=sorted(set(scopes)),
        created_by=created_by,
    )
    details = {"name": key.name, "scopes": key.scopes}
    record("api_key.created", actor=created_by.email, subject_id=key.id, details=details)
    return key, token.plain


def scopes_for(user: User) -> list[str]:
    """What a key of the open company may be given by this person."""
    member = Membership.objects.filter(tenant_id=current_tenant_id(), user=user).first()
    role = member.role if member else ""
    return [
        scope for scope in API_SCOPES if scope not in _SCOPE_NEEDS or may(role, _SCOPE_NEEDS[scope])
    ]


def maker_may_still(key: ApiKey, scope: str) -> bool:
    """Whether whoever made the key may do now what the scope says. What only reads goes on when
    its maker has left, until the key is revoked. Any time."""
    needed = _SCOPE_NEEDS.get(scope)
    if needed is None:
        return True
    members = Membership.objects.filter(tenant_id=key.tenant_id, user_id=key.created_by_id)
    role = members.values_list("role", flat=True).first() or ""
    return may(role, needed)


def revoke_api_key(*, key_id: UUID, actor: str) -> None:
    """Make a key worthless from now on. Raises NotPossible when it is not a live key."""
    keys = ApiKey.objects.filter(tenant_id=current_tenant_id(), pk=key_id, revoked_at=None)
    key = keys.first()
    if key is None or not keys.update(revoked_at=timezone.now()):
        raise NotPossible("This key has been revoked already.")
    record("api_key.revoked", actor=actor, subject_id=key.id, details={"name": key.name})


def find_api_key(plain: str) -> ApiKey | None:
    """The live key of this text, its company beside it; None otherwise. Needs no company open."""
    key = (
        ApiKey.objects.select_related("tenant")
        .filter(key_hash=digest_of(plain), revoked_at=None)
        .first()
    )
    if key is not None:
        _note_use(key)
    return key


def _note_use(key: ApiKey) -> None:
    """Of many calls at once one writes; most find that it was noted a moment ago."""
    now = timezone.now()
    since = now - _LAST_USED_GRAIN
    if key.last_used_at is None or key.last_used_at < since:
        stale = Q(last_used_at=None) | Q(last_used_at__lt=since)
        ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)


def _save_under_free_slug(tenant: Tenant) -> None:
    for slug in _slugs(tenant.name):
        tenant.slug = slug
        try:
            with transaction.atomic():
                tenant.save(force_insert=True)
        except IntegrityError:  # taken, perhaps this very moment
            continue
        return


def _slugs(name: str) -> Iterator[str]:
    base = slugify(name)[:40].strip("-") or "company"
    yield base
    for number in range(2, 10):
        yield f"{base}-{number}"
    while True:
        yield f"{base}-{secrets.token_hex(4)}"


def _members() -> QuerySet[Membership]:
    return Membership.objects.filter(tenant_id=current_tenant_id())


def _open_invitations() -> QuerySet[Invitation]:
    return Invitation.objects.filter(
        tenant_id=current_tenant_id(),
        accepted_at=None,
        withdrawn_at=None,
        expires_at__gt=timezone.now(),
    )


def _join(invitation: Invitation, user: User) -> Membership:
    membership, is_new = Membership.objects.get_or_create(
        tenant_id=invitation.tenant_id, user=user, defaults={"role": invitation.role}
    )
    if not is_new:
        raise NotPossible("You are already a member of this company.")
    record(
        "member.joined",
        actor=user.email,
        subject=user.email,
        subject_id=membership.id,
        details={"role": invitation.role},
    )
    return membership


def _check_role(role: str) -> None:
    if role not in Role.values:
        raise NotPossible("Choose one of the listed roles.")


def _locked_member(membership_id: UUID) -> Membership:
    """The member, with the company's row locked: two owners cannot demote each other at once."""
    Tenant.objects.select_for_update(no_key=True).get(pk=current_tenant_id())
    membership = _members().select_related("user").filter(pk=membership_id).first()
    if membership is None:
        raise NotPossible("This person is no longer a member.")
    return membership


def _check_not_last_owner(membership: Membership) -> None:
    others = _members().filter(role=Role.OWNER).exclude(pk=membership.pk)
    if membership.role == Role.OWNER and not others.exists():
        raise NotPossible("A company needs an owner. Make somebody else an owner first.")

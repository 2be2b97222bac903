"""Who support staff are: users with `is_staff` in one group, which may look and operate.

The group *Support* has every `view` permission of the portal's own apps and
`tenants.operate` (redrive, re-poll, pause, resume). It has no add, change or delete
permission, and the admin's pages would refuse those even to a superuser.
"""

from __future__ import annotations

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q

from tenants.models import User

GROUP = "Support"
_APPS = (
    "tenants",
    "connections",
    "events",
    "instructions",
    "open_items",
    "mapping",
    "accounting",
    "posting",
    "workflows",
    "exceptions",
    "alerts",
)


def ensure_support_group() -> Group:
    """The group with exactly these permissions. Safe to repeat."""
    may_look = Q(content_type__app_label__in=_APPS, codename__startswith="view_")
    may_operate = Q(content_type__app_label="tenants", codename="operate")
    with transaction.atomic():
        group, _ = Group.objects.get_or_create(name=GROUP)
        group.permissions.set(Permission.objects.filter(may_look | may_operate))
    return group


def create_support_user(*, email: str, password: str, name: str = "") -> User:
    """A member of support staff; one who exists gets this password and the group."""
    user = User.objects.filter(email=email.lower()).first() or User(email=email.lower())
    user.name, user.is_staff = name or user.name, True
    user.set_password(password)
    user.save()
    user.groups.add(ensure_support_group())
    return user

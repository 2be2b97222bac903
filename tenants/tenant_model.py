"""The base of every tenant-owned table."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django_scopes import ScopedManager

from tenants.ids import new_id
from tenants.scope import NoTenant, current_tenant_id


class CrossTenantWrite(RuntimeError):  # noqa: N818 names the deed
    """A row of one tenant was written while another one's transaction was open."""


class TenantModel(models.Model):
    """A row that belongs to one tenant.

    The scoped manager is also the base manager, so foreign keys and `refresh_from_db` stay
    inside the scope too. The composite `(tenant, id)` foreign keys, forced row-level
    security and grants are raised in migrations by `tenants.walls`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey("tenants.Tenant", on_delete=models.PROTECT, related_name="+")

    objects: ClassVar[models.Manager[Self]] = ScopedManager(tenant="tenant")
    # For the admin only, on the `support` alias, where row-level security decides.
    across_tenants = models.Manager()

    class Meta:
        abstract = True
        base_manager_name = "objects"
        default_manager_name = "objects"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Fill in the tenant of the scope; refuse any other.

        An override on purpose: django-scopes does not look at writes, and the database's
        refusal would come without a word on which model was at fault.
        """
        tenant_id = current_tenant_id()
        if getattr(self, "tenant_id", None) is None:
            self.tenant_id = tenant_id
        if self.tenant_id != tenant_id:
            raise CrossTenantWrite(f"{type(self).__name__} of another company")
        super().save(*args, **kwargs)


__all__ = ["CrossTenantWrite", "NoTenant", "TenantModel"]

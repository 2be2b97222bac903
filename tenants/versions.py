"""What an environment works by is published in versions: one never changes, the highest counts."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from django.db import models
from django.db.models import Max
from django.db.models.functions import Now

from tenants.audit import record
from tenants.models import Environment
from tenants.tenant_model import TenantModel


class PublishedVersion(TenantModel):
    """One published version of one kind of thing in an environment."""

    environment = models.ForeignKey("tenants.Environment", models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    published_at = models.DateTimeField(db_default=Now(), editable=False)
    published_by = models.CharField(max_length=254)

    class Meta(TenantModel.Meta):
        abstract = True
        ordering = ("-version",)


_V = TypeVar("_V", bound=PublishedVersion)


def publish_next(
    kind: type[_V], action: str, *, environment_id: UUID, actor: str, **contents: Any
) -> _V:
    """The next version of its kind, audited as `action`. Inside the open company's transaction.

    A `note` among its contents is told in the audit too.
    """
    # The environment's row is the turn: two people publishing at once get two versions.
    Environment.objects.select_for_update(no_key=True).get(pk=environment_id)
    published = kind.objects.filter(environment_id=environment_id)
    last = published.aggregate(n=Max("version"))["n"] or 0
    version = kind.objects.create(
        environment_id=environment_id, version=last + 1, published_by=actor, **contents
    )
    noted = {"note": contents["note"]} if "note" in contents else {}
    record(
        action,
        actor=actor,
        subject=str(version),
        subject_id=version.id,
        details={"version": version.version, **noted},
    )
    return version

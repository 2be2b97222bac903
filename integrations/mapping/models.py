"""Published versions of the field mapping. A version never changes."""

from __future__ import annotations

from django.db import models

from tenants.versions import PublishedVersion


class MappingVersion(PublishedVersion):
    """One published field mapping of an environment; the highest version is in force."""

    rows = models.JSONField()
    note = models.CharField(max_length=300, blank=True)

    class Meta(PublishedVersion.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "environment", "version"], name="mapping_version_once"
            )
        ]

    def __str__(self) -> str:
        return f"Field mapping {self.version}"

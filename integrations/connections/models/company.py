"""What is known of a Sage Pro company: posting profile, tables, and self-tests of its server."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from integrations.connections.models.connection import Connection
from tenants.tenant_model import TenantModel


class ProfileVersion(TenantModel):
    """One version of a Sage company's posting profile. Append-only.

    The one in force stands in the connection's settings too, together with its number, so that
    a worker reads both at once.
    """

    class Origin(models.TextChoices):
        CREATED = "created", "Entered with the connection"
        EDITED = "edited", "Edited"
        UPLOADED = "uploaded", "Uploaded"
        CALIBRATED = "calibrated", "Found by calibration"
        RESTORED = "restored", "Restored"

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    profile = models.JSONField()
    origin = models.CharField(max_length=10, choices=Origin.choices)
    saved_at = models.DateTimeField(db_default=Now(), editable=False)
    saved_by = models.CharField(max_length=254)
    note = models.CharField(max_length=300, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "connection", "version"], name="profile_version_once"
            )
        ]
        ordering = ("-version",)

    def __str__(self) -> str:
        return f"Posting profile {self.version}"


class TableLayout(TenantModel):
    """How a company's mapped tables looked when a test read them: what the fingerprint hashes.

    One that differs from the layout in force waits for a person, and so does posting.
    """

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    fingerprint = models.CharField(max_length=64)
    # Table → column → type, characters, digits, decimals, nullable.
    tables = models.JSONField()
    seen_at = models.DateTimeField(db_default=Now(), editable=False)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.CharField(max_length=254, blank=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ("-seen_at", "-id")

    def __str__(self) -> str:
        return f"tables of {self.connection_id}"


class SiteTest(TenantModel):
    """One self-test of a Sage company's server, made before the first write. Append-only.

    `stamp` says for which settings: with others in force, posting waits for another one.
    """

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    asked_by = models.CharField(max_length=254)
    server = models.CharField(max_length=120)
    stamp = models.CharField(max_length=64)
    is_passed = models.BooleanField()
    # Whose signature was checked when it came, in words, and that signature; empty where
    # nobody stood between us and the server.
    signed_by = models.CharField(max_length=120, blank=True)
    seal = models.CharField(max_length=64, blank=True)
    # A list of checks, each with a label, ok (true, false, null for advice) and a sentence.
    checks = models.JSONField()

    class Meta(TenantModel.Meta):
        ordering = ("-made_at", "-id")

    def __str__(self) -> str:
        return f"self-test of {self.connection_id}"

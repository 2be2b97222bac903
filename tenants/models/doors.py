"""The keys and addresses that name a tenant before anyone signs in, and how often they are used."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from tenants.ids import new_id
from tenants.models.people import Tenant, User


class ApiKey(models.Model):
    """A program's key to one environment of a company; only its hash is kept."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="api_keys")
    environment_id = models.UUIDField()
    name = models.CharField(max_length=80)
    last_four = models.CharField(max_length=4)
    key_hash = models.BinaryField(max_length=32, unique=True)
    scopes = models.JSONField(default=list)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} …{self.last_four}"


class HookToken(models.Model):
    """The hash of a notice URL's token, and whose connection it rings for."""

    token_hash = models.BinaryField(max_length=32, primary_key=True)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+")
    connection_id = models.UUIDField(db_index=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    retired_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return "notice URL"


class AgentToken(models.Model):
    """The hash of an agent's secret or of a pairing code, and whose connection it opens."""

    class Kind(models.TextChoices):
        CODE = "code", "Pairing code"
        SECRET = "secret", "Secret"

    token_hash = models.BinaryField(max_length=32, primary_key=True)
    kind = models.CharField(max_length=6, choices=Kind.choices)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+")
    connection_id = models.UUIDField(db_index=True)
    # Who made the code; empty for a secret.
    made_by = models.CharField(max_length=254, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.get_kind_display()


class PayToken(models.Model):
    """The hash of a payment link's token, and whose link it opens."""

    token_hash = models.BinaryField(max_length=32, primary_key=True)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+")
    link_id = models.UUIDField(unique=True)

    def __str__(self) -> str:
        return "payment link"


class LoginCounter(models.Model):
    """Failed logins in a row per gateway host and user, across companies and environments.

    PayTrace locks a user after four. The key is a keyed hash: no user name is stored.
    """

    key_hash = models.BinaryField(max_length=32, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    last_failed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.failures} failed logins"


class UnknownTokenCount(models.Model):
    """How many notices came to addresses that do not exist, per day."""

    day = models.DateField(primary_key=True)
    count = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.day}: {self.count}"


class ApiUse(models.Model):
    """How many requests an API key made in its latest minute: exact over all web hosts."""

    api_key = models.OneToOneField(
        ApiKey, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    minute = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.count} since {self.minute}"

"""Connections to PayTrace and Sage Pro, their sealed secrets, and tests of them."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from tenants.models import Environment
from tenants.tenant_model import TenantModel


class Connection(TenantModel):
    """One PayTrace account, Sage Pro company or disputes provider, in one environment.

    `settings` holds what is not secret. A PayTrace connection posts to the Sage company in
    `posts_to`; a disputes provider tells of the PayTrace account in `tells_of`. The breaker
    columns are shared by all workers and shown to people.
    """

    class Kind(models.TextChoices):
        PAYTRACE = "paytrace", "PayTrace"
        SAGEPRO = "sagepro", "Sage Pro"
        DISPUTES = "disputes", "Disputes provider"

    class State(models.TextChoices):
        NEW = "new", "Not tested yet"
        CONNECTED = "connected", "Connected"
        OFFLINE = "offline", "Offline"
        WAITING_CREDENTIAL = "waiting_credential", "Sign-in refused"
        MISCONFIGURED = "misconfigured", "Needs a setting"

    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=80)
    settings = models.JSONField(default=dict)
    posts_to = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    tells_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    state = models.CharField(max_length=20, choices=State.choices, default=State.NEW)
    state_since = models.DateTimeField(db_default=Now())
    state_sentence = models.CharField(max_length=500, blank=True)
    last_ok_at = models.DateTimeField(null=True, blank=True)
    capabilities = models.JSONField(default=dict)
    fingerprint = models.CharField(max_length=64, blank=True)
    failures_in_a_row = models.PositiveIntegerField(default=0)
    try_again_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_reason = models.CharField(max_length=300, blank=True)
    halted_at = models.DateTimeField(null=True, blank=True)
    halted_reason = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "environment", "kind", "name"], name="connection_name_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class ConnectionSecret(TenantModel):
    """One sealed secret of a connection. Written by the browser, opened by workers only."""

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    field = models.CharField(max_length=40)
    ciphertext = models.BinaryField()
    key_version = models.PositiveIntegerField()
    changed_at = models.DateTimeField(db_default=Now())

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "connection", "field"], name="secret_once_per_field"
            )
        ]

    def __str__(self) -> str:
        return f"{self.field} (sealed)"


class AccessToken(TenantModel):
    """The live PayTrace bearer token, sealed, shared by all workers."""

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    ciphertext = models.BinaryField()
    key_version = models.PositiveIntegerField()
    expires_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "connection"], name="one_token")]

    def __str__(self) -> str:
        return "access token (sealed)"


class ConnectionTest(TenantModel):
    """One run of *Test connection*: asked for in the browser, done by a worker, shown live."""

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting for a worker"
        RUNNING = "running", "Running"
        PASSED = "passed", "Passed"
        FAILED = "failed", "Failed"

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    requested_by = models.CharField(max_length=254)
    requested_at = models.DateTimeField(db_default=Now(), editable=False)
    finished_at = models.DateTimeField(null=True, blank=True)
    # A list of findings, each with a label, ok (true, false, null for unknown) and a sentence.
    findings = models.JSONField(default=list)

    class Meta(TenantModel.Meta):
        ordering = ("-requested_at",)

    def __str__(self) -> str:
        return f"test of {self.connection_id}"

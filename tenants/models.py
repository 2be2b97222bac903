"""Whose it is: people, companies, environments, and the directory that is read before a
tenant is known.

Directory tables (no row-level security; they hold ids, hashes and roles, never money):
User, Tenant, Membership, Invitation, ApiKey, HookToken, AgentToken, PayToken, DueWork, DueNotice,
LoginCounter, UnknownTokenCount, ApiUse, Heartbeat. Everything else derives from TenantModel.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower, Now

from tenants.ids import new_id
from tenants.roles import Role
from tenants.tenant_model import TenantModel


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **extra: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **extra: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **extra)


class User(AbstractUser):
    """A person. Signs in by e-mail; belongs to companies through memberships."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    username = None  # type: ignore[assignment]
    email = models.EmailField("e-mail", unique=True)
    name = models.CharField(max_length=150, blank=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()  # type: ignore[misc,assignment]

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_any_case")]

    def __str__(self) -> str:
        return self.name or self.email


class Tenant(models.Model):
    """A company that uses Tieout."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, unique=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        permissions = [("operate", "Can redrive, re-poll, pause and resume as support")]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person's role in a company."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "user"], name="one_membership_per_person")
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"


class Invitation(models.Model):
    """An invitation by e-mail; only the hash of its link is kept."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=20, choices=Role.choices)
    token_hash = models.BinaryField(max_length=32, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.email} · {self.get_role_display()}"


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


class WorkKind(models.TextChoices):
    PROCESS = "process", "Read notices"
    DELIVER = "deliver", "Post to Sage"
    POLL = "poll", "Look for payments"
    TEST = "test", "Test a connection"
    BACKFILL = "backfill", "Read past days"
    CALIBRATE = "calibrate", "Look at a test company"
    INSTRUCT = "instruct", "Send to PayTrace"
    OPEN_ITEMS = "open_items", "Read open invoices"
    FLAGGED = "flagged", "Look for flagged rows"


class DueWork(models.Model):
    """A drain for one connection: when it is due, and who holds it. Order and fairness only;
    no promise about money rests on this lease."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=10, choices=WorkKind.choices)
    tenant = models.ForeignKey(Tenant, on_delete=models.PROTECT, related_name="+")
    subject_id = models.UUIDField()
    due_at = models.DateTimeField(null=True, blank=True)
    every_seconds = models.PositiveIntegerField(default=0)
    rung_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    fence = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "subject_id"], name="one_drain_per_subject")
        ]
        indexes = [models.Index(fields=["due_at"], name="due_work_due_at")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"


class DueNotice(models.Model):
    """A stored notice nobody has read yet. Appended by intake, removed by its reader."""

    id = models.BigAutoField(primary_key=True)
    # Written beside a notice whose keys are checked.
    tenant = models.ForeignKey(
        Tenant, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    connection_id = models.UUIDField()
    notice_id = models.UUIDField()

    class Meta:
        indexes = [models.Index(fields=["connection_id", "id"], name="due_notice_queue")]

    def __str__(self) -> str:
        return str(self.notice_id)


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


class Heartbeat(models.Model):
    """When a background process last said that it is alive."""

    name = models.CharField(max_length=60, primary_key=True)
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Environment(TenantModel):
    """Dev, QA or Production of a company: own connections, rules and books."""

    class Kind(models.TextChoices):
        DEV = "dev", "Dev"
        QA = "qa", "QA"
        PRODUCTION = "production", "Production"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    base_currency = models.CharField(max_length=3, default="USD")
    zone = models.CharField(max_length=64, default="America/Los_Angeles")
    # After this time of day a payment belongs to the next accounting date; midnight = never.
    cutoff_time = models.TimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "kind"], name="one_environment_per_kind")
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class DataKey(TenantModel):
    """The company's own key, wrapped by a master key that is not in this database."""

    version = models.PositiveIntegerField()
    wrapped = models.BinaryField()
    master_version = models.CharField(max_length=20)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "version"], name="one_data_key_per_version")
        ]

    def __str__(self) -> str:
        return f"data key {self.version}"


class ApiAnswer(TenantModel):
    """What a program's deciding request was answered, so that sending it again decides nothing.

    Written in the transaction of the decision; a refused request leaves no row.
    """

    api_key = models.ForeignKey(ApiKey, on_delete=models.PROTECT, related_name="+")
    idempotency_key = models.CharField(max_length=200)
    request_hash = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField(default=0)
    answer = models.JSONField(null=True, blank=True)
    answered_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "api_key", "idempotency_key"], name="api_answer_once"
            )
        ]

    def __str__(self) -> str:
        return self.idempotency_key


class AuditEvent(TenantModel):
    """Who did what, when. Append-only: the application role may not change or delete it."""

    at = models.DateTimeField(db_default=Now(), editable=False, db_index=True)
    actor = models.CharField(max_length=254)
    action = models.CharField(max_length=80)
    subject = models.CharField(max_length=200, blank=True)
    subject_id = models.UUIDField(null=True, blank=True)
    details = models.JSONField(default=dict)

    class Meta(TenantModel.Meta):
        ordering = ("at",)

    def __str__(self) -> str:
        return f"{self.action} by {self.actor}"

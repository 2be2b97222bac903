"""Finding out what a site's Sage Pro writes."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from integrations.connections.models.connection import Connection
from tenants.tenant_model import TenantModel


class Calibration(TenantModel):
    """Finding out what a test company's Sage Pro writes, one keyed transaction after another.

    `snapshot` holds the tables as they stood after the last one, compressed, and is what the
    next difference is taken from.
    """

    class State(models.TextChoices):
        OPEN = "open", "Under way"
        ACCEPTED = "accepted", "Accepted"
        ABANDONED = "abandoned", "Started over"

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    started_by = models.CharField(max_length=254)
    started_at = models.DateTimeField(db_default=Now(), editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)
    snapshot = models.BinaryField(null=True, blank=True)
    # Table → column → type, as in a TableLayout.
    layout = models.JSONField(default=dict)
    # Sentences on what is not read, such as columns that may hold card numbers.
    skipped = models.JSONField(default=list)
    # A person's answers by the key of the question.
    answers = models.JSONField(default=dict)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "connection"],
                condition=models.Q(state="open"),
                name="one_open_calibration",
            )
        ]

    def __str__(self) -> str:
        return f"calibration of {self.connection_id}"


class CalibrationStep(TenantModel):
    """One look at the test company: the first, or after one transaction was keyed."""

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting for a worker"
        RUNNING = "running", "Looking"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    FIRST_LOOK = "first_look"

    calibration = models.ForeignKey(Calibration, on_delete=models.PROTECT, related_name="+")
    # One of the transactions of calibration, or `first_look`.
    transaction = models.CharField(max_length=12)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    # What the person says they keyed; empty for the first look.
    keyed = models.JSONField(default=dict)
    # What is kept of it for inference, and the differences in words.
    observation = models.JSONField(null=True, blank=True)
    differences = models.JSONField(default=list)
    sentence = models.CharField(max_length=500, blank=True)
    requested_by = models.CharField(max_length=254)
    requested_at = models.DateTimeField(db_default=Now(), editable=False)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ("requested_at", "id")

    def __str__(self) -> str:
        return self.transaction

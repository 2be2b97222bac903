"""The agents on customers' networks, and the calls they are to make."""

from __future__ import annotations

from django.db import models

from integrations.connections.models.connection import Connection
from tenants.tenant_model import TenantModel


class Agent(TenantModel):
    """One pairing of a Sage company with the program on the customer's network that reaches it.

    At most one is in force per connection. `epoch` rises with every pairing and is kept beside
    the books, where an older one is refused. `report` is what the agent last told of itself.
    """

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    epoch = models.BigIntegerField()
    host = models.CharField(max_length=80)
    platform = models.CharField(max_length=80, blank=True)
    version = models.CharField(max_length=20, blank=True)
    paired_by = models.CharField(max_length=254)
    paired_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    # Why it takes no writes now, in its own sentence; empty when it does.
    holds = models.CharField(max_length=300, blank=True)
    report = models.JSONField(default=dict)
    last_sequence = models.BigIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_why = models.CharField(max_length=200, blank=True)
    # Findings of its last self-test: label, ok (true, false, null) and a sentence each.
    self_test = models.JSONField(default=list)
    self_tested_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "connection"],
                condition=models.Q(ended_at=None),
                name="one_agent_per_company",
            ),
            models.UniqueConstraint(fields=["tenant", "connection", "epoch"], name="epoch_once"),
        ]

    def __str__(self) -> str:
        return self.host


class AgentJob(TenantModel):
    """One call an agent shall make, signed when it was made, and its answer.

    `subject` is what the call is about: an effect key, or a digest of the question. Answers of
    reads are kept for minutes.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting for the agent"
        TAKEN = "taken", "With the agent"
        ANSWERED = "answered", "Answered"
        USED = "used", "Used"

    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="+")
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    sequence = models.BigIntegerField()
    name = models.CharField(max_length=40)
    subject = models.CharField(max_length=200)
    # Document and customer numbers the call names.
    about = models.JSONField(default=list)
    body = models.TextField()
    signature = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.JSONField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "agent", "sequence"], name="job_sequence")
        ]
        indexes = [
            models.Index(
                fields=["tenant", "connection", "name", "subject", "-sequence"],
                name="job_by_subject",
            ),
            models.Index(fields=["tenant", "agent", "state", "sequence"], name="job_queue"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.sequence}"

"""What PayTrace is told to do for a company: instructions, attempts, and what came of them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from integrations.connections.models import Connection
from integrations.instructions.kept_models import RecurringPlan, StoredPaymentMethod
from integrations.instructions.kinds import LABELS
from integrations.instructions.link_models import PaymentLink
from integrations.instructions.sage_models import FlaggedLook
from tenants.models import Environment
from tenants.tenant_model import TenantModel

__all__ = [
    "FlaggedLook",
    "Instruction",
    "InstructionAttempt",
    "InstructionPolicy",
    "InstructionState",
    "PaymentLink",
    "RecurringPlan",
    "StoredPaymentMethod",
]


class InstructionState(models.TextChoices):
    """Where an instruction stands. Every one is in exactly one; docs/glossary.md draws them."""

    WAITING_APPROVAL = "waiting_approval", "Waiting for approval"
    READY = "ready", "Ready to send"
    CLAIMED = "claimed", "Sending"
    SENT = "sent", "Sending (asked PayTrace)"
    UNKNOWN = "unknown", "Finding out what happened"
    DONE = "done", "Done"
    DECLINED = "declined", "Declined"
    REFUSED = "refused", "Refused by PayTrace"
    REJECTED = "rejected", "Not approved"
    CANCELLED = "cancelled", "Cancelled"


class InstructionPolicy(TenantModel):
    """What may be asked of PayTrace in an environment. Without a row, or switched off, nothing.

    Amounts are in `currency`, major units, per day of the environment's zone.
    """

    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, related_name="+")
    is_on = models.BooleanField(default=True)
    currency = models.CharField(max_length=3)
    user_daily_limit = models.DecimalField(max_digits=19, decimal_places=4)
    company_daily_limit = models.DecimalField(max_digits=19, decimal_places=4)
    # What is above it waits for somebody else's approval.
    approval_above = models.DecimalField(max_digits=19, decimal_places=4)
    set_by = models.CharField(max_length=254)
    set_at = models.DateTimeField(db_default=Now())

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "environment"], name="one_payment_policy")
        ]

    def __str__(self) -> str:
        return "payment policy"


class Instruction(TenantModel):
    """One thing a person, a program or a row in Sage wants done at PayTrace, once.

    What is asked is frozen at birth: the application may change the later columns only. A key
    answers for ever, so asking again with it asks for nothing new.
    """

    class Origin(models.TextChoices):
        PERSON = "person", "A person"
        API = "api", "A program"
        SAGE = "sage", "Sage"
        PAY_PAGE = "pay_page", "A pay page"

    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, related_name="+")
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    # Blank for a row in Sage whose word for it is unknown: refused as it was taken in.
    kind = models.CharField(
        max_length=16, choices=[("", "Row in Sage"), *((k.value, v) for k, v in LABELS.items())]
    )
    idempotency_key = models.CharField(max_length=200)
    origin = models.CharField(max_length=8, choices=Origin.choices)
    asked_by = models.CharField(max_length=254)
    # The person behind it: who asked, or who made the API key.
    asked_by_user_id = models.UUIDField(null=True, blank=True)
    # The API key it came by.
    asked_by_key_id = models.UUIDField(null=True, blank=True)
    asked_at = models.DateTimeField(db_default=Now(), editable=False)
    # The day of the environment's zone whose limits it counts against.
    asked_on = models.DateField()
    request = models.JSONField()
    request_hash = models.CharField(max_length=64)
    # What people search by, copied from the request.
    amount = models.DecimalField(max_digits=19, decimal_places=4, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    customer_number = models.CharField(max_length=20, blank=True)
    invoice_number = models.CharField(max_length=20, blank=True)
    vault_id = models.CharField(max_length=64, blank=True)
    transaction_id = models.CharField(max_length=64, blank=True)
    plan = models.ForeignKey(
        RecurringPlan, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # The row that is flagged in Sage, where that is where it came from.
    sage_row = models.CharField(max_length=64, blank=True)

    state = models.CharField(
        max_length=16, choices=InstructionState.choices, default=InstructionState.READY
    )
    state_since = models.DateTimeField(db_default=Now())
    code = models.CharField(max_length=60, blank=True)
    sentence = models.CharField(max_length=600, blank=True)
    # Not sent, or not asked about again, before then.
    due_at = models.DateTimeField(null=True, blank=True)
    fence = models.PositiveBigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=254, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    # PayTrace's id of what was made: a payment, a refund, a recurring plan.
    result_id = models.CharField(max_length=64, blank=True)
    # What else PayTrace answered: way, last four, approval code, stored customer.
    result = models.JSONField(default=dict)
    # The state last written back to the row in Sage.
    told_sage = models.CharField(max_length=16, blank=True)
    # How often in a row that was put off because the row is in use there, and until when.
    sage_waits = models.PositiveIntegerField(default=0)
    sage_due_at = models.DateTimeField(null=True, blank=True)
    # When a look last saw the row flagged, as long as nothing is sent.
    sage_seen_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "environment", "idempotency_key"], name="instruction_once"
            ),
            # Two refunds of one payment at once would both see the same rest.
            models.UniqueConstraint(
                fields=["tenant", "connection", "transaction_id"],
                condition=Q(kind="give_back", state__in=("sent", "unknown")),
                name="one_give_back_at_a_time",
            ),
            # What PayTrace shows of a hold must tell which step of it has arrived.
            models.UniqueConstraint(
                fields=["tenant", "connection", "transaction_id"],
                condition=Q(kind__in=("adjust", "capture"), state__in=("sent", "unknown")),
                name="one_hold_step_at_a_time",
            ),
            # The same of a plan: change, pause and end come one after another.
            models.UniqueConstraint(
                fields=["tenant", "plan"],
                condition=Q(state__in=("sent", "unknown")),
                name="one_plan_step_at_a_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant", "environment", "-asked_at", "id"], name="instruction_list"
            ),
            models.Index(fields=["tenant", "connection", "state"], name="instruction_queue"),
            models.Index(fields=["tenant", "connection", "result_id"], name="instruction_result"),
            models.Index(fields=["tenant", "environment", "asked_on"], name="instruction_limits"),
            models.Index(
                fields=["tenant", "connection"],
                condition=Q(origin="sage") & ~Q(told_sage=models.F("state")),
                name="instruction_untold",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.idempotency_key}"


class InstructionAttempt(TenantModel):
    """One time PayTrace was told. Committed before anything is sent, ended once.

    `invoice_id` is unique and goes with the call: by it the outcome is found again.
    """

    instruction = models.ForeignKey(Instruction, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    fence = models.PositiveBigIntegerField()
    invoice_id = models.CharField(max_length=50)
    started_at = models.DateTimeField(db_default=Now(), editable=False)
    # The day in the gateway's zone, by the portal's clock: where a look-up begins.
    gateway_day = models.DateField()
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=12, blank=True)
    sentence = models.CharField(max_length=600, blank=True)
    evidence = models.JSONField(default=dict)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "instruction", "number"], name="instruction_attempt_once"
            ),
            models.UniqueConstraint(fields=["tenant", "invoice_id"], name="attempt_invoice_once"),
        ]
        ordering = ("number",)

    def __str__(self) -> str:
        return self.invoice_id

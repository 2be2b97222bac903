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


class WorksheetEntry(TenantModel):
    """One posting, or one change beside payments, that a bookkeeper keys into Sage by hand;
    `request` is what it should hold."""

    class Kind(models.TextChoices):
        POSTING = "posting", "Posting"
        CUSTOMER = "customer", "New customer"
        ORDER = "order", "Sales order"
        ALLOCATION = "allocation", "Stock"

    class State(models.TextChoices):
        WAITING = "waiting", "To be keyed"
        CONFIRMED = "confirmed", "Keyed; we are looking for it"
        SEEN = "seen", "Seen in Sage"
        TAKEN_OFF = "taken_off", "Taken off the worksheet"
        GIVEN_BACK = "given_back", "Given back to be decided"
        WITHDRAWN = "withdrawn", "Not to be keyed"

    company = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.POSTING)
    effect_key = models.CharField(max_length=200)
    marker = models.CharField(max_length=20)
    payload_hash = models.CharField(max_length=64, blank=True)
    request = models.JSONField()
    deposit_date = models.DateField()
    amount = models.DecimalField(max_digits=19, decimal_places=4)
    currency = models.CharField(max_length=3, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    state_since = models.DateTimeField(db_default=Now())
    # What is missing or wrong in Sage, as last seen.
    problem = models.CharField(max_length=500, blank=True)
    confirmed_by = models.CharField(max_length=254, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    receipt_keys = models.JSONField(default=list)
    # Of a change: its number in Sage, and what is kept of it (`worksheet_changes.Kept`).
    number = models.CharField(max_length=30, blank=True)
    kept = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "company", "effect_key"], name="worksheet_entry_once"
            )
        ]
        indexes = [
            models.Index(fields=["tenant", "company", "state"], name="worksheet_by_state"),
        ]

    def __str__(self) -> str:
        return self.marker


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

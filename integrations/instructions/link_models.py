"""Payment links: an address that a customer pays, or leaves a card at, once."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from integrations.connections.models import Connection
from tenants.models import Environment
from tenants.tenant_model import TenantModel


class PaymentLink(TenantModel):
    """What one customer is asked for, frozen when made; later only how it stands changes.

    Paid on our pay page: its token is in no column, `tenants.PayToken` holds the hash by which it
    is found, and while it is being paid, `instruction` is what the answer comes to; afterwards the
    last try. Paid on PayTrace's own page: `instruction` is what had that page made, and the number
    of its attempt is how the payment is found.
    """

    class Purpose(models.TextChoices):
        PAY = "pay", "Payment"
        STORE = "store", "Payment method"

    class Page(models.TextChoices):
        TIEOUT = "tieout", "Tieout’s page, with PayTrace’s card fields"
        PAYTRACE = "paytrace", "PayTrace’s own page"

    class State(models.TextChoices):
        MAKING = "making", "Being made"
        OPEN = "open", "Open"
        BEING_PAID = "being_paid", "Being paid"
        PAID = "paid", "Paid"
        EXPIRED = "expired", "Expired"
        CANCELLED = "cancelled", "Cancelled"

    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, related_name="+")
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=5, choices=Purpose.choices)
    page = models.CharField(max_length=8, choices=Page.choices, default=Page.TIEOUT)
    # The asker's own word for it: the same form sent twice makes one link.
    idempotency_key = models.CharField(max_length=200)
    amount = models.DecimalField(max_digits=19, decimal_places=4, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    customer_number = models.CharField(max_length=20)
    invoice_number = models.CharField(max_length=20, blank=True)
    # Shown to the payer, and told PayTrace.
    description = models.CharField(max_length=100, blank=True)
    # Where the address is mailed to; PayTrace mails its receipt there too.
    email = models.EmailField(blank=True)
    # Whether who pays may have the card kept for next time.
    may_keep = models.BooleanField(default=False)
    made_by = models.CharField(max_length=254)
    made_by_user_id = models.UUIDField(null=True, blank=True)
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField()

    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    state_since = models.DateTimeField(db_default=Now())
    # The payer's own word at the newest try.
    keeps = models.BooleanField(default=False)
    tries = models.PositiveSmallIntegerField(default=0)
    instruction = models.ForeignKey(
        "instructions.Instruction",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    # Where PayTrace's own page is, once PayTrace has told: whoever has it can pay.
    page_address = models.CharField(max_length=2083, blank=True)
    # The payment that came by PayTrace's own page.
    transaction_id = models.CharField(max_length=64, blank=True)
    # Who cancelled it.
    ended_by = models.CharField(max_length=254, blank=True)
    # The mail is to be sent then; empty when there is none to send.
    mail_due_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "environment", "idempotency_key"], name="payment_link_once"
            ),
            # Two links for one invoice would be paid twice by an eager customer.
            models.UniqueConstraint(
                fields=["tenant", "connection", "customer_number", "invoice_number"],
                condition=Q(state__in=("making", "open", "being_paid")) & ~Q(invoice_number=""),
                name="one_open_link_per_invoice",
            ),
            models.CheckConstraint(
                condition=Q(purpose="pay", amount__gt=0) | Q(purpose="store", amount=None),
                name="link_amount_if_it_pays",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "environment", "-made_at", "id"], name="link_list"),
            models.Index(fields=["tenant", "instruction"], name="link_instruction"),
            models.Index(
                fields=["tenant", "mail_due_at"],
                condition=~Q(mail_due_at=None),
                name="link_mail_due",
            ),
            models.Index(
                fields=["tenant", "expires_at"],
                condition=Q(state__in=("making", "open")),
                name="link_expiring",
            ),
        ]

    def __str__(self) -> str:
        what = f"{self.amount} {self.currency}" if self.amount is not None else "card"
        return f"{what} of {self.customer_number}"

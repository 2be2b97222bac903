"""A copy of each Sage company's open documents, for people to choose from; Sage decides."""

from __future__ import annotations

from django.db import models

from integrations.connections.models import Connection
from tenants.tenant_model import TenantModel


class OpenItem(TenantModel):
    """A document that had a balance when Sage was last looked through; amounts in `currency`.

    Not a fact: rows come and go with what the books show.
    """

    company = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    # Where it is compared, by `canonical.open_items`.
    leaf = models.PositiveSmallIntegerField()
    customer_number = models.CharField(max_length=100)
    number = models.CharField(max_length=100)
    invoice_date = models.DateField(null=True, blank=True)
    amount = models.DecimalField(max_digits=19, decimal_places=4)
    balance = models.DecimalField(max_digits=19, decimal_places=4)
    currency = models.CharField(max_length=10)

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(fields=["tenant", "company", "leaf"], name="open_item_by_leaf"),
            models.Index(
                fields=["tenant", "company", "customer_number"], name="open_item_by_customer"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class OpenItemsCopy(TenantModel):
    """How complete the copy of one company is, and the look under way."""

    company = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")
    # Everything that was in the books by then is in the copy.
    complete_as_of = models.DateTimeField(null=True, blank=True)
    # When the look under way began; it names the look.
    look_began_at = models.DateTimeField(null=True, blank=True)
    is_wished = models.BooleanField(default=False)
    items = models.PositiveIntegerField(default=0)
    # Bytes of questions and answers: of the look under way, and of the last whole one.
    moving = models.PositiveBigIntegerField(default=0)
    moved = models.PositiveBigIntegerField(default=0)
    # Why the last look did not end; empty when it did.
    sentence = models.CharField(max_length=500, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "company"], name="one_copy_of_open_items")
        ]

    def __str__(self) -> str:
        return f"open items of {self.company_id}"

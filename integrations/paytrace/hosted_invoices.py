"""Invoices that PayTrace hosts: a page of PayTrace's own on which one customer pays, v3 only.

The request's fields are documented (B2B API, Invoice page, 3.2.26). Its answer is not: what is
read of it is inferred, and read widely.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from integrations.canonical.money import Money
from integrations.paytrace.settings import Secret


class Action(StrEnum):
    """What the customer does on the page."""

    SALE = "SALE"
    AUTHORIZATION = "AUTHORIZATION"
    CREATE_CUSTOMER = "CREATE_CUSTOMER"
    MODIFY_CUSTOMER = "MODIFY_CUSTOMER"
    SALE_AND_CUSTOMER = "SALE_AND_CUSTOMER"


@dataclass(frozen=True)
class NewInvoice:
    """One page to make. `invoice_number` should be unique: by it its payment is found.

    What is None or empty is not sent, and PayTrace's account settings decide.
    """

    action: Action
    invoice_number: str
    amount: Money | None = None
    """Required for what moves money."""
    expires_at: datetime | None = None
    """Aware; when the page ends."""
    email: str = ""
    """Where PayTrace mails it to. The page calls this an e-mailed invoice and its list of fields
    was readable in part only: this name is inferred."""
    silent_post: Secret | None = None
    """Where PayTrace posts what the customer did: a secret address of ours."""
    is_amount_editable: bool = False
    is_invoice_number_editable: bool = False
    is_email_required: bool | None = None
    is_billing_address_required: bool | None = None
    is_csc_required: bool | None = None
    may_log_in: bool | None = None
    """Whether a customer who was here before may sign in (`returning_customer_login`)."""
    customer_label: str = ""
    customer_id: str = ""
    terms_link: str = ""
    approved_link: str = ""
    declined_link: str = ""


@dataclass(frozen=True)
class MadeInvoice:
    """What PayTrace said of a page that it made; empty what it did not say."""

    invoice_id: str = ""
    link: str = ""
    """Where the customer pays. Without it only PayTrace's own mail leads there."""


class HostedInvoices(Protocol):
    """See PayTraceClient for what may be raised. PayTrace documents no call that lists, reads or
    ends what was made here."""

    def make(self, invoice: NewInvoice) -> MadeInvoice:
        """Make the page, once. v1 has no such call: NeverWorks `paytrace.not_offered`."""

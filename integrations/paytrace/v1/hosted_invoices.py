"""Invoices that PayTrace hosts: v1 has no call that makes one."""

# What a version lacks takes the arguments of the other.
# ruff: noqa: ARG002
from __future__ import annotations

from integrations.paytrace.gaps import not_offered
from integrations.paytrace.hosted_invoices import MadeInvoice, NewInvoice


class V1HostedInvoices:
    """See HostedInvoices for what each call promises."""

    def make(self, invoice: NewInvoice) -> MadeInvoice:
        raise not_offered(
            "API v1 has no call that makes a payment page of PayTrace's own.",
            remedy="Connect the account by API v3, or use a payment link of Tieout's own page.",
        )

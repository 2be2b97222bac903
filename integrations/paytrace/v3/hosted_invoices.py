"""Invoices that PayTrace hosts, over v3 (B2B API, Invoice page). Of the answer nothing is
published: id and link are looked for in `data` and at the top, under every likely name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

from integrations.canonical.errors import NeverWorks
from integrations.paytrace import endpoints_v3 as at
from integrations.paytrace.answers import check_invoice_id, is_refused
from integrations.paytrace.hosted_invoices import Action, MadeInvoice, NewInvoice
from integrations.paytrace.refusals import refusal
from integrations.paytrace.v3.speaker import Json, Speaker, data_of

_PAYS = frozenset({Action.SALE, Action.AUTHORIZATION, Action.SALE_AND_CUSTOMER})
_IDS = ("invoice_id", "id", "uuid", "order_id")
_LINKS = ("hyperlink", "invoice_link", "payment_link", "invoice_url", "payment_url", "link", "url")
LONGEST_LINK = 2083
"""Characters, of every address (Invoice page)."""


class V3HostedInvoices:
    """See HostedInvoices for what each call promises."""

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker

    def make(self, invoice: NewInvoice) -> MadeInvoice:
        check_invoice_id(invoice.invoice_number)
        if invoice.amount is None and invoice.action in _PAYS:
            raise NeverWorks(
                "A page on which somebody pays needs an amount.",
                code="paytrace.invalid_field",
                field="amount",
            )
        body = self._speaker.move(at.INVOICE, **self._fields(invoice))
        data = data_of(body)
        if is_refused(body) or is_refused(data):
            raise refusal(data if is_refused(data) else body)
        return self._made(body, data)

    def _fields(self, invoice: NewInvoice) -> Json:
        return {
            "transaction_type": invoice.action.value,
            "invoice_number": invoice.invoice_number,
            "is_invoice_number_editable": invoice.is_invoice_number_editable,
            "invoice_amount": self._speaker.amount(invoice.amount),
            "is_amount_editable": invoice.is_amount_editable,
            "expire_at": _moment(invoice.expires_at) if invoice.expires_at else None,
            "return_method": "HYPERLINK",
            "silent_post": invoice.silent_post.reveal() if invoice.silent_post else None,
            "terms_conditions_link": invoice.terms_link,
            "payment_approved_link": invoice.approved_link,
            "payment_declined_link": invoice.declined_link,
            "email": invoice.email,
            "email_required": invoice.is_email_required,
            "billing_address_required": invoice.is_billing_address_required,
            "csc_required": invoice.is_csc_required,
            "returning_customer_login": invoice.may_log_in,
            "customer_label": invoice.customer_label,
            "customer_id": int(invoice.customer_id) if invoice.customer_id.isdigit() else None,
        }

    def _made(self, body: Json, data: Json) -> MadeInvoice:
        links = (text for text in _texts(_LINKS, data, body) if self._is_address(text))
        return MadeInvoice(invoice_id=next(_texts(_IDS, data, body), "")[:64], link=next(links, ""))

    def _is_address(self, text: str) -> bool:
        """One that may be shown and mailed: encrypted, but for a simulator's own."""
        if len(text) > LONGEST_LINK or not (text.isascii() and text.isprintable()) or " " in text:
            return False
        try:
            parts, base = urlsplit(text), urlsplit(self._speaker.settings.base_url)
        except ValueError:
            return False
        is_own = (parts.scheme, parts.netloc) == (base.scheme, base.netloc)
        return (
            bool(parts.hostname) and "@" not in parts.netloc and (parts.scheme == "https" or is_own)
        )


def _texts(names: tuple[str, ...], *places: Json) -> Iterator[str]:
    """What stands under these names, in this order; numbers as text."""
    for name in names:
        for place in places:
            value = place.get(name)
            if isinstance(value, (str, int)) and not isinstance(value, bool) and str(value).strip():
                yield str(value).strip()


def _moment(moment: datetime) -> str:
    """`2020-01-10T00:00:00.000Z`, as v3's deposits take one; of this field no form is published
    (inferred)."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z"

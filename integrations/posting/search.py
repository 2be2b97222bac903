"""What a person types to find a payment: invoice, customer, amount, last four, codes, receipt."""

from __future__ import annotations

import re
from decimal import Decimal

from django.db.models import Q

_AMOUNT = re.compile(r"(\d{1,12}|\d{1,3}(,\d{3}){1,3})(\.\d{1,4})?", re.ASCII)


def matches(text: str) -> Q:
    """Effects one of whose searchable values fits the text."""
    found = (
        Q(invoice_reference__icontains=text)
        | Q(customer_name__icontains=text)
        | Q(customer_number__iexact=text)
        | Q(approval_code__iexact=text)
        | Q(transaction_id=text)
        | Q(marker__iexact=text)
        | Q(sage_reference__icontains=text)
    )
    if len(text) == 4 and text.isdigit():
        found |= Q(last_four=text)
    if _AMOUNT.fullmatch(text):
        found |= Q(amount=Decimal(text.replace(",", "")))
    return found

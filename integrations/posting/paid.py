"""Which invoices payments here name that the books did not know at a time. Inside the company."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime

from django.db.models import Q

from integrations.canonical.attempt_numbers import invoice_in
from integrations.canonical.effects import EffectKind
from integrations.matching.references import Ladder, normalise
from integrations.posting.models import Effect, EffectState

# Nothing of these will pay an invoice.
_NOT_PAYING = (
    EffectState.NOTED,
    EffectState.WITHDRAWN,
    EffectState.DISMISSED,
    EffectState.REVERSED,
)
# More payments that name the same few invoices are not told apart by a person either.
_MOST = 200


def paid_since(
    *, company_id: uuid.UUID, numbers: Collection[str], since: datetime
) -> dict[str, Effect]:
    """The newest payment of each of these invoices that was not in the company's books by then:
    posted later, on its way, or waiting for somebody."""
    named = Q()
    for number in numbers:
        named |= Q(invoice_reference__icontains=number)
    if not named:
        return {}
    later = Q(posted_at__gt=since) | Q(posted_at=None)
    rows = (
        Effect.objects.filter(named, later, company_id=company_id, kind=EffectKind.SALE)
        .exclude(state__in=_NOT_PAYING)
        .order_by("-occurred_at", "-id")[:_MOST]
    )
    ladder = Ladder()
    wanted = {normalise(number, ladder=ladder): number for number in numbers}
    found: dict[str, Effect] = {}
    for row in rows:
        named_number = wanted.get(normalise(invoice_in(row.invoice_reference), ladder=ladder))
        if named_number is not None:
            found.setdefault(named_number, row)
    return found

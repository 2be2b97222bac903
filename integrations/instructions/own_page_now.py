"""What only our rows know of PayTrace's own page of a payment link, before PayTrace is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.conf import settings

from integrations.connections import notices
from integrations.instructions.link_models import PaymentLink


@dataclass(frozen=True)
class PageNow:
    """When the page is to end, and where PayTrace posts what happened on it: a secret address of
    this link's own."""

    expires_at: datetime
    notice_address: str = field(repr=False)


def page_now(instruction_id: UUID) -> PageNow | None:
    """None where its link is not being made any more. Inside the open company's transaction."""
    rows = PaymentLink.objects.filter(instruction_id=instruction_id)
    row = rows.filter(state=PaymentLink.State.MAKING).first()
    if row is None:
        return None
    path = notices.address_of(row.id, connection_id=row.connection_id)
    return PageNow(row.expires_at, settings.PORTAL_URL.rstrip("/") + path.reveal())

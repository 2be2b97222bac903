"""Answer: what was handed over has been written, or not; the company's next drain asks."""

from __future__ import annotations

import uuid

from integrations.posting import outbox
from tenants import work
from tenants.models import WorkKind


def answer_came(*, tenant_id: uuid.UUID, company_id: uuid.UUID, effect_key: str) -> None:
    """Ring for one handed-over effect. Inside the transaction that stored its answer.

    The drain then puts the same question to the single writer again; nothing is believed
    here. Harmless when repeated, and for a key that is not known.
    """
    if outbox.note_answer(company_id=company_id, effect_key=effect_key):
        work.ring(WorkKind.DELIVER, tenant_id=tenant_id, subject_id=company_id)

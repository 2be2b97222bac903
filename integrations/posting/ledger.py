"""The append-only ledger: one balanced entry per posted effect."""

from __future__ import annotations

import uuid

from integrations.canonical.posting import PostingRequest
from integrations.posting.models import Effect, LedgerEntry, LedgerLine
from tenants.scope import current_tenant_id


def append(effect_id: uuid.UUID, *, request: PostingRequest, reference: str) -> LedgerEntry:
    """Write down what was posted, as debits and credits, with Sage's reference.

    A reversal points at the entry it takes back; the fee of a chargeback stands beside the
    amount, and in the last two lines. Raises IntegrityError when the effect has an entry
    already: the caller's conditional update makes that impossible.
    """
    effect = Effect.objects.only("company_id", "parent_id").get(id=effect_id)
    reversed_entry = _entry_of(effect.parent_id) if request.reverses else None
    entry = LedgerEntry.objects.create(
        effect_id=effect_id,
        company_id=effect.company_id,
        reverses=reversed_entry,
        accounting_date=request.accounting_date,
        amount=request.amount.amount,
        fee=request.fee,
        currency=request.amount.currency,
        sage_reference=reference[:200],
    )
    LedgerLine.objects.bulk_create(
        LedgerLine(
            tenant_id=current_tenant_id(),
            entry=entry,
            position=position,
            account=line.account,
            debit=line.debit,
            credit=line.credit,
            memo=line.memo[:120],
            reason=line.reason[:500],
        )
        for position, line in enumerate(request.journal, start=1)
    )
    return entry


def _entry_of(effect_id: uuid.UUID | None) -> LedgerEntry | None:
    if effect_id is None:
        return None
    return LedgerEntry.objects.filter(effect_id=effect_id).first()

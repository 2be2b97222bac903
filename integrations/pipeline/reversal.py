"""Reversal: what a posting means for the payment it takes back, and for those that wait on it."""

from __future__ import annotations

import uuid
from decimal import Decimal

from django.db.models import Sum

from integrations.exceptions import operations as cases
from integrations.exceptions.models import ExceptionCase
from integrations.posting import outbox
from integrations.posting.models import Effect, EffectState
from tenants import work
from tenants.models import WorkKind

_STANDS = (EffectState.POSTED, EffectState.ADOPTED)


def link(effect_id: uuid.UUID, *, parent_id: uuid.UUID) -> None:
    """Remember which payment a refund or void belongs to, once."""
    Effect.objects.filter(id=effect_id, parent_id=None).update(parent_id=parent_id)


def wait_on(effect_id: uuid.UUID, *, parent_id: uuid.UUID | None) -> None:
    """Which transaction of its batch a settlement waits for now; None for none any more."""
    Effect.objects.filter(id=effect_id, state=EffectState.NEW).update(parent_id=parent_id)


def after_posting(effect_id: uuid.UUID) -> None:
    """A posted reversal that takes back the last of its parent ends the parent as reversed."""
    effect = Effect.objects.select_related("parent").get(id=effect_id)
    if effect.parent is None or effect.kind in outbox.ONLY_WAIT:
        return
    # Left out is what only waits for it, and what was itself taken back whole since, such as a
    # chargeback that was won.
    posted = Effect.objects.filter(parent_id=effect.parent_id, state__in=_STANDS)
    posted = posted.exclude(kind__in=outbox.ONLY_WAIT)
    total = posted.aggregate(total=Sum("amount"))["total"] or Decimal(0)
    if total >= effect.parent.amount:
        outbox.reverse(effect.parent.id)
        cases.resolve(effect.parent.id, resolution=ExceptionCase.Resolution.BY_ITSELF)


def wake_children(effect_id: uuid.UUID) -> None:
    """What waited for this payment may go on now."""
    waiting = Effect.objects.filter(parent_id=effect_id, state=EffectState.WAITING_PARENT)
    woken = [child for child in waiting if outbox.begin_walk(child.id)]
    for child in woken[:1]:
        work.ring(WorkKind.DELIVER, tenant_id=child.tenant_id, subject_id=child.company_id)

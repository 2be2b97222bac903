"""Writes: open a case, resolve it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.db.models.functions import Now

from integrations.exceptions.models import ExceptionCase
from integrations.posting.models import Effect
from tenants.insert import insert_once


def open_case(
    effect_id: uuid.UUID,
    *,
    code: str,
    sentence: str,
    field: str = "",
    remedy: str = "",
    evidence: Mapping[str, Any] | None = None,
) -> bool:
    """Ask a person about a parked effect; False when a case is open already."""
    effect = Effect.objects.only("amount", "currency").get(id=effect_id)
    return insert_once(
        ExceptionCase(
            effect_id=effect_id,
            code=code[:60],
            sentence=sentence[:600],
            field=field[:60],
            remedy=remedy[:300],
            evidence=dict(evidence or {}),
            amount=effect.amount,
            currency=effect.currency,
        )
    )


def resolve(
    effect_id: uuid.UUID,
    *,
    resolution: ExceptionCase.Resolution,
    actor: str = "",
    reason: str = "",
) -> bool:
    """Close the open case of an effect; False when there is none."""
    closed = ExceptionCase.objects.filter(
        effect_id=effect_id, state=ExceptionCase.State.OPEN
    ).update(
        state=ExceptionCase.State.RESOLVED,
        resolved_at=Now(),
        resolution=resolution,
        resolved_by=actor[:254],
        reason=reason[:500],
    )
    return closed == 1

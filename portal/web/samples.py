"""The recent payments a preview can be shown on."""

from __future__ import annotations

import uuid

from django.http import QueryDict

from integrations.posting import queries as posting
from integrations.posting.models import Effect
from integrations.posting.queries import Wanted
from tenants.models import Environment

_HOW_MANY = 25


def recent_sales(environment: Environment) -> list[Effect]:
    """The newest payments, no refunds or declines."""
    wanted = Wanted(zone=environment.zone, kind="sale")
    return list(posting.effects(environment_id=environment.id, wanted=wanted)[:_HOW_MANY])


def chosen(data: QueryDict, samples: list[Effect]) -> Effect | None:
    """The payment a person picked from the list; the newest when none was."""
    wanted = data.get("effect", "")
    by_id = {str(effect.id): effect for effect in samples}
    return by_id.get(wanted) or (samples[0] if samples else None)


def sample_id(effect: Effect | None) -> uuid.UUID | None:
    return effect.id if effect else None

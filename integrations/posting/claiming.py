"""Claiming: which effects this worker may ask about now, and when the next become due.

A fence rises with every claim. It keeps a late worker from changing *our* rows; it does not
protect Sage, and nothing here pretends it does.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

LEASE_SECONDS = 60
# How often an open question, or a payment waiting for its period, is looked at by itself.
LOOK_AGAIN = timedelta(minutes=10)
# How often we look after what was handed over, in case its bell was lost or never rings.
LOOK_AFTER_HAND_OVER = timedelta(minutes=5)


@dataclass(frozen=True)
class Claimed:
    """An effect this worker may ask about, while its fence holds."""

    effect_id: uuid.UUID
    fence: int


# An answer that comes while the worker is still asking is kept: the mark is cleared here,
# before asking, and never afterwards.
_CLAIM = """
WITH picked AS (
    SELECT id FROM posting_effect
    WHERE company_id = %(company)s AND (
        state = 'ready'
        OR (state IN ('waiting_erp', 'waiting_credential', 'unknown')
            AND state_since < %(since)s
            AND payload IS NOT NULL)
        OR (state = 'handed_over' AND (answered_at IS NOT NULL
            OR state_since < clock_timestamp() - make_interval(secs => %(look)s)))
        OR (state IN ('claimed', 'intent') AND lease_until < clock_timestamp())
    )
    ORDER BY occurred_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
UPDATE posting_effect AS e SET
    state = 'claimed', state_since = clock_timestamp(), fence = e.fence + 1,
    answered_at = NULL,
    lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
FROM picked WHERE e.id = picked.id
RETURNING e.id, e.fence, e.occurred_at
"""


def claim(*, company_id: uuid.UUID, since: datetime, limit: int) -> list[Claimed]:
    """Claim what is due, oldest first; `since` is when this drain began (database time).

    Effects that already waited on Sage in this drain are not taken again until the next. What
    was handed over is due once its answer came, and every few minutes in case that was missed.
    """
    values: dict[str, Any] = {
        "company": company_id,
        "since": since,
        "limit": limit,
        "lease": LEASE_SECONDS,
        "look": LOOK_AFTER_HAND_OVER.total_seconds(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, values)
        rows = sorted(cursor.fetchall(), key=lambda row: (row[2], row[0]))
    return [Claimed(effect_id=row[0], fence=row[1]) for row in rows]


_NEXT_DUE = """
SELECT min(CASE state
    WHEN 'ready' THEN clock_timestamp()
    WHEN 'unknown' THEN state_since + make_interval(secs => %(look)s)
    WHEN 'waiting_period' THEN state_since + make_interval(secs => %(look)s)
    WHEN 'handed_over' THEN
        coalesce(answered_at, state_since + make_interval(secs => %(look_after)s))
    ELSE lease_until END) - clock_timestamp()
FROM posting_effect
WHERE company_id = %(company)s
  AND state IN ('ready', 'claimed', 'intent', 'unknown', 'waiting_period', 'handed_over')
"""


def next_due(*, company_id: uuid.UUID) -> timedelta | None:
    """How long until time alone makes something due that a whole drain left; None for never.

    Such as an effect another worker holds: it may be dead or frozen, and then rings no bell.
    Zero or less when it is due already and its row was locked.
    """
    values: dict[str, Any] = {
        "company": company_id,
        "look": LOOK_AGAIN.total_seconds(),
        "look_after": LOOK_AFTER_HAND_OVER.total_seconds(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_DUE, values)
        row = cursor.fetchone()
    wait: timedelta | None = row[0] if row else None
    return wait

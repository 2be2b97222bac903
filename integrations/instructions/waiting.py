"""When an account's drain has something to do again."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import connection

from integrations.instructions.outcomes import NEVER_ARRIVED

_NEXT_DUE = """
SELECT min(CASE
    WHEN state = 'ready' THEN coalesce(due_at, clock_timestamp())
    WHEN state IN ('unknown', 'refused') THEN greatest(due_at, lease_until, clock_timestamp())
    ELSE coalesce(lease_until, clock_timestamp()) END) - clock_timestamp()
FROM instructions_instruction
WHERE connection_id = %s AND (state IN ('ready', 'claimed', 'sent', 'unknown')
    OR state = 'refused' AND code = %s AND due_at IS NOT NULL)
"""


def next_due(*, connection_id: uuid.UUID) -> timedelta | None:
    """How long until something is to be sent or looked for; None for never. Zero or less when
    it is due now. Inside the open company's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_DUE, [connection_id, NEVER_ARRIVED])
        row = cursor.fetchone()
    wait: timedelta | None = row[0] if row else None
    return wait

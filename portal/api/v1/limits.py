"""How many requests a key may make in a minute, exact over all web hosts."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import connection

_COUNT = """
    INSERT INTO tenants_apiuse AS u (api_key_id, minute, count)
    VALUES (%s, date_trunc('minute', clock_timestamp()), 1)
    ON CONFLICT (api_key_id) DO UPDATE SET
        minute = excluded.minute,
        count = CASE WHEN u.minute = excluded.minute THEN u.count + 1 ELSE 1 END
    RETURNING count,
        ceil(60 - extract(epoch FROM clock_timestamp() - date_trunc('minute', clock_timestamp())))
"""


def count_request(key_id: uuid.UUID) -> int:
    """Count one request of this key; 0, or how many seconds to wait when it is one too many.

    Call outside the request's own transaction: refused requests count as well.
    """
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [key_id])
        row = cursor.fetchone()
    count, seconds = row or (0, 0)
    return max(1, int(seconds)) if count > settings.API_REQUESTS_PER_MINUTE else 0

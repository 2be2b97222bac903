"""The lost-notice meter: of each day, what the gateway has, what notices told, what sync found."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection as database
from django.db.models.functions import Now

from integrations.events.models import DayCount
from tenants.insert import insert_once


@dataclass(frozen=True)
class Meter:
    """One day of one connection, in the gateway's zone."""

    day: date
    told: int
    """Transactions the gateway had when we last looked."""
    by_notice: int
    by_sync: int
    """Known here, and no notice ever named them."""
    oldest_unseen_at: datetime | None
    read_at: datetime

    @property
    def unseen(self) -> int:
        """What the gateway had and we do not know yet. What came since it was read says nothing
        of what was missing then."""
        missing = max(0, self.told - self.by_notice - self.by_sync)
        return missing or int(self.oldest_unseen_at is not None)

    @property
    def since(self) -> int:
        """What is known beyond what the gateway had when we last looked."""
        return max(0, self.by_notice + self.by_sync - self.told)


def count_day(
    *, connection_id: uuid.UUID, day: date, told: int, oldest_unseen_at: datetime | None
) -> None:
    """The gateway's list of one day was read to its end, and what can be read is taken in."""
    row = DayCount(
        connection_id=connection_id, day=day, told=told, oldest_unseen_at=oldest_unseen_at
    )
    if not insert_once(row):
        DayCount.objects.filter(connection_id=connection_id, day=day).update(
            told=told, oldest_unseen_at=oldest_unseen_at, read_at=Now()
        )


def meters(*, connection_id: uuid.UUID, zone: str, first_day: date) -> list[Meter]:
    """The days from `first_day` that were looked at, newest first."""
    known = _known(connection_id, zone=zone, first_day=first_day)
    rows = DayCount.objects.filter(connection_id=connection_id, day__gte=first_day)
    return [
        Meter(
            day=row.day,
            told=row.told,
            by_notice=known.get(row.day, (0, 0))[0],
            by_sync=known.get(row.day, (0, 0))[1],
            oldest_unseen_at=row.oldest_unseen_at,
            read_at=row.read_at,
        )
        for row in rows.order_by("-day")
    ]


# A notice that came after sync had found its payment is not lost: it stands in the inbox.
_KNOWN = """
SELECT (f.created_at AT TIME ZONE %(zone)s)::date AS day,
    count(DISTINCT f.transaction_id) FILTER (WHERE f.seen_by = 'notice' OR EXISTS (
        SELECT 1 FROM events_inboundnotice n
        WHERE n.transaction_id = f.transaction_id AND n.connection_id = f.connection_id)),
    count(DISTINCT f.transaction_id)
FROM events_gatewayfact f
WHERE f.connection_id = %(connection)s AND f.type <> 'chargeback'
  AND f.details ->> 'method' = 'card'
  AND f.created_at >= %(first)s::timestamp AT TIME ZONE %(zone)s
GROUP BY 1
"""


def _known(connection_id: uuid.UUID, *, zone: str, first_day: date) -> dict[date, tuple[int, int]]:
    with database.cursor() as cursor:
        cursor.execute(_KNOWN, {"connection": connection_id, "zone": zone, "first": first_day})
        return {day: (told, known - told) for day, told, known in cursor.fetchall()}

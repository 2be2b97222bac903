"""The rhythm of an account: what usually comes in at each hour of its week, and silence in it.

Worked out once a day from the last eight weeks, so that asking whether it is too quiet is cheap.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection as database
from django.db.models import Max

from integrations.events.models import GatewayFact, InboundNotice, Rhythm
from tenants.insert import insert_once

WEEKS = 8
HOURS = 7 * 24
_FRESH = timedelta(hours=24)
_HOUR = timedelta(hours=1)
_LONGEST = timedelta(days=30)

# Each payment and each notice once, by hour of the week in the account's zone.
_COUNTS = {
    Rhythm.Stream.PAYMENTS: """
        SELECT (extract(isodow FROM at)::int - 1) * 24 + extract(hour FROM at)::int, count(*)
        FROM (SELECT min(created_at) AT TIME ZONE %(zone)s AS at FROM events_gatewayfact
              WHERE connection_id = %(connection)s AND created_at >= %(since)s
                AND created_at < %(until)s AND type IN ('sale', 'authorization')
              GROUP BY transaction_id) AS told
        GROUP BY 1""",
    Rhythm.Stream.NOTICES: """
        SELECT (extract(isodow FROM at)::int - 1) * 24 + extract(hour FROM at)::int, count(*)
        FROM (SELECT received_at AT TIME ZONE %(zone)s AS at FROM events_inboundnotice
              WHERE connection_id = %(connection)s AND received_at >= %(since)s
                AND received_at < %(until)s) AS told
        GROUP BY 1""",
}


def work_out(*, connection_id: uuid.UUID, zone: str, now: datetime) -> None:
    """Bring both rhythms up to date, at most once a day."""
    fresh = Rhythm.objects.filter(connection_id=connection_id, worked_out_at__gt=now - _FRESH)
    if fresh.exists():
        return
    for stream in Rhythm.Stream:
        hours = _averages(connection_id, stream, zone=zone, now=now)
        row = Rhythm(connection_id=connection_id, stream=stream, hours=hours, worked_out_at=now)
        if not insert_once(row):
            Rhythm.objects.filter(connection_id=connection_id, stream=stream).update(
                hours=hours, worked_out_at=now
            )


def last_at(*, connection_id: uuid.UUID, stream: str) -> datetime | None:
    """When the newest payment was taken, or the newest notice came in."""
    if stream == Rhythm.Stream.NOTICES:
        notices = InboundNotice.objects.filter(connection_id=connection_id)
        found: datetime | None = notices.aggregate(newest=Max("received_at"))["newest"]
        return found
    payments = GatewayFact.objects.filter(connection_id=connection_id).exclude(type="chargeback")
    newest: datetime | None = payments.aggregate(newest=Max("created_at"))["newest"]
    return newest


def expected(hours: Sequence[float], *, since: datetime, until: datetime, zone: str) -> float:
    """How many usually come between two moments. Pure; 0 for a rhythm nobody knows."""
    if len(hours) != HOURS:
        return 0.0
    # A silence of more than a month is told as one of a month.
    total, at = 0.0, max(since, until - _LONGEST)
    while at < until:
        step = min(_next_hour(at), until)
        total += hours[_hour_of_week(at, zone)] * ((step - at) / _HOUR)
        at = step
    return total


def _averages(connection_id: uuid.UUID, stream: str, *, zone: str, now: datetime) -> list[float]:
    with database.cursor() as cursor:
        cursor.execute(
            _COUNTS[Rhythm.Stream(stream)],
            {
                "connection": connection_id,
                "zone": zone,
                "since": now - timedelta(weeks=WEEKS),
                "until": now,
            },
        )
        counts = dict(cursor.fetchall())
    return [round(counts.get(hour, 0) / WEEKS, 3) for hour in range(HOURS)]


def _next_hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0) + _HOUR


def _hour_of_week(at: datetime, zone: str) -> int:
    local = at.astimezone(ZoneInfo(zone))
    return local.weekday() * 24 + local.hour

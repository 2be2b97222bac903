"""Due work: which drain of which company should run, and who runs it now.

Rows of ids outside row-level security, because they are read before a tenant is known. A
drain is a doorbell answered: losing the whole task queue loses nothing, since these rows
still say what is due and the sweeper rings again. The lease orders and spreads work; no
promise about money rests on it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django_q.tasks import async_task

from tenants.models import WorkKind

TASK = "integrations.tasks.drain"
NOW = timedelta(0)
# A bell not answered within this time is rung again by the sweeper.
RING_AGAIN_SECONDS = 15


@dataclass(frozen=True)
class Due:
    """A drain that should run now."""

    kind: str
    tenant_id: uuid.UUID
    subject_id: uuid.UUID


def ring(
    kind: WorkKind, *, tenant_id: uuid.UUID, subject_id: uuid.UUID, after: timedelta = NOW
) -> None:
    """Make this drain due after `after`, and wake a worker on commit if that is now.

    An earlier due time stays. Rings close together enqueue once.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO tenants_duework AS d
                (kind, tenant_id, subject_id, due_at, every_seconds, fence, rung_at)
            VALUES (%(kind)s, %(tenant)s, %(subject)s,
                    statement_timestamp() + make_interval(secs => %(after)s), 0, 0,
                    CASE WHEN %(after)s <= 0 THEN statement_timestamp() END)
            ON CONFLICT (kind, subject_id) DO UPDATE SET
                due_at = least(coalesce(d.due_at, excluded.due_at), excluded.due_at),
                rung_at = CASE
                    WHEN %(after)s <= 0
                     AND (d.rung_at IS NULL
                          OR d.rung_at < statement_timestamp() - make_interval(secs => %(again)s))
                    THEN statement_timestamp() ELSE d.rung_at END
            RETURNING coalesce(rung_at = statement_timestamp(), false)
            """,
            {
                "kind": kind,
                "tenant": tenant_id,
                "subject": subject_id,
                "after": after.total_seconds(),
                "again": RING_AGAIN_SECONDS,
            },
        )
        row = cursor.fetchone()
    if row is not None and row[0]:
        due = Due(str(kind), tenant_id, subject_id)
        transaction.on_commit(lambda: enqueue(due))


def wake(kind: WorkKind, *, tenant_id: uuid.UUID, subject_id: uuid.UUID) -> None:
    """Make sure that this drain runs after now, and ring if nobody did. Outside transactions.

    What the drain shall see must be committed before. Cheaper than `ring` where many call it:
    while the drain is due already, by somebody's ring or at the end of a wait, this only looks.
    """
    values: dict[str, Any] = {"kind": kind, "subject": subject_id}
    with connection.cursor() as cursor:
        cursor.execute(_LOOK, values)
        found = cursor.fetchone()
        if found == (True,):
            cursor.execute(_WAKE, values)
            if cursor.fetchone() == (True,):
                enqueue(Due(str(kind), tenant_id, subject_id))
    if found is None:
        ring(kind, tenant_id=tenant_id, subject_id=subject_id)


_LOOK = (
    "SELECT due_at IS NULL FROM tenants_duework WHERE kind = %(kind)s AND subject_id = %(subject)s"
)
# Whoever holds the drain finds it due when it gives it back, and rings itself.
_WAKE = """
    UPDATE tenants_duework SET due_at = statement_timestamp(), rung_at = statement_timestamp()
    WHERE kind = %(kind)s AND subject_id = %(subject)s AND due_at IS NULL
    RETURNING lease_until IS NULL OR lease_until < statement_timestamp()
"""


def ring_all(bells: Iterable[tuple[WorkKind, uuid.UUID]], *, tenant_id: uuid.UUID) -> None:
    """Ring several drains in one transaction, always in the same order.

    Each ring locks its row until commit. Two transactions that ring the same drains in
    different orders would wait for each other.
    """
    for kind, subject_id in sorted(bells, key=lambda bell: (str(bell[0]), bell[1])):
        ring(kind, tenant_id=tenant_id, subject_id=subject_id)


def enqueue(due: Due) -> None:
    """Ring the bell: hand the ids to the task queue. Call after commit only."""
    async_task(
        TASK,
        kind=due.kind,
        tenant_id=str(due.tenant_id),
        subject_id=str(due.subject_id),
        group=due.kind,
    )


def take(kind: str, *, subject_id: uuid.UUID, seconds: int) -> int | None:
    """Take the drain for `seconds` of database time; its fence, or None when it is held.

    A ring that comes while it is held stays in `due_at`, and `release` says so.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE tenants_duework SET
                fence = fence + 1,
                lease_until = clock_timestamp() + make_interval(secs => %s),
                rung_at = NULL,
                due_at = CASE WHEN every_seconds > 0
                    THEN clock_timestamp() + make_interval(secs => every_seconds) END
            WHERE kind = %s AND subject_id = %s
              AND (lease_until IS NULL OR lease_until < clock_timestamp())
            RETURNING fence
            """,
            [seconds, kind, subject_id],
        )
        row = cursor.fetchone()
    return None if row is None else int(row[0])


def extend(kind: str, *, subject_id: uuid.UUID, fence: int, seconds: int) -> bool:
    """Keep the drain for another `seconds`; False when somebody else has taken it over."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE tenants_duework SET lease_until = clock_timestamp() + make_interval(secs => %s)
            WHERE kind = %s AND subject_id = %s AND fence = %s
            """,
            [seconds, kind, subject_id, fence],
        )
        return bool(cursor.rowcount == 1)


def release(kind: str, *, subject_id: uuid.UUID, fence: int) -> bool:
    """Give the drain back; True when it has become due again meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE tenants_duework SET lease_until = NULL
            WHERE kind = %s AND subject_id = %s AND fence = %s
            RETURNING coalesce(due_at <= clock_timestamp(), false)
            """,
            [kind, subject_id, fence],
        )
        row = cursor.fetchone()
    return bool(row and row[0])


def is_another_waiting(*, subject_id: uuid.UUID) -> bool:
    """Whether a drain of somebody else is due and nobody has begun it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT EXISTS (
                SELECT 1 FROM tenants_duework
                WHERE due_at <= clock_timestamp() AND subject_id <> %s
                  AND (lease_until IS NULL OR lease_until < clock_timestamp())
            )
            """,
            [subject_id],
        )
        row = cursor.fetchone()
    return bool(row and row[0])


def find_unread() -> int:
    """Make every reader due that nobody rang although notices wait for it; how many there were.

    Intake looks at the reader's row before it commits. A reader that was due then, and came
    and went before the commit, saw nothing; whether it did is seen here.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE tenants_duework AS d SET due_at = clock_timestamp()
            WHERE kind = %s AND due_at IS NULL
              AND (lease_until IS NULL OR lease_until < clock_timestamp())
              AND EXISTS (SELECT 1 FROM tenants_duenotice WHERE connection_id = d.subject_id)
            """,
            [WorkKind.PROCESS],
        )
        return int(cursor.rowcount)


def ring_overdue(*, limit: int = 200) -> Sequence[Due]:
    """Ring every drain that is due, or whose holder died, and was not rung lately."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE tenants_duework SET rung_at = clock_timestamp()
            WHERE id IN (
                SELECT id FROM tenants_duework
                WHERE (due_at <= clock_timestamp() OR lease_until < clock_timestamp())
                  AND (lease_until IS NULL OR lease_until < clock_timestamp())
                  AND (rung_at IS NULL OR rung_at < clock_timestamp() - make_interval(secs => %s))
                ORDER BY due_at NULLS FIRST LIMIT %s FOR UPDATE SKIP LOCKED
            )
            RETURNING kind, tenant_id, subject_id
            """,
            [RING_AGAIN_SECONDS, limit],
        )
        rows = [Due(*row) for row in cursor.fetchall()]
    for due in rows:
        enqueue(due)
    return rows

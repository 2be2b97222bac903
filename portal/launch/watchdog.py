"""Notices a worker cluster that is alive but does nothing.

A worker of django-q2 that is killed while idle can take the lock of the task queue with it
(django-q2 issue 23): the cluster looks healthy, does no work and ignores SIGTERM. So the
workers' heartbeat is read, and only work that nobody began counts against them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import psycopg

from portal.launch.supervisor import Running, Supervisor

STALE = timedelta(seconds=60)
STARTING_SECONDS = 60.0
HEARTBEAT = "worker"

# Since when the oldest drain has been due without anybody holding it, and the last beat.
_QUERY = """
    SELECT clock_timestamp() - min(due_at),
           (SELECT clock_timestamp() - max(beat_at) FROM tenants_heartbeat
            WHERE starts_with(name, %s))
    FROM tenants_duework
    WHERE due_at <= clock_timestamp()
      AND (lease_until IS NULL OR lease_until < clock_timestamp())
"""


def silence(database_url: str) -> timedelta:
    """How long work has been waiting while no worker gave a sign of life; zero when none is
    waiting, or when the database cannot say (then it is not the workers who are at fault)."""
    options = "-c statement_timeout=2000"
    try:
        with psycopg.connect(database_url, connect_timeout=2, options=options) as connection:
            row = connection.execute(_QUERY, [HEARTBEAT]).fetchone()
    except psycopg.Error:
        return timedelta(0)
    waiting: timedelta | None = row[0] if row else None
    beat: timedelta | None = row[1] if row else None
    if waiting is None:
        return timedelta(0)
    return waiting if beat is None else min(waiting, beat)


@dataclass
class Watchdog:
    """Says `stuck` when work waited, and workers were silent, for over a minute, twice in a
    row: after a laptop's sleep everything is overdue for a moment."""

    ask: Callable[[], timedelta]
    _suspicions: int = field(default=0, init=False)

    def stuck(self, *, started_at: float, now: float | None = None) -> bool:
        """Whether workers started at `started_at` (monotonic seconds) must be restarted."""
        now = time.monotonic() if now is None else now
        is_settled = now - started_at >= STARTING_SECONDS
        suspicious = is_settled and self.ask() > STALE
        self._suspicions = self._suspicions + 1 if suspicious else 0
        return self._suspicions >= 2


def guard(supervisor: Supervisor, workers: Running, database_url: str) -> None:
    """From now on, restart these workers whenever they are stuck."""
    watchdog = Watchdog(ask=lambda: silence(database_url))

    def look() -> None:
        if watchdog.stuck(started_at=workers.started_at):
            supervisor.restart(workers.program.name, why="work is due and nobody does it")

    supervisor.checks.append(look)

"""Whether the portal lives, and whether it is ready to be sent people and notices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tenants import heartbeat

# The sweeper beats every few seconds. Workers beat when they work: of those the backlog tells.
SILENCE = timedelta(seconds=60)
# A drain waits seconds when workers keep up; minutes mean that they do not.
BACKLOG = timedelta(minutes=5)


@dataclass(frozen=True)
class Check:
    """One thing readiness depends on, told in a sentence."""

    name: str
    ok: bool
    sentence: str


@never_cache
@require_safe
def live(_request: HttpRequest) -> JsonResponse:
    """The process answers. Looks at nothing else, so that a slow database restarts nobody."""
    return JsonResponse({"status": "live"})


@never_cache
@require_safe
def ready(_request: HttpRequest) -> JsonResponse:
    """200 when work flows; 503 and a sentence when it does not."""
    checks = look()
    faults = [check.sentence for check in checks if not check.ok]
    answer = {
        "status": "not ready" if faults else "ready",
        "sentence": " ".join(faults) or "Everything works.",
        "checks": [asdict(check) for check in checks],
    }
    return JsonResponse(answer, status=503 if faults else 200)


def look() -> list[Check]:
    """Every check in order; the first one that cannot be asked ends the list."""
    done: list[Check] = []
    questions: tuple[Callable[[], Check], ...] = (_migrations, _background, _backlog)
    for question in questions:
        try:
            done.append(question())
        except DatabaseError:
            return [*done, Check("database", ok=False, sentence="The database does not answer.")]
    return [Check("database", ok=True, sentence="The database answers."), *done]


class _Migrated:
    """Migrations are never unapplied under a running process, so a yes is remembered."""

    is_known = False


def _migrations() -> Check:
    if not _Migrated.is_known:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if missing:
            sentence = f"{len(missing)} database migrations have not been applied."
            return Check("migrations", ok=False, sentence=sentence)
        _Migrated.is_known = True
    return Check("migrations", ok=True, sentence="All database migrations are applied.")


def _background() -> Check:
    age = heartbeat.age("sweeper")
    if age is None:
        return Check("background", ok=False, sentence="The sweeper has not started yet.")
    sentence = f"The sweeper was last heard {_words(age)} ago."
    return Check("background", ok=age <= SILENCE, sentence=sentence)


def _backlog() -> Check:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT coalesce(clock_timestamp() - min(due_at), interval '0') FROM tenants_duework
            WHERE due_at <= clock_timestamp()
              AND (lease_until IS NULL OR lease_until < clock_timestamp())
            """
        )
        row = cursor.fetchone()
    age = row[0] if row else timedelta(0)
    if age <= BACKLOG:
        return Check("backlog", ok=True, sentence="No work has been waiting for long.")
    sentence = f"Work has been waiting for a worker for {_words(age)}."
    return Check("backlog", ok=False, sentence=sentence)


def _words(age: timedelta) -> str:
    seconds = max(0, int(age.total_seconds()))
    if seconds < 120:
        return f"{seconds} seconds"
    return f"{seconds // 60} minutes" if seconds < 7200 else f"{seconds // 3600} hours"

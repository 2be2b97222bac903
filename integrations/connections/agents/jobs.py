"""Job rows: made and signed by workers, taken with a lease by the agent, answered once.

A job is a message, not a promise: the same question may be put twice, because the single
writer beside the books checks and writes in one step. All inside the tenant transaction. Times
are of this process's clock, the one that signs a job's expiry; a lease only spreads work.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, Q

from integrations.canonical.errors import FixConfiguration
from integrations.connections.agents.pairing import JOB_KEY
from integrations.connections.agents.setup import digest_of_setup
from integrations.connections.models import Agent, AgentJob, Connection
from integrations.connections.secrets import open_secrets
from integrations.sagepro.agent import calls, wire
from tenants.ids import new_id

S = AgentJob.State
# Not begun by then: never begun, and asked anew.
LASTS = timedelta(minutes=10)
LEASE = timedelta(seconds=60)
AT_ONCE = 20
# An answer of a read is believed this long; a walk needs several, one after the other.
FRESH = timedelta(minutes=5)
# How long answers are kept at all, those of writes for staff who look after them.
_KEEP_READS = timedelta(minutes=10)
_KEEP_WRITES = timedelta(days=1)
# The digests that one look at all open items names are no documents.
_ABOUT_SOMETHING = calls.READS - {calls.OPEN_ITEMS}


@dataclass(frozen=True)
class Handed:
    """A job on its way to the agent."""

    body: str
    signature: str


@dataclass(frozen=True)
class Answered:
    """A job whose answer is new."""

    name: str
    subject: str
    answer: Mapping[str, Any]
    touches: frozenset[str] | None
    """Numbers of the documents and customers that it may have changed; None: who knows."""


def make(
    agent: Agent, *, name: str, subject: str, arguments: Mapping[str, Any], now: datetime
) -> AgentJob:
    """Sign and store one call. Raises FixConfiguration when the key does not open."""
    Agent.objects.filter(pk=agent.pk).update(last_sequence=F("last_sequence") + 1)
    agent.refresh_from_db(fields=["last_sequence"])
    connection = Connection.objects.get(pk=agent.connection_id)
    job = wire.Job(
        job_id=str(new_id()),
        sequence=agent.last_sequence,
        epoch=agent.epoch,
        company_number=str(connection.settings["company_number"]),
        name=name,
        setup=digest_of_setup(connection),
        created_at=now.isoformat(),
        expires_at=(now + LASTS).isoformat(),
        arguments=arguments,
    )
    body = wire.write(job)
    key = key_of(connection.id)
    return AgentJob.objects.create(
        id=UUID(job.job_id),
        agent=agent,
        connection=connection,
        sequence=job.sequence,
        name=name,
        subject=subject,
        about=sorted(_texts(arguments)) if name in _ABOUT_SOMETHING else [],
        body=body,
        signature=wire.sign(body, key=key),
        created_at=now,
        expires_at=now + LASTS,
    )


def key_of(connection_id: UUID) -> bytes:
    """The key of a pairing's messages; it opens nothing of the customer's.

    Raises FixConfiguration when it is missing.
    """
    found = open_secrets(connection_id=connection_id).get(JOB_KEY)
    if found is None:
        raise FixConfiguration(
            "The key that signs this agent's work is missing.",
            code="agent.key_missing",
            remedy="Pair the agent again with a new code.",
        )
    return bytes.fromhex(found.reveal())


def take(agent: Agent, *, most: int, now: datetime) -> list[Handed]:
    """Lease what is due, in sequence, 20 at most. What has expired is handed to nobody."""
    due = AgentJob.objects.filter(agent=agent, state__in=(S.WAITING, S.TAKEN), expires_at__gt=now)
    due = due.filter(Q(lease_until=None) | Q(lease_until__lt=now)).order_by("sequence")
    rows = list(due.select_for_update(skip_locked=True, of=("self",))[: min(max(most, 0), AT_ONCE)])
    AgentJob.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=S.TAKEN, lease_until=now + LEASE
    )
    return [Handed(row.body, row.signature) for row in rows]


def store_answers(
    agent: Agent, answers: Mapping[UUID, Mapping[str, Any]], *, now: datetime
) -> list[Answered]:
    """Keep answers by the ids of their jobs, whatever became of lease and expiry.

    Those that were new, in sequence; one that is known already or whose job is gone is let go.
    """
    asked = AgentJob.objects.filter(pk__in=answers, agent=agent, state__in=(S.WAITING, S.TAKEN))
    rows = list(asked.order_by("sequence").select_for_update(of=("self",)))
    for row in rows:
        row.state, row.answer, row.answered_at = S.ANSWERED, dict(answers[row.pk]), now
    AgentJob.objects.bulk_update(rows, ("state", "answer", "answered_at"))
    return [Answered(row.name, row.subject, answers[row.pk], _touches(row)) for row in rows]


def _touches(row: AgentJob) -> frozenset[str] | None:
    if row.name in calls.CHANGES:
        # It moves records whose numbers only its answer knows.
        return None
    if row.name in calls.WRITES:
        return frozenset(_texts(wire.load(row.body)["arguments"]))
    return frozenset()


def newest(connection_id: UUID, *, name: str, subject: str) -> AgentJob | None:
    """The latest job about this, whatever its state."""
    rows = AgentJob.objects.filter(connection_id=connection_id, name=name, subject=subject)
    return rows.order_by("-created_at", "-sequence").first()


def asks(job: AgentJob, arguments: Mapping[str, Any]) -> bool:
    """Whether the job puts exactly this question."""
    return bool(wire.load(job.body)["arguments"] == wire.load(wire.canonical(arguments)))


def is_under_way(job: AgentJob, *, now: datetime) -> bool:
    """Whether its answer may still come: not begun and not expired, or taken not long ago.

    One that was taken may have been begun just before it expired.
    """
    if job.state not in {S.WAITING, S.TAKEN}:
        return False
    return job.expires_at > now or (job.lease_until is not None and job.lease_until > now)


def use(job: AgentJob) -> bool:
    """Mark an answer as acted upon, once: asking again then makes another job."""
    return AgentJob.objects.filter(pk=job.pk, state=S.ANSWERED).update(state=S.USED) == 1


def sweep(connection_id: UUID, *, now: datetime) -> None:
    """Let go of answers and questions that nobody will look at again."""
    rows = AgentJob.objects.filter(connection_id=connection_id)
    rows.filter(name__in=calls.READS, created_at__lt=now - _KEEP_READS).delete()
    rows.exclude(name__in=calls.READS).filter(created_at__lt=now - _KEEP_WRITES).delete()


def forget_reads(connection_id: UUID) -> None:
    """Believe no answer any more: somebody wants to see what is there now."""
    AgentJob.objects.filter(connection_id=connection_id, name__in=calls.READS).delete()


def forget_touched(connection_id: UUID, answered: Sequence[Answered]) -> None:
    """What was read about documents and customers that writes may have changed is stale."""
    if any(one.touches is None for one in answered):
        forget_reads(connection_id)
        return
    touched = {text for one in answered for text in one.touches or ()}
    if not touched:
        return
    reads = AgentJob.objects.filter(connection_id=connection_id, name__in=calls.READS)
    stale = [row.pk for row in reads.only("about") if touched & set(row.about)]
    reads.filter(pk__in=stale).delete()


def _texts(value: Any) -> set[str]:
    """Every short text in a call's arguments: numbers of documents and customers among them."""
    if isinstance(value, str):
        text = value.strip()
        return {text} if 0 < len(text) <= 30 else set()
    parts: Sequence[Any] = ()
    if isinstance(value, Mapping):
        parts = list(value.values())
    elif isinstance(value, list | tuple):
        parts = value
    return {text for part in parts for text in _texts(part)}

"""The scene of a sweep: one world, a fresh effect per point, time that can pass."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

import psycopg

from integrations import tasks
from integrations.canonical.posting import PostingRequest, marker_for
from integrations.posting import invariants
from integrations.posting.models import Effect, EffectState, LedgerEntry, PostingAttempt
from tenants import work
from tenants.ids import new_id
from tenants.models import WorkKind
from tenants.scope import tenant_transaction
from tests.faults.jobs import JOBS
from tests.faults.workers import APPLICATION, Job
from tests.walks.world import World

# How long others meet the locks of a stopped worker before it loses them, and at most.
_OTHERS_WAIT_SECONDS = 0.03
_NEVER_LONGER_SECONDS = 0.5

_TOTALS = """
SELECT (SELECT count(*) FROM arcash), (SELECT sum(paidamt) FROM arcash),
       (SELECT count(*) FROM armast), (SELECT sum(balance) FROM armast),
       (SELECT sum(balance) FROM arcust),
       (SELECT count(*) FROM ardist), (SELECT coalesce(sum(amount), 0) FROM ardist),
       (SELECT count(*) FROM ptpost)
"""


class Totals(NamedTuple):
    """The books of the whole company in eight numbers."""

    receipts: int
    paid: Decimal
    documents: int
    open: Decimal
    owed: Decimal
    lines: int
    balance: Decimal
    """Of all GL lines: zero, always."""
    records: int

    def since(self, before: Totals) -> Totals:
        return Totals(
            self.receipts - before.receipts,
            self.paid - before.paid,
            self.documents - before.documents,
            self.open - before.open,
            self.owed - before.owed,
            self.lines - before.lines,
            self.balance - before.balance,
            self.records - before.records,
        )


@dataclass
class Scene:
    """A world, and somebody above it who lets time pass and looks through walls."""

    world: World
    _above: psycopg.Connection
    """The portal's database as superuser."""
    _sage: psycopg.Connection
    """The company's database."""

    @property
    def databases(self) -> list[str]:
        """The portal's and the company's: other sweeps run beside this one."""
        return [self._above.info.dbname, self._sage.info.dbname]

    def totals(self) -> Totals:
        row = self._sage.execute(_TOTALS).fetchone()
        assert row is not None
        return Totals(*row)

    def ready_effect(self, template: UUID) -> UUID:
        """A new effect like the template, walked already and due for delivery.

        One that takes a payment back gets a payment of its own, posted already.
        """
        with tenant_transaction(self.world.tenant.id):
            effect = Effect.objects.get(id=template)
        parents = []
        if effect.parent_id is not None:
            parents.append(self.ready_effect(effect.parent_id))
            self._answer_what_is_due()
        with tenant_transaction(self.world.tenant.id):
            made = _copied(effect, parent=Effect.objects.filter(id__in=parents).first())
            made.save(force_insert=True)
            work.ring(
                WorkKind.DELIVER, tenant_id=self.world.tenant.id, subject_id=self.world.company_id
            )
        return made.id

    def look_for_flagged_rows(self) -> None:
        """The next look at Sage's flagged rows is due."""
        self._run("UPDATE tenants_duework SET due_at = now() WHERE kind = 'flagged'")

    def time_passes(self) -> None:
        """Everything a struck worker held ends by itself, the least convenient way round.

        First the leases of drains end; then those of effects, and others meet what it still
        has locked; last it is thrown out of its transactions. Each time the sweeper rings and
        somebody answers, until it is quiet.
        """
        with self._thrown_out_after(_NEVER_LONGER_SECONDS):
            self._answer_what_is_due()
        with self._thrown_out_after(_OTHERS_WAIT_SECONDS):
            self._leases_end()
            self._answer_what_is_due()
        self.is_gone()
        self._answer_what_is_due()

    def is_gone(self) -> None:
        """Nothing of a struck worker holds anybody up any more."""
        self._throw_out()
        self._leases_end()

    def _leases_end(self) -> None:
        self._run(
            "UPDATE posting_effect SET lease_until = now() - interval '1 s' WHERE id IN "
            "(SELECT id FROM posting_effect WHERE lease_until > now() FOR UPDATE SKIP LOCKED)",
            "UPDATE instructions_instruction SET lease_until = now() - interval '1 s', "
            "due_at = NULL WHERE id IN (SELECT id FROM instructions_instruction "
            "WHERE state IN ('ready', 'claimed', 'sent', 'unknown') FOR UPDATE SKIP LOCKED)",
        )

    def a_day_passes(self) -> None:
        """What PayTrace was told is so long ago that finding nothing is an answer."""
        self._run(
            "UPDATE instructions_instructionattempt SET started_at = started_at - interval '25 h' "
            "WHERE ended_at IS NULL",
            "UPDATE instructions_instruction SET due_at = NULL, lease_until = NULL "
            "WHERE state = 'unknown'",
            "UPDATE tenants_duework SET due_at = now() WHERE kind = 'instruct'",
        )

    @contextmanager
    def _thrown_out_after(self, seconds: float) -> Iterator[None]:
        """Sessions that idle in a transaction end while somebody may be waiting for them."""
        timer = threading.Timer(seconds, self._throw_out)
        timer.start()
        yield
        timer.cancel()
        timer.join()

    def _throw_out(self) -> None:
        """What `idle_in_transaction_session_timeout` does, now."""
        self._above.execute(
            "SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity "
            "WHERE application_name = %s AND datname = ANY (%s) "
            "AND state LIKE 'idle in transaction%%'",
            [APPLICATION, self.databases],
        )

    def do(self, job: Job) -> None:
        """Do a job here, as another worker."""
        JOBS[job.name](**job.arguments)

    def _answer_what_is_due(self) -> None:
        self._run(
            "UPDATE tenants_duework SET rung_at = NULL, "
            "due_at = CASE WHEN due_at > now() THEN now() ELSE due_at END, "
            "lease_until = CASE WHEN lease_until > now() THEN now() - interval '1 s' "
            "ELSE lease_until END WHERE id IN "
            "(SELECT id FROM tenants_duework FOR UPDATE SKIP LOCKED)",
            "UPDATE connections_connection SET try_again_at = NULL WHERE id IN "
            "(SELECT id FROM connections_connection WHERE try_again_at IS NOT NULL "
            "FOR UPDATE SKIP LOCKED)",
        )
        for _ in range(20):
            due = work.ring_overdue()
            for one in due:
                tasks.drain(
                    kind=one.kind, tenant_id=str(one.tenant_id), subject_id=str(one.subject_id)
                )
            if not due:
                return
        raise AssertionError("The drains never came to rest")

    def _run(self, *statements: str) -> None:
        for statement in statements:
            self._above.execute(statement.encode())

    def restore_ours(self, effect_id: UUID) -> None:
        """The portal's database as it was before the effect was ever claimed."""
        self._run(
            "DELETE FROM posting_ledgerline WHERE entry_id IN "
            f"(SELECT id FROM posting_ledgerentry WHERE effect_id = '{effect_id}')",
            f"DELETE FROM posting_ledgerentry WHERE effect_id = '{effect_id}'",
            f"DELETE FROM posting_postingattempt WHERE effect_id = '{effect_id}'",
            "UPDATE posting_effect SET state = 'ready', attempts = 0, posted_at = NULL, "
            f"sage_reference = '' WHERE id = '{effect_id}'",
            f"UPDATE tenants_duework SET due_at = now() "
            f"WHERE kind = 'deliver' AND subject_id = '{self.world.company_id}'",
        )

    def restore_our_record_in_sage(self) -> None:
        """Our side table in Sage as it was before anything was written; the books stay."""
        self._sage.execute("DELETE FROM ptpost")

    def wait_for(self, effect_id: UUID) -> None:
        """Until nobody has this effect locked."""
        self._run(f"SELECT FROM posting_effect WHERE id = '{effect_id}' FOR UPDATE")

    def forget_bells(self) -> None:
        """The task queue's rows are of no interest and only grow."""
        self._run("DELETE FROM django_q_ormq")

    def problems(self, effect_id: UUID) -> list[str]:
        """What is not right on our side once everything is over; empty when all is."""
        with tenant_transaction(self.world.tenant.id):
            effect = Effect.objects.get(id=effect_id)
            entries = LedgerEntry.objects.filter(effect_id=effect_id).count()
            open_questions = PostingAttempt.objects.filter(effect_id=effect_id, ended_at=None)
            found = [broken.sentence for broken in invariants.breaks()]
            if effect.state != EffectState.POSTED:
                found.append(f"our effect is {effect.state} ({effect.reason_code})")
            if entries != 1:
                found.append(f"{entries} ledger entries")
            if open_questions.exists():
                found.append("a question to Sage is still open")
        return found


@contextmanager
def scene_of(world: World, *, superuser_url: str) -> Iterator[Scene]:
    """A scene in which nothing happens by the clock: polls come when they are asked for."""
    with (
        psycopg.connect(superuser_url, autocommit=True) as above,
        psycopg.connect(world.sage_dsn, autocommit=True) as sage,
    ):
        above.execute("UPDATE tenants_duework SET every_seconds = 0, due_at = NULL")
        yield Scene(world, above, sage)


def _copied(effect: Effect, *, parent: Effect | None) -> Effect:
    fields = {
        name: getattr(effect, name)
        for name in (
            "environment_id", "company_id", "source_id", "kind", "transaction_id", "amount",
            "currency", "occurred_at", "found_by", "customer_number", "accounting_date",
        )
    }  # fmt: skip
    key = f"{effect.effect_key}:{new_id().hex[-10:]}"
    payload = {**(effect.payload or {}), "effect_key": key, "marker": marker_for(key)}
    if parent is not None:
        payload |= {"reverses": parent.effect_key, "reverses_marker": parent.marker}
    request = PostingRequest.from_json(payload)
    return Effect(
        **fields,
        parent=parent,
        effect_key=key,
        marker=request.marker,
        payload=request.as_json(),
        payload_hash=request.payload_hash,
        state=EffectState.READY,
    )

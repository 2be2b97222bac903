"""Backfills: named looks through past days. Each function is the only one that sets its state."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import F
from django.db.models.functions import Now

from integrations.connections.models import Connection
from integrations.events.models import Backfill
from tenants import audit, work
from tenants.errors import NotPossible
from tenants.insert import insert_once
from tenants.models import WorkKind

State = Backfill.State
OPEN = (State.RUNNING, State.PAUSED)
# PayTrace documents no end of its exports; ten years is what an auditor may ask for.
LONGEST = timedelta(days=3_660)


@dataclass(frozen=True)
class Progress:
    """How far a backfill is, for people."""

    days: int
    days_done: int
    estimate: timedelta | None
    """What the rest will take; None before the first day is done and once it has ended."""

    @property
    def percent(self) -> int:
        return 100 * self.days_done // self.days


def start(
    *, connection: Connection, name: str, first_day: date, last_day: date, today: date, actor: str
) -> Backfill:
    """Begin to read past days, oldest first. `today` is the gateway's. Raises NotPossible."""
    _check(connection, first_day, last_day, today=today)
    made = Backfill(
        connection=connection,
        name=name.strip() or f"{first_day} to {last_day}",
        first_day=first_day,
        last_day=last_day,
        next_day=first_day,
        requested_by=actor,
    )
    if not insert_once(made):
        raise NotPossible("Past days of this account are being read already. End that first.")
    _audit("started", made, actor=actor)
    _ring(made)
    return made


def pause(backfill: Backfill, *, actor: str) -> None:
    """Stop after the day it is at; it can go on. Raises NotPossible."""
    _move(backfill, State.PAUSED, (State.RUNNING,))
    _audit("paused", backfill, actor=actor)


def resume(backfill: Backfill, *, actor: str) -> None:
    """Go on with the day it stopped at. Raises NotPossible."""
    _move(backfill, State.RUNNING, (State.PAUSED,))
    _audit("resumed", backfill, actor=actor)
    _ring(backfill)


def cancel(backfill: Backfill, *, actor: str) -> None:
    """End it; what was read stays. Raises NotPossible."""
    _move(backfill, State.CANCELLED, OPEN, ended_at=Now())
    _audit("cancelled", backfill, actor=actor)


def day_done(backfill: Backfill, *, seen: int, new: int, milliseconds: int) -> bool:
    """Write down that its next day was read; False when another worker did so before."""
    done = Backfill.objects.filter(id=backfill.id, next_day=backfill.next_day).update(
        next_day=backfill.next_day + timedelta(days=1),
        seen=F("seen") + seen,
        new=F("new") + new,
        worked_ms=F("worked_ms") + milliseconds,
        sentence="",
    )
    Backfill.objects.filter(id=backfill.id, state__in=OPEN, next_day__gt=F("last_day")).update(
        state=State.DONE, ended_at=Now()
    )
    return done == 1


def note_trouble(backfill: Backfill, *, sentence: str) -> None:
    """It stays where it is; the sentence says why it does not go on now."""
    Backfill.objects.filter(id=backfill.id).update(sentence=sentence[:500])


def progress(backfill: Backfill) -> Progress:
    """How far it is, and how long the rest will take at the pace so far. Pure."""
    days = (backfill.last_day - backfill.first_day).days + 1
    done = (backfill.next_day - backfill.first_day).days
    estimate = None
    if done and backfill.state in OPEN:
        estimate = timedelta(milliseconds=backfill.worked_ms // done * (days - done))
    return Progress(days, done, estimate)


def of_connection(*, connection_id: uuid.UUID, limit: int = 5) -> list[Backfill]:
    """The newest backfills of an account."""
    return list(Backfill.objects.filter(connection_id=connection_id)[:limit])


def _check(connection: Connection, first_day: date, last_day: date, *, today: date) -> None:
    if connection.kind != Connection.Kind.PAYTRACE:
        raise NotPossible("Only a PayTrace account has past days to read.")
    if connection.posts_to_id is None:
        raise NotPossible(f"{connection.name} posts to no Sage company yet. Choose one first.")
    if first_day > last_day:
        raise NotPossible("The first day comes after the last.", field="first_day")
    if last_day > today:
        raise NotPossible("The last day lies in the future.", field="last_day")
    if today - first_day > LONGEST:
        raise NotPossible("The first day is more than ten years ago.", field="first_day")


def _move(backfill: Backfill, to: State, frm: tuple[State, ...], **fields: object) -> None:
    moved = Backfill.objects.filter(id=backfill.id, state__in=frm).update(state=to, **fields)
    if moved != 1:
        raise NotPossible("It has ended, or somebody else was quicker: look at where it stands.")


def _ring(backfill: Backfill) -> None:
    work.ring(WorkKind.BACKFILL, tenant_id=backfill.tenant_id, subject_id=backfill.id)


def _audit(what: str, backfill: Backfill, *, actor: str) -> None:
    audit.record(
        f"backfill.{what}",
        actor=actor,
        subject=backfill.name,
        subject_id=backfill.id,
        details={"first_day": str(backfill.first_day), "last_day": str(backfill.last_day)},
    )

"""How a connection is doing, in rows that all workers share and people see."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Now

from integrations.canonical.errors import (
    FixConfiguration,
    IntegrationError,
    NeverWorks,
    TryLater,
)
from integrations.connections.models import Connection
from tenants.audit import record

# How long to wait after the first, second … failure in a row; then the last one for ever.
BACK_OFF = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(hours=2),
    timedelta(hours=4),
    timedelta(hours=6),
)
# Each wait is lengthened by up to this share, so that a thousand connections that went
# offline together do not come back together.
_JITTER = 0.2
# How exactly the time of the last good answer is kept.
_OK_LASTS = timedelta(seconds=5)
LOGIN_REFUSED = frozenset(
    {
        "paytrace.login_refused",
        "paytrace.user_locked",
        "paytrace.token_refused",
        "connection.waiting_credential",
        "connection.lock_out_near",
        "sage.login_refused",
        "disputes.key_refused",
    }
)
# The other side answered well; only this one request has to come again.
_ANSWERED = frozenset(
    {"sage.in_use", "paytrace.token_expired", "paytrace.login_busy", "agent.asked"}
)
_State = Connection.State
# A person has to test these again before workers may use them.
_NEEDS_A_PERSON = frozenset({_State.NEW, _State.WAITING_CREDENTIAL, _State.MISCONFIGURED})


def may_try(connection: Connection, now: datetime) -> bool:
    """Whether a worker may use this connection now.

    No while it is untested, paused, halted, waits for a person, or waits out a failure.
    """
    if connection.paused_at is not None or connection.halted_at is not None:
        return False
    if connection.state in _NEEDS_A_PERSON:
        return False
    return connection.try_again_at is None or connection.try_again_at <= now


def record_ok(*, connection_id: UUID) -> None:
    """The other side answered. An offline connection is connected again.

    A connection that waits for a person stays so: only a passed test ends that.
    """
    row = Connection.objects.filter(pk=connection_id)
    # Called after every posting: while all goes well, it writes every few seconds only.
    is_news = Q(last_ok_at=None) | Q(last_ok_at__lt=Now() - _OK_LASTS)
    is_news |= Q(state=_State.OFFLINE) | Q(failures_in_a_row__gt=0)
    if not row.filter(is_news).update(last_ok_at=Now()):
        return
    row.filter(Q(state=_State.OFFLINE) | Q(failures_in_a_row__gt=0)).exclude(
        state__in=_NEEDS_A_PERSON
    ).update(failures_in_a_row=0, try_again_at=None)
    row.filter(state=_State.OFFLINE).update(
        state=_State.CONNECTED, state_since=Now(), state_sentence=""
    )


def record_failure(*, connection_id: UUID, error: IntegrationError, now: datetime) -> timedelta:
    """Keep a failure and move the connection's state; how long to wait before trying again.

    A refused login waits for a credential, any other wrong setting for a person; everything
    else, an unknown outcome included, is offline with a growing wait. Inside the open company's
    transaction. The wait is never shorter than the other side asked for. A record in use, a
    spent token and a refused request say nothing about the connection and change nothing.
    """
    if isinstance(error, NeverWorks) or error.code in _ANSWERED:
        return _wait(error, failures=0)
    connection = Connection.objects.select_for_update(no_key=True).get(pk=connection_id)
    wait = _wait(error, failures=connection.failures_in_a_row)
    connection.failures_in_a_row += 1
    connection.try_again_at = now + wait
    state = _state_after(error, before=connection.state)
    if state != connection.state:
        connection.state = state
        connection.state_since = now
    if not _keeps_sentence(error, state):
        connection.state_sentence = error.sentence[:500]
    connection.save(
        update_fields=[
            "failures_in_a_row", "try_again_at", "state", "state_since", "state_sentence",
        ]
    )  # fmt: skip
    return wait


def mark_connected(*, connection_id: UUID, now: datetime) -> None:
    """A test passed: workers may use the connection from now on."""
    row = Connection.objects.filter(pk=connection_id)
    row.exclude(state=_State.CONNECTED).update(state=_State.CONNECTED, state_since=now)
    row.update(state_sentence="", failures_in_a_row=0, try_again_at=None, last_ok_at=now)


def halt(*, connection_id: UUID, reason: str) -> bool:
    """Stop every posting to a company until a person has looked; False when it was stopped."""
    row = Connection.objects.filter(pk=connection_id, halted_at=None)
    if not row.update(halted_at=Now(), halted_reason=reason[:500]):
        return False
    details = {"reason": reason[:500]}
    record("connection.halted", actor="Tieout", subject_id=connection_id, details=details)
    return True


def mark_untested(*, connection_id: UUID) -> None:
    """Settings or secrets changed: the connection waits for a test."""
    Connection.objects.filter(pk=connection_id).update(
        state=_State.NEW,
        state_since=Now(),
        state_sentence="",
        failures_in_a_row=0,
        try_again_at=None,
    )


def _state_after(error: IntegrationError, *, before: str) -> _State:
    if isinstance(error, FixConfiguration):
        is_login = error.code in LOGIN_REFUSED
        return _State.WAITING_CREDENTIAL if is_login else _State.MISCONFIGURED
    # Being away says nothing about a credential or setting that a person still has to mend.
    return _State(before) if before in _NEEDS_A_PERSON else _State.OFFLINE


def _keeps_sentence(error: IntegrationError, state: _State) -> bool:
    is_waiting = state in {_State.WAITING_CREDENTIAL, _State.MISCONFIGURED}
    return is_waiting and not isinstance(error, FixConfiguration)


def _wait(error: IntegrationError, *, failures: int) -> timedelta:
    base = BACK_OFF[min(failures, len(BACK_OFF) - 1)]
    asked = error.after if isinstance(error, TryLater) and error.after else timedelta(0)
    spread = 1 + _JITTER * random.random()  # noqa: S311 spreads load, keeps no secret
    return max(base * spread, asked)

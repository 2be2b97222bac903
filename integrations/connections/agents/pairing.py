"""Pairing: a code a person reads out, a secret the agent keeps, and the end of both.

Only hashes of either are stored. Functions that take no open transaction say so.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from integrations.connections import health
from integrations.connections.models import Agent, AgentJob, Connection
from integrations.connections.rows import locked_connection, record_change
from integrations.connections.secrets import keep_secrets
from integrations.connections.waking import wake
from integrations.sagepro.agent import wire
from tenants.errors import NotPossible
from tenants.models import AgentToken
from tenants.scope import current_tenant_id, tenant_transaction
from tenants.tokens import digest_of, new_token

CODE_LASTS = timedelta(minutes=15)
WAY = "agent"
JOB_KEY = "agent_job_key"
# No 0, O, 1, I, L or U: nothing that is misread aloud. 30 symbols, so 12 are 58 bits.
_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_GROUPS, _GROUP = 3, 4
_Kind = AgentToken.Kind


@dataclass(frozen=True)
class Paired:
    """What the agent keeps. `secret` is told once; the key of its jobs is derived from it."""

    secret: str = field(repr=False)
    epoch: int
    company: str
    company_number: str
    connection: str


@dataclass(frozen=True)
class Caller:
    """An agent whose secret is good."""

    tenant_id: UUID
    connection_id: UUID
    token_made_at: datetime


def new_code(*, connection_id: UUID, actor: str, now: datetime) -> str:
    """A pairing code, good once within 15 minutes; a former one ends. In the transaction.

    Raises NotPossible for a connection that is not reached by an agent.
    """
    connection = locked_connection(connection_id)
    _check_way(connection)
    code = "-".join(
        "".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS)
    )
    _tokens(connection_id, _Kind.CODE).delete()
    AgentToken.objects.create(
        token_hash=digest_of(code.replace("-", "")),
        kind=_Kind.CODE,
        tenant_id=current_tenant_id(),
        connection_id=connection_id,
        made_by=actor,
        created_at=now,
        expires_at=now + CODE_LASTS,
    )
    record_change("agent.pairing_code_made", connection, actor)
    return code


def pair(*, code: str, about: Mapping[str, str], now: datetime) -> Paired | None:
    """Exchange a code for a secret; None for one that is wrong, used or too old.

    `about` is what the agent says of itself: host, platform, version. A former pairing of the
    same company ends, and the writer epoch rises. Outside of transactions.
    """
    typed = "".join(code.upper().split()).replace("-", "")
    row = AgentToken.objects.filter(
        token_hash=digest_of(typed), kind=_Kind.CODE, expires_at__gt=now
    ).first()
    if row is None or not AgentToken.objects.filter(pk=row.pk).delete()[0]:
        return None
    with tenant_transaction(row.tenant_id):
        return _pair(row, about, now)


def _pair(code: AgentToken, about: Mapping[str, str], now: datetime) -> Paired:
    connection = locked_connection(code.connection_id)
    _end(connection, why="Another agent was paired.", now=now)
    newest = Agent.objects.filter(connection=connection).order_by("-epoch").first()
    # The time of pairing, so that it rises even where either side was restored to yesterday.
    epoch = max(int(now.timestamp()), newest.epoch + 1 if newest else 0)
    agent = Agent.objects.create(
        connection=connection,
        epoch=epoch,
        host=about.get("host", "")[:80],
        platform=about.get("platform", "")[:80],
        version=about.get("version", "")[:20],
        paired_by=code.made_by,
        paired_at=now,
        last_seen_at=now,
    )
    secret = _new_secret(connection.id, now=now)
    keep_secrets(connection_id=connection.id, values={JOB_KEY: wire.job_key(secret).hex()})
    record_change("agent.paired", connection, code.made_by, host=agent.host, epoch=epoch)
    return Paired(
        secret=secret,
        epoch=epoch,
        company=connection.name,
        company_number=str(connection.settings["company_number"]),
        connection=str(connection.id),
    )


def caller_of(secret: str) -> Caller | None:
    """Whose agent calls; None for a secret that is not good, or not any more. Any time."""
    row = AgentToken.objects.filter(token_hash=digest_of(secret), kind=_Kind.SECRET).first()
    return Caller(row.tenant_id, row.connection_id, row.created_at) if row else None


def renew_secret(caller: Caller, *, now: datetime) -> str:
    """Another secret; the one in use stays good until the new one has been used."""
    with tenant_transaction(caller.tenant_id):
        connection = locked_connection(caller.connection_id)
        secret = _new_secret(connection.id, now=now)
        record_change("agent.secret_renewed", connection, "Agent")
    return secret


def seen(caller: Caller, *, report: Mapping[str, Any], now: datetime) -> Agent | None:
    """The agent is there and tells how it is; None when its pairing has ended.

    In the transaction. What waited while it was away goes on.
    """
    agent = in_force(caller.connection_id)
    if agent is None:
        return None
    # Secrets older than the one it uses now have done their part.
    _tokens(caller.connection_id, _Kind.SECRET).filter(created_at__lt=caller.token_made_at).delete()
    holds = str(report.get("holds", ""))[:300]
    was_away = is_silent(agent, now) or (agent.holds and not holds)
    Agent.objects.filter(pk=agent.pk).update(
        last_seen_at=now, holds=holds, report=_shown(report), version=_version(report, agent)
    )
    if was_away:
        _come_back(caller.connection_id)
    agent.refresh_from_db()
    return agent


def in_force(connection_id: UUID) -> Agent | None:
    """The agent paired with this connection now."""
    return Agent.objects.filter(connection_id=connection_id, ended_at=None).first()


# A poll lasts at most 20 seconds, so two have been missed.
SILENT_AFTER = timedelta(seconds=45)


def is_silent(agent: Agent, now: datetime) -> bool:
    """Whether nothing has been heard of it for so long that it counts as offline."""
    return agent.last_seen_at < now - SILENT_AFTER


def revoke(*, connection_id: UUID, actor: str, now: datetime) -> None:
    """End the pairing: the agent's next call is refused. Raises NotPossible when there is none."""
    connection = locked_connection(connection_id)
    if not _end(connection, why=f"Revoked by {actor}.", now=now):
        raise NotPossible("No agent is paired with this company.")
    record_change("agent.revoked", connection, actor)


def leave(connection: Connection, *, why: str, now: datetime) -> None:
    """The company is reached another way: its pairing ends, and no code opens another."""
    _tokens(connection.id, _Kind.CODE).delete()
    _end(connection, why=why, now=now)


def _end(connection: Connection, *, why: str, now: datetime) -> bool:
    """No secret of the connection opens anything any more; jobs nobody has started never are."""
    _tokens(connection.id, _Kind.SECRET).delete()
    AgentJob.objects.filter(connection=connection, answered_at=None).update(expires_at=now)
    agents = Agent.objects.filter(connection=connection, ended_at=None)
    return bool(agents.update(ended_at=now, ended_why=why[:200]))


def _come_back(connection_id: UUID) -> None:
    connection = locked_connection(connection_id)
    Connection.objects.filter(pk=connection_id).update(try_again_at=None)
    health.record_ok(connection_id=connection_id)
    wake(connection)


def _new_secret(connection_id: UUID, *, now: datetime) -> str:
    token = new_token("agt_")
    AgentToken.objects.create(
        token_hash=token.digest,
        kind=_Kind.SECRET,
        tenant_id=current_tenant_id(),
        connection_id=connection_id,
        created_at=now,
    )
    return token.plain


def _tokens(connection_id: UUID, kind: AgentToken.Kind) -> Any:
    return AgentToken.objects.filter(
        tenant_id=current_tenant_id(), connection_id=connection_id, kind=kind
    )


def _check_way(connection: Connection) -> None:
    if connection.settings.get("way") != WAY:
        raise NotPossible("This connection is not reached by an agent.")


def _shown(report: Mapping[str, Any]) -> dict[str, str]:
    """What of a report is kept: a few short texts."""
    names = ("way", "platform", "python", "spooled", "clock_skew")
    return {name: str(report[name])[:120] for name in names if name in report}


def _version(report: Mapping[str, Any], agent: Agent) -> str:
    return str(report.get("version", agent.version))[:20]

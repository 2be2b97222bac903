"""Where a company's systems send notices, and the secrets they sign them with.

The address is as unguessable as a password, so only its hash is kept. After a rotation the
former address and secret stay good for a day, so that nothing is missed on the way.
"""

from __future__ import annotations

import base64
import secrets
import time
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import structlog
from django.db.models import Q
from django.utils import timezone

from integrations.canonical.errors import FixConfiguration
from integrations.connections.models import Connection, ConnectionSecret
from integrations.connections.secrets import keep_secrets, open_secret
from tenants.audit import record
from tenants.crypto import Secret
from tenants.errors import NotPossible
from tenants.keys import keyed_hash
from tenants.models import HookToken
from tenants.scope import current_tenant_id, tenant_transaction
from tenants.tokens import digest_of, new_token

log = structlog.get_logger("connections.notices")
FORMER_LASTS = timedelta(hours=24)
# How long a process may go on believing the secrets it read, in seconds.
_CACHED = 30.0
_SECRET_BYTES = 24
_FIELD = "notice_secret"
_FORMER = "notice_secret_former"


@dataclass(frozen=True)
class NoticeAddress:
    """Told once: the path under the portal's address, and the secret to sign with."""

    path: str = field(repr=False)
    secret: str = field(repr=False)


@dataclass(frozen=True)
class NoticeTarget:
    """Whose notice it is."""

    tenant_id: UUID
    connection_id: UUID


def new_notice_address(*, connection_id: UUID, actor: str) -> NoticeAddress:
    """A new address and signing secret for this PayTrace connection, in Standard Webhooks form.

    The former ones stay good for 24 hours. Raises NotPossible for a Sage connection.
    """
    connection = Connection.objects.select_for_update(no_key=True).filter(pk=connection_id).first()
    if connection is None or connection.kind != Connection.Kind.PAYTRACE:
        raise NotPossible("Notices come from PayTrace connections only.")
    _retire(connection_id)
    token = new_token()
    HookToken.objects.create(
        token_hash=token.digest, tenant_id=current_tenant_id(), connection_id=connection_id
    )
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
    keep_secrets(connection_id=connection_id, values={_FIELD: secret})
    record(
        "connection.notice_address_replaced",
        actor=actor,
        subject=connection.name,
        subject_id=connection_id,
    )
    return NoticeAddress(path=f"/hooks/{token.plain}", secret=secret)


def address_of(subject_id: UUID, *, connection_id: UUID) -> Secret:
    """The path of a notice address for one thing alone, the same whenever it is asked for.

    Like every other it rings for its connection and ends a day after the address is replaced.
    Inside the open company's transaction.
    """
    told = f"{current_tenant_id()}:{connection_id}:{subject_id}".encode()
    raw = keyed_hash(told, purpose="notice address")
    token = Secret(base64.urlsafe_b64encode(raw).rstrip(b"=").decode())
    HookToken.objects.get_or_create(
        token_hash=digest_of(token.reveal()),
        defaults={"tenant_id": current_tenant_id(), "connection_id": connection_id},
    )
    return Secret(f"/hooks/{token.reveal()}")


def notice_target(token: str) -> NoticeTarget | None:
    """The connection this address rings for; None for an unknown or retired one. Any time."""
    good = Q(retired_at=None) | Q(retired_at__gt=timezone.now())
    row = (
        HookToken.objects.filter(good, token_hash=digest_of(token))
        .values_list("tenant_id", "connection_id")
        .first()
    )
    return NoticeTarget(*row) if row else None


def known_target(token: str) -> NoticeTarget | None:
    """The same for the way in: an address that is good is believed for up to 30 seconds."""
    cached = _TARGETS.get(token)
    if cached is not None and time.monotonic() - cached[0] < _CACHED:
        return cached[1]
    found = notice_target(token)
    if found is None:
        _TARGETS.pop(token, None)
        return None
    _TARGETS[token] = (time.monotonic(), found)
    return found


def notice_secrets(*, tenant_id: UUID, connection_id: UUID) -> list[Secret]:
    """The secrets a notice may be signed with, newest first. Outside of transactions.

    Read from the database at most every 30 seconds per process.
    """
    cached = _CACHE.get(connection_id)
    if cached is not None and time.monotonic() - cached[0] < _CACHED:
        return cached[1]
    with tenant_transaction(tenant_id):
        found = _good_secrets(connection_id)
    _CACHE[connection_id] = (time.monotonic(), found)
    return found


def forget_cached() -> None:
    """Read addresses and secrets anew at the next notice: after a rotation in this process."""
    _CACHE.clear()
    _TARGETS.clear()


def distrust(token: str) -> None:
    """Look this address up anew at the next notice: one was refused."""
    _TARGETS.pop(token, None)


_CACHE: dict[UUID, tuple[float, list[Secret]]] = {}
# Only addresses that are good, so there are no more of them than customers made.
_TARGETS: dict[str, tuple[float, NoticeTarget]] = {}


def _good_secrets(connection_id: UUID) -> list[Secret]:
    recent = Q(field=_FIELD) | Q(field=_FORMER, changed_at__gt=timezone.now() - FORMER_LASTS)
    rows = ConnectionSecret.objects.filter(recent, connection_id=connection_id)
    opened = (_opened(row) for row in rows.order_by("field"))
    return [secret for secret in opened if secret is not None]


def _opened(row: ConnectionSecret) -> Secret | None:
    """A secret that does not open signs nothing; a notice must not fail over it."""
    try:
        return open_secret(row)
    except FixConfiguration as error:
        log.error("notice.secret_unreadable", connection_id=str(row.connection_id), code=error.code)
        return None


def _retire(connection_id: UUID) -> None:
    """Give the address in use its last day; of several rotations only the newest former stays."""
    now = timezone.now()
    hooks = HookToken.objects.filter(tenant_id=current_tenant_id(), connection_id=connection_id)
    hooks.filter(retired_at__isnull=False).delete()
    hooks.update(retired_at=now + FORMER_LASTS)
    row = ConnectionSecret.objects.filter(connection_id=connection_id, field=_FIELD).first()
    former = _opened(row) if row is not None else None
    if former is not None:
        keep_secrets(connection_id=connection_id, values={_FORMER: former.reveal()})

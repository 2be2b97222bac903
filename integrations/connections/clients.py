"""Ready clients for workers. Called outside of transactions: each reads its settings and opens
its secrets in a short one of its own, and only then may anything be sent."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import requests
from django.conf import settings as portal_settings
from django.db import connection as database
from sqlalchemy import make_url

from integrations.canonical.errors import FixConfiguration, NeverWorks
from integrations.connections import folders, layouts
from integrations.connections.addresses import (
    DOCUMENTED_HOSTS,
    check_web_address,
    resolve_public,
)
from integrations.connections.agents.connector import AgentConnector
from integrations.connections.agents.pairing import WAY
from integrations.connections.assisted import AssistedConnector
from integrations.connections.authorities import from_settings
from integrations.connections.guarded_http import guarded_session
from integrations.connections.live import LiveClients
from integrations.connections.models import Connection
from integrations.connections.notices import notice_secrets
from integrations.connections.partly import PartlyAssisted
from integrations.connections.secrets import open_secrets
from integrations.connections.tokens import DatabaseTokens
from integrations.connections.writing import is_assisted
from integrations.paytrace.client import PayTraceClient, connect
from integrations.paytrace.http import MAX_BODY, Timeouts
from integrations.paytrace.settings import PayTraceSettings
from integrations.paytrace.settings import Secret as PayTraceSecret
from integrations.paytrace.tokens import TokenSource
from integrations.sagepro.apart.connector import ApartConnector
from integrations.sagepro.apart.trust import Trust
from integrations.sagepro.backends.dbf import proof
from integrations.sagepro.backends.dbf.connector import FoxProConnector
from integrations.sagepro.backends.sql import SqlConnector
from integrations.sagepro.calibration.snapshot import Snapshot
from integrations.sagepro.connector import Connector
from integrations.sagepro.layout import Layout
from integrations.sagepro.profile import PostingProfile
from tenants.crypto import Secret
from tenants.models import Tenant
from tenants.scope import tenant_transaction

__all__ = [
    "DatabaseTokens",
    "Opened",
    "close_all",
    "notice_secrets",
    "open_connection",
    "paytrace_client",
    "paytrace_with",
    "read_connection",
    "sage_connector",
    "sage_snapshot",
    "sage_with",
]


@dataclass(frozen=True)
class Opened:
    """A connection's settings with its secrets, as a client needs them."""

    tenant_id: UUID
    connection_id: UUID
    kind: str
    settings: Mapping[str, Any]
    fingerprint: str
    secrets: Mapping[str, Secret] = field(repr=False)

    @property
    def stamp(self) -> str:
        """Changes whenever a setting, a secret or the expected tables do."""
        revealed = sorted((name, secret.reveal()) for name, secret in self.secrets.items())
        facts = (sorted(self.settings.items()), self.fingerprint, revealed)
        return hashlib.sha256(repr(facts).encode()).hexdigest()

    @property
    def login_key(self) -> str:
        return str(self.settings["login_key"])

    def secret(self, name: str) -> Secret:
        """The secret of that name. Raises FixConfiguration when it was never entered."""
        found = self.secrets.get(name)
        if found is None:
            raise FixConfiguration(
                "A secret of this connection is missing.",
                code="connection.secret_missing",
                field=name,
                remedy="Enter it on the connection's page.",
            )
        return found


def paytrace_client(*, tenant_id: UUID, connection_id: UUID) -> PayTraceClient:
    """A client that signs in by itself, rationed and shared with all other workers.

    Raises FixConfiguration when a setting or secret keeps it from being made. Sends nothing
    yet, but may look the host's name up.
    """
    opened = open_connection(tenant_id=tenant_id, connection_id=connection_id)
    tokens = DatabaseTokens(tenant_id, connection_id, opened.login_key)
    return _PAYTRACE.get(
        connection_id, stamp=opened.stamp, make=lambda: paytrace_with(opened, tokens=tokens)
    )


def sage_connector(*, tenant_id: UUID, connection_id: UUID) -> Connector:
    """The company's books and single writer, over a small pool of this process.

    Raises FixConfiguration when a setting or secret keeps it from being made. Connects at its
    first use. Never close it: it is shared and closed when the connection changes.
    """
    opened = open_connection(tenant_id=tenant_id, connection_id=connection_id)
    return _SAGE.get(connection_id, stamp=opened.stamp, make=lambda: sage_with(opened))


def open_connection(*, tenant_id: UUID, connection_id: UUID) -> Opened:
    """Read settings and open secrets in one short transaction.

    Raises FixConfiguration when a secret does not open, Connection.DoesNotExist for another
    company's connection, RuntimeError inside a transaction.
    """
    with tenant_transaction(tenant_id):
        return read_connection(Connection.objects.get(pk=connection_id))


def read_connection(row: Connection) -> Opened:
    """The same of a row at hand, inside the open company's transaction."""
    return Opened(
        tenant_id=row.tenant_id,
        connection_id=row.id,
        kind=row.kind,
        settings=_settings(row),
        fingerprint=row.fingerprint,
        secrets=open_secrets(connection_id=row.id),
    )


def _settings(row: Connection) -> Mapping[str, Any]:
    """Its own; a disputes provider's with the merchant id of the account it tells of."""
    own: Mapping[str, Any] = row.settings
    if row.tells_of is None:
        return own
    return {**own, "merchant_id": row.tells_of.settings["merchant_id"]}


def paytrace_with(
    opened: Opened, *, tokens: TokenSource, timeouts: Timeouts | None = None
) -> PayTraceClient:
    """A client of its own for this account, to be closed. May look the host's name up."""
    _leave_transaction()
    url = str(opened.settings["base_url"])
    check_web_address(url)
    account = PayTraceSettings(
        api_version=opened.settings["api_version"],
        environment=opened.settings["gateway_environment"],
        base_url=url,
        username=opened.secret("username").reveal(),
        password=PayTraceSecret(opened.secret("password").reveal()),
        merchant_id=opened.settings["merchant_id"],
        integrator_id=portal_settings.INTEGRATOR_ID,
        zone=opened.settings["zone"],
        currency=opened.settings["currency"],
    )
    limits = timeouts or Timeouts()
    session = _session(url, seconds=limits.total)
    return connect(account, tokens=tokens, timeouts=limits, session=session)


def sage_with(opened: Opened, *, any_tables: bool = False) -> Connector:
    """A connector of its own, to be closed. With `any_tables` it does not compare the tables
    with those last seen: for a test, which looks at what is there now."""
    _leave_transaction()
    profile = PostingProfile.from_json(opened.settings["profile"])
    reader = _reader(opened, profile, any_tables=any_tables)
    make = AssistedConnector if is_assisted(opened.settings) else PartlyAssisted
    return make(
        reader, tenant_id=opened.tenant_id, company_id=opened.connection_id, profile=profile
    )


_Reader = SqlConnector | ApartConnector | AgentConnector | FoxProConnector


def _reader(opened: Opened, profile: PostingProfile, *, any_tables: bool) -> _Reader:
    """The company by its own way, whoever writes into it."""
    if opened.settings.get("way") == WAY:
        return AgentConnector(tenant_id=opened.tenant_id, connection_id=opened.connection_id)
    if opened.settings.get("way") == folders.WAY:
        return _in_folder(opened, profile, any_tables=any_tables)
    return _direct(opened, profile, any_tables=any_tables)


def _in_folder(opened: Opened, profile: PostingProfile, *, any_tables: bool) -> FoxProConnector:
    with tenant_transaction(opened.tenant_id):
        slug = str(Tenant.objects.values_list("slug", flat=True).get(pk=opened.tenant_id))
    return FoxProConnector(
        folders.usable(opened.settings, slug=slug),
        profile=profile,
        expected_fingerprint="" if any_tables else opened.fingerprint,
        expected_layout=None if any_tables else _expected_layout(opened),
        writer_epoch=opened.settings["writer_epoch"],
        proof_key=proof.key_of(bytes.fromhex(opened.secret(folders.SITE_KEY).reveal())),
    )


def _direct(
    opened: Opened, profile: PostingProfile, *, any_tables: bool
) -> SqlConnector | ApartConnector:
    dsn = opened.secret("dsn").reveal()
    fingerprint = "" if any_tables else opened.fingerprint
    layout = None if any_tables else _expected_layout(opened)
    if make_url(dsn).get_backend_name() == "mssql":
        number, trust = _server(dsn, opened)
        return ApartConnector(
            number,
            profile=profile,
            trust=trust,
            expected_fingerprint=fingerprint,
            expected_layout=layout,
        )
    return SqlConnector(
        _pinned(dsn), profile=profile, expected_fingerprint=fingerprint, expected_layout=layout
    )


def _server(dsn: str, opened: Opened) -> tuple[str, Trust]:
    """The address by the number its host has now, and whom to trust under its name."""
    url = make_url(dsn)
    name = url.host or ""
    authority = from_settings(opened.settings)
    trust = Trust(name, authority.pem if authority else "")
    if portal_settings.ALLOW_LOOPBACK_CONNECTIONS:
        return dsn, trust
    pinned = url.set(host=resolve_public(name, field="dsn"))
    return pinned.render_as_string(hide_password=False), trust


def _expected_layout(opened: Opened) -> Layout | None:
    return layouts.expected(tenant_id=opened.tenant_id, connection_id=opened.connection_id)


def sage_snapshot(opened: Opened) -> Snapshot:
    """Every table of a test company as it stands now, by the company's own way; nothing is
    written there.

    Raises TryLater and FixConfiguration as a connector does (`agent.asked` until an agent has
    answered), NeverWorks when the login sees no table or the answer is no snapshot.
    """
    _leave_transaction()
    profile = PostingProfile.from_json(opened.settings["profile"])
    connector = _reader(opened, profile, any_tables=True)
    try:
        return Snapshot.from_text(connector.snapshot())
    except ValueError:
        raise NeverWorks(
            "What came back from the company is no picture of its tables.",
            code="calibration.unreadable",
            remedy="Bring the agent to this portal's version, then look again.",
        ) from None
    finally:
        connector.close()


def close_all() -> None:
    """Close every client this process keeps: at its end, and between tests."""
    _PAYTRACE.close_all()
    _SAGE.close_all()


def _session(url: str, *, seconds: float) -> requests.Session | None:
    """A guarded session for an address that a customer typed; the usual one otherwise."""
    host = urlsplit(url).hostname or ""
    if portal_settings.ALLOW_LOOPBACK_CONNECTIONS or host in DOCUMENTED_HOSTS:
        return None
    resolve_public(host, field="base_url")
    return guarded_session(total_seconds=seconds, most_bytes=MAX_BODY)


def _pinned(dsn: str) -> str:
    """The address with the number its host has now, so that it cannot turn into a local one
    between this check and the connecting."""
    if portal_settings.ALLOW_LOOPBACK_CONNECTIONS:
        return dsn
    url = make_url(dsn)
    number = resolve_public(url.host or "", field="dsn")
    pinned = url.update_query_dict({"hostaddr": number})
    return pinned.render_as_string(hide_password=False)


def _leave_transaction() -> None:
    if database.in_atomic_block:
        raise RuntimeError("Clients talk to the network; leave the transaction first.")


def _close(client: PayTraceClient | Connector) -> None:
    client.close()


_PAYTRACE: LiveClients[PayTraceClient] = LiveClients(close=_close)
_SAGE: LiveClients[Connector] = LiveClients(close=_close)

"""Another way to a Sage company's books: another folder, an agent, or its database.

Inside the open company's transaction, while nothing is under way there (see
`integrations.pipeline.ways`). Each leaves the former way for good and sends the connection back
to *Not tested yet*: nothing is read or posted until a test, with its self-test, has passed.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from integrations.connections import folders, forms
from integrations.connections.agents import pairing
from integrations.connections.models import Connection
from integrations.connections.rows import locked_connection, record_change, start_over
from integrations.connections.secrets import keep_secrets
from integrations.connections.writing import ASSISTED, BESIDE, DIRECT, SETTING, is_assisted
from tenants.errors import NotPossible

# What says how the books are reached; everything else of a company stays.
_OF_A_WAY = (SETTING, BESIDE, "folder", "writer_epoch", "server", "database", "product")


def use_folder(*, connection_id: UUID, folder: str, actor: str, now: datetime) -> Connection:
    """Reach the FoxPro tables in this folder of this server, several with a `;` between.

    The self-test of the former site counts no more: it was sealed with another key. Raises
    NotPossible with the field at fault.
    """
    connection = _company(connection_id, edition="dbf")
    kept = folders.allowed(folder)
    # A later writer takes over, as a later pairing does.
    epoch = max(int(now.timestamp()), int(connection.settings.get("writer_epoch", 0)) + 1)
    way = {SETTING: folders.WAY, "folder": kept, "writer_epoch": epoch}
    sealed = {folders.SITE_KEY: secrets.token_hex(32)}
    return _move(connection, way, sealed, actor=actor, now=now)


def use_agent(*, connection_id: UUID, actor: str, now: datetime) -> Connection:
    """Reach the books by an agent on the customer's network; pair one next.

    Raises NotPossible when an agent reaches them already.
    """
    connection = _company(connection_id)
    if connection.settings.get(SETTING) == pairing.WAY:
        raise NotPossible("An agent reaches this company already.", field="reached")
    return _move(connection, {SETTING: pairing.WAY}, {}, actor=actor, now=now)


def use_database(*, connection_id: UUID, dsn: str, actor: str, now: datetime) -> Connection:
    """Reach a company on SQL Server by its database's address, which is a secret.

    Raises NotPossible with the field at fault.
    """
    connection = _company(connection_id, edition="sql")
    address = forms.sage_address(dsn)
    return _move(connection, dict(address.as_settings), {"dsn": address.dsn}, actor=actor, now=now)


def _company(connection_id: UUID, *, edition: str = "") -> Connection:
    connection = locked_connection(connection_id)
    if connection.kind != Connection.Kind.SAGEPRO:
        raise NotPossible("Only a Sage Pro company is reached in several ways.", field="reached")
    if edition and connection.settings.get("edition") != edition:
        what = "in FoxPro tables" if edition == "dbf" else "on SQL Server"
        raise NotPossible(f"Only a company {what} is reached so.", field="reached")
    return connection


def _move(
    connection: Connection,
    way: Mapping[str, Any],
    sealed: Mapping[str, str],
    *,
    actor: str,
    now: datetime,
) -> Connection:
    before = str(connection.settings.get(SETTING, DIRECT))
    if before == pairing.WAY:
        pairing.leave(connection, why=f"{actor} chose another way to this company.", now=now)
    kept = {key: value for key, value in connection.settings.items() if key not in _OF_A_WAY}
    beside = {BESIDE if SETTING in way else SETTING: ASSISTED}
    by_hand = beside if is_assisted(connection.settings) else {}
    connection.settings = {**kept, **way, **by_hand}
    connection.save(update_fields=["settings"])
    keep_secrets(connection_id=connection.id, values=sealed)
    start_over(connection)
    after = str(connection.settings.get(SETTING, DIRECT))
    record_change("connection.way_changed", connection, actor, before=before, after=after)
    return connection

"""Rotating keys: data keys under the newest master key, secrets under a new data key.

Every step is committed by itself and leaves everything readable, so it can be stopped anywhere
and started again: what is done already is found done.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

from django.db import connection as database
from django.utils import timezone

from integrations.canonical.errors import FixConfiguration
from integrations.connections.logins import login_key
from integrations.connections.models import AccessToken, Connection, ConnectionSecret
from integrations.connections.secrets import open_secret
from integrations.connections.tokens import TOKEN_FIELD
from tenants.keys import (
    CannotOpen,
    Sealed,
    create_data_key,
    newest_version,
    rewrap_data_keys,
    seal,
    unseal,
)
from tenants.models import DataKey
from tenants.scope import tenant_transaction

BATCH = 50
"""Rows re-sealed per transaction: a stop loses at most these, and workers wait for none."""
Row = TypeVar("Row", ConnectionSecret, AccessToken)


@dataclass
class Rotated:
    """What was done for one company."""

    rewrapped: int = 0
    new_data_keys: int = 0
    resealed: int = 0
    unreadable: list[UUID] = field(default_factory=list)
    """Secrets that no longer open; their connections need them entered again."""


def rotate_company(*, tenant_id: UUID, younger_than: timedelta, batch: int = BATCH) -> Rotated:
    """Rotate one company's keys. Outside of transactions.

    A data key younger than `younger_than` is taken as this rotation's own, and no other one is
    made. Raises MasterKeyMissing when a needed master key is not in the settings.
    """
    done = Rotated()
    with tenant_transaction(tenant_id):
        done.rewrapped = rewrap_data_keys()
        done.new_data_keys = _new_key_if_due(younger_than)
    _each(tenant_id, ConnectionSecret, _reseal_secret, done, batch=batch)
    _each(tenant_id, AccessToken, _reseal_token, done, batch=batch)
    return done


def _new_key_if_due(younger_than: timedelta) -> int:
    """1 after making one; 0 when an earlier run's is not in use everywhere yet, or is fresh."""
    newest = newest_version()
    if ConnectionSecret.objects.filter(key_version__lt=newest).exists():
        return 0
    born_after = timezone.now() - younger_than
    if DataKey.objects.filter(version=newest, created_at__gt=born_after).exists():
        return 0
    create_data_key()
    return 1


def _each(
    tenant_id: UUID,
    model: type[Row],
    reseal: Callable[[Row], None],
    done: Rotated,
    *,
    batch: int,
) -> None:
    """Every row that an older data key seals, a batch per transaction, in order of id."""
    last: UUID | None = None
    while True:
        with tenant_transaction(tenant_id):
            behind = model.objects.filter(key_version__lt=newest_version()).order_by("id")
            if last is not None:
                behind = behind.filter(id__gt=last)
            rows = list(behind.select_for_update()[:batch])
            for row in rows:
                _one(row, reseal, done)
        if not rows:
            return
        last = rows[-1].id


def _one(row: Row, reseal: Callable[[Row], None], done: Rotated) -> None:
    try:
        reseal(row)
    except (CannotOpen, FixConfiguration):
        done.unreadable.append(row.id)
    else:
        done.resealed += 1


def _reseal_secret(row: ConnectionSecret) -> None:
    value = open_secret(row).reveal()
    if row.field == "username":
        _renew_login_key(row.connection_id, value)
    sealed = seal(value, connection_id=row.connection_id, field_name=row.field)
    _store(row, sealed)


def _reseal_token(row: AccessToken) -> None:
    sealed = Sealed(bytes(row.ciphertext), row.key_version)
    value = unseal(sealed, connection_id=row.connection_id, field_name=TOKEN_FIELD).reveal()
    _store(row, seal(value, connection_id=row.connection_id, field_name=TOKEN_FIELD))


def _store(row: ConnectionSecret | AccessToken, sealed: Sealed) -> None:
    row.ciphertext, row.key_version = sealed.ciphertext, sealed.key_version
    row.save(update_fields=["ciphertext", "key_version"])


def _renew_login_key(connection_id: UUID, username: str) -> None:
    """The counter's key comes from the master key; the count moves along, and never shrinks."""
    connection = Connection.objects.select_for_update(no_key=True).get(pk=connection_id)
    former = connection.settings["login_key"]
    fresh = login_key(base_url=connection.settings["base_url"], username=username)
    if fresh == former:
        return
    connection.settings = {**connection.settings, "login_key": fresh}
    connection.save(update_fields=["settings"])
    with database.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO tenants_logincounter AS c (key_hash, failures, last_failed_at)
            SELECT %s, failures, last_failed_at FROM tenants_logincounter WHERE key_hash = %s
            ON CONFLICT (key_hash) DO UPDATE SET
                failures = greatest(c.failures, excluded.failures),
                last_failed_at = greatest(c.last_failed_at, excluded.last_failed_at)
            """,
            [bytes.fromhex(fresh), bytes.fromhex(former)],
        )

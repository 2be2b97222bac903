"""The open company's data keys, in rows: wrapped by a master key, opened in memory only.

All functions but `key_ring` and `keyed_hash` work inside a `tenant_transaction`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from uuid import UUID

from django.conf import settings
from django.db.models import Max

from tenants import crypto
from tenants.crypto import CannotOpen, Secret, SecretContext
from tenants.insert import insert_once
from tenants.keyring import KeyRing, MasterKeyMissing, WrappedKey
from tenants.models import DataKey
from tenants.scope import current_tenant_id

__all__ = [
    "CannotOpen",
    "MasterKeyMissing",
    "Sealed",
    "Secret",
    "create_data_key",
    "key_ring",
    "keyed_hash",
    "newest_version",
    "rewrap_data_keys",
    "seal",
    "unseal",
]


@dataclass(frozen=True)
class Sealed:
    """A secret as it is stored, and the version of the data key that opens it."""

    ciphertext: bytes = field(repr=False)
    key_version: int


def key_ring() -> KeyRing:
    """The master keys of the settings. Raises MasterKeysUnreadable."""
    return _parsed(settings.MASTER_KEYS)


def keyed_hash(value: bytes, *, purpose: str) -> bytes:
    """32 bytes under the newest master key, the same in every company and process."""
    return key_ring().keyed_hash(value, purpose=purpose)


def create_data_key() -> int:
    """Give the open company a new data key, which seals from now on; its version."""
    tenant_id = current_tenant_id()
    wrapped = key_ring().wrap(crypto.new_data_key(), tenant_id=tenant_id)
    while True:
        version = newest_version() + 1
        row = DataKey(
            version=version, wrapped=wrapped.wrapped, master_version=wrapped.master_version
        )
        if insert_once(row):
            return version


def newest_version() -> int:
    """The version of the data key that seals now; 0 when there is none yet."""
    return DataKey.objects.aggregate(newest=Max("version"))["newest"] or 0


def seal(value: str, *, connection_id: UUID, field_name: str) -> Sealed:
    """Encrypt for this one place: company, connection and field."""
    version = newest_version() or create_data_key()
    ciphertext = crypto.seal(
        value,
        data_key=_data_key(version),
        context=_context(connection_id, field_name, version),
    )
    return Sealed(ciphertext, version)


def unseal(sealed: Sealed, *, connection_id: UUID, field_name: str) -> Secret:
    """What `seal` was given for this same place.

    Raises CannotOpen when it was changed, moved from elsewhere or its data key is gone, and
    MasterKeyMissing when the master key is.
    """
    return crypto.open_sealed(
        sealed.ciphertext,
        data_key=_data_key(sealed.key_version),
        context=_context(connection_id, field_name, sealed.key_version),
    )


def rewrap_data_keys() -> int:
    """Wrap the company's data keys with the newest master key; how many were not yet.

    What they sealed stays as it is. Raises MasterKeyMissing and CannotOpen.
    """
    ring = key_ring()
    behind = DataKey.objects.select_for_update().exclude(master_version=ring.newest)
    rows = list(behind.order_by("version"))
    for row in rows:
        fresh = ring.rewrap(_wrapped(row), tenant_id=row.tenant_id)
        row.wrapped, row.master_version = fresh.wrapped, fresh.master_version
        row.save(update_fields=["wrapped", "master_version"])
    return len(rows)


@lru_cache(maxsize=4)
def _parsed(text: str) -> KeyRing:
    return KeyRing.parse(text)


def _data_key(version: int) -> crypto.DataKey:
    row = DataKey.objects.filter(version=version).first()
    if row is None:
        raise CannotOpen
    return key_ring().unwrap(_wrapped(row), tenant_id=row.tenant_id)


def _wrapped(row: DataKey) -> WrappedKey:
    return WrappedKey(bytes(row.wrapped), row.master_version)


def _context(connection_id: UUID, field_name: str, version: int) -> SecretContext:
    return SecretContext(current_tenant_id(), connection_id, field_name, version)

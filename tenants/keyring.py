"""Master keys: versioned, from the environment, never in the database they protect.

`TIEOUT_MASTER_KEYS=v2:<base64>,v1:<base64>`, newest first. The newest wraps; all unwrap. To
rotate, put a new one in front, rewrap every data key, then drop the old one.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from tenants.crypto import CannotOpen, DataKey, open_bytes, seal_bytes

VARIABLE = "TIEOUT_MASTER_KEYS"
_VERSION = re.compile(r"[A-Za-z0-9_.\-]{1,20}")
_KEY_BYTES = 32


class MasterKeysUnreadable(Exception):  # noqa: N818  (told to an administrator as a sentence)
    """The setting is missing or wrong. The sentence says which entry, never what is in it."""


class MasterKeyMissing(Exception):  # noqa: N818  (told to an administrator as a sentence)
    """A data key was wrapped by a master key that is no longer in the setting."""

    def __init__(self, version: str) -> None:
        super().__init__(
            f"Master key {version!r} is not in {VARIABLE}. Put it back behind the newest one, "
            "rewrap the data keys, and only then remove it."
        )
        self.version = version


@dataclass(frozen=True)
class WrappedKey:
    """A data key as it is stored, and which master key opens it."""

    wrapped: bytes = field(repr=False)
    master_version: str


class KeyRing:
    """The master keys, newest first. Shows versions only."""

    __slots__ = ("__keys",)

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        self.__keys = {version: DataKey(key) for version, key in keys.items()}

    @classmethod
    def parse(cls, text: str) -> KeyRing:
        """The ring that the setting's text describes. Raises MasterKeysUnreadable."""
        entries = [entry.strip() for entry in text.split(",") if entry.strip()]
        if not entries:
            raise MasterKeysUnreadable(
                f"{VARIABLE} is empty. It needs at least one entry such as v1:<base64 of 32 bytes>."
            )
        keys: dict[str, bytes] = {}
        for place, entry in enumerate(entries, start=1):
            version, key = _parse_entry(entry, place)
            if version in keys or key in keys.values():
                raise _unreadable(place, "repeats the version or the key of an earlier one")
            keys[version] = key
        return cls(keys)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> KeyRing:
        """The ring of `TIEOUT_MASTER_KEYS`. Raises MasterKeysUnreadable."""
        return cls.parse(environment.get(VARIABLE, ""))

    @property
    def versions(self) -> tuple[str, ...]:
        """Newest first."""
        return tuple(self.__keys)

    @property
    def newest(self) -> str:
        return next(iter(self.__keys))

    def wrap(self, data_key: DataKey, *, tenant_id: UUID | str) -> WrappedKey:
        """The data key under the newest master key, bound to its tenant."""
        version = self.newest
        aad = _aad(tenant_id, version)
        sealed = seal_bytes(data_key.raw(), key=self.__keys[version], aad=aad)
        return WrappedKey(sealed, version)

    def unwrap(self, wrapped: WrappedKey, *, tenant_id: UUID | str) -> DataKey:
        """The data key. Raises MasterKeyMissing, or CannotOpen for another tenant's or a
        changed one."""
        key = self.__keys.get(wrapped.master_version)
        if key is None:
            raise MasterKeyMissing(wrapped.master_version)
        aad = _aad(tenant_id, wrapped.master_version)
        raw = open_bytes(bytes(wrapped.wrapped), key=key, aad=aad)
        if len(raw) != _KEY_BYTES:
            raise CannotOpen
        return DataKey(raw)

    def needs_rewrap(self, wrapped: WrappedKey) -> bool:
        """Whether it is wrapped by another than the newest master key."""
        return wrapped.master_version != self.newest

    def rewrap(self, wrapped: WrappedKey, *, tenant_id: UUID | str) -> WrappedKey:
        """The same data key under the newest master key; sealed secrets stay as they are.

        Raises what `unwrap` raises.
        """
        return self.wrap(self.unwrap(wrapped, tenant_id=tenant_id), tenant_id=tenant_id)

    def keyed_hash(self, value: bytes, *, purpose: str) -> bytes:
        """32 bytes that only a holder of the newest master key can compute from `value`; other
        purposes give other bytes."""
        key = hmac.digest(
            self.__keys[self.newest].raw(), f"tieout hash {purpose}".encode(), "sha256"
        )
        return hmac.digest(key, value, "sha256")

    def __repr__(self) -> str:
        return f"KeyRing({', '.join(self.versions)})"


def _parse_entry(entry: str, place: int) -> tuple[str, bytes]:
    version, colon, encoded = entry.partition(":")
    if not colon:
        raise _unreadable(place, "has no colon; write version:key, such as v1:<base64>")
    if not _VERSION.fullmatch(version):
        raise _unreadable(place, "has no short version such as v1 before the colon")
    try:
        key = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise _unreadable(place, "is not base64 behind the colon") from None
    if len(key) != _KEY_BYTES:
        raise _unreadable(place, f"holds {len(key)} bytes; a master key has {_KEY_BYTES}")
    if len(set(key)) == 1:
        raise _unreadable(place, "is the same byte all over; make a random one")
    return version, key


def _unreadable(place: int, what: str) -> MasterKeysUnreadable:
    return MasterKeysUnreadable(f"Entry {place} of {VARIABLE} {what}.")


def _aad(tenant_id: UUID | str, version: str) -> bytes:
    return json.dumps(["tieout data key", str(tenant_id), version]).encode()

"""Sealing one secret: AES-256-GCM under the tenant's data key, bound to the row it stands in.

Pure: no ORM, no settings. The data key itself is wrapped by `tenants.keyring`.
"""

from __future__ import annotations

import hmac
import json
import secrets
from dataclasses import dataclass
from typing import NoReturn, SupportsIndex
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

HIDDEN = "***"
_KEY_BYTES = 32
_NONCE_BYTES = 12  # 96 bits, NIST SP 800-38D; random, so at most 2**32 seals under one key
_TAG_BYTES = 16
_FORMAT = b"\x01"


class CannotOpen(Exception):  # noqa: N818  (a fact about the stored bytes)
    """The stored bytes do not open here: changed, copied from elsewhere, or under another key."""

    def __init__(self, sentence: str = "") -> None:
        super().__init__(
            sentence
            or "This secret cannot be opened: it was changed, moved from another place, "
            "or sealed with another key. Enter it again."
        )


class Secret:
    """A text that only `reveal()` gives out.

    `str`, `repr` and format give `***`; it cannot be pickled, copied or turned into JSON.
    """

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        self.__value = value

    def reveal(self) -> str:
        """The text itself. Call it where it is used, never where it is passed on."""
        return self.__value

    def __repr__(self) -> str:
        return HIDDEN

    def __format__(self, _spec: str) -> str:
        return HIDDEN

    def __bool__(self) -> bool:
        return bool(self.__value)

    def __eq__(self, other: object) -> bool:
        """In time that does not depend on where the two differ."""
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(_bytes_of(self.reveal()), _bytes_of(other.reveal()))

    def __hash__(self) -> int:
        return hash((Secret, self.__value))

    def __reduce_ex__(self, _protocol: SupportsIndex) -> NoReturn:
        raise TypeError("A secret cannot be pickled or copied")


class DataKey:
    """A 256-bit key, in memory only. Shows itself no more than a Secret does.

    Passed down to the cipher as it is: raw bytes in a local variable would be in every
    traceback that error reporters send.
    """

    __slots__ = ("__key",)

    def __init__(self, key: bytes) -> None:
        if len(key) != _KEY_BYTES:
            raise ValueError("A key has 32 bytes")
        self.__key = bytes(key)

    def raw(self) -> bytes:
        """The 32 bytes, for the cipher and for wrapping only."""
        return self.__key

    def __repr__(self) -> str:
        return f"DataKey({HIDDEN})"

    def __reduce_ex__(self, _protocol: SupportsIndex) -> NoReturn:
        raise TypeError("A key cannot be pickled or copied")


@dataclass(frozen=True)
class SecretContext:
    """Where a sealed secret belongs. It opens nowhere else."""

    tenant_id: UUID | str
    connection_id: UUID | str
    field: str
    key_version: int

    def as_aad(self) -> bytes:
        """Unambiguous bytes: JSON keeps ("a", "bc") and ("ab", "c") apart."""
        parts = [str(self.tenant_id), str(self.connection_id), self.field, self.key_version]
        return json.dumps(["tieout secret", *parts]).encode()


def new_data_key() -> DataKey:
    """A fresh random data key for one tenant."""
    return DataKey(secrets.token_bytes(_KEY_BYTES))


def seal(plaintext: str, *, data_key: DataKey, context: SecretContext) -> bytes:
    """The text encrypted for this one place, different each time: format, nonce, ciphertext."""
    return seal_bytes(_bytes_of(plaintext), key=data_key, aad=context.as_aad())


def open_sealed(sealed: bytes, *, data_key: DataKey, context: SecretContext) -> Secret:
    """What `seal` was given for the same place. Raises CannotOpen for anything else."""
    plaintext = open_bytes(bytes(sealed), key=data_key, aad=context.as_aad())
    return Secret(plaintext.decode("utf-8", "surrogatepass"))


def seal_bytes(plaintext: bytes, *, key: DataKey, aad: bytes) -> bytes:
    """AES-256-GCM with a random nonce in front."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return _FORMAT + nonce + AESGCM(key.raw()).encrypt(nonce, plaintext, aad)


def open_bytes(sealed: bytes, *, key: DataKey, aad: bytes) -> bytes:
    """The reverse of `seal_bytes`. Raises CannotOpen."""
    if sealed[:1] != _FORMAT or len(sealed) < 1 + _NONCE_BYTES + _TAG_BYTES:
        raise CannotOpen
    nonce, ciphertext = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    try:
        return AESGCM(key.raw()).decrypt(nonce, ciphertext, aad)
    except InvalidTag:
        raise CannotOpen from None


def _bytes_of(text: str) -> bytes:
    # With the default, a lone surrogate would put the secret into an exception's text.
    return text.encode("utf-8", "surrogatepass")

"""Random texts handed out once, and the hashes kept of them."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field

_BYTES = 32  # 256 random bits, so a plain hash is enough: there is nothing to guess


@dataclass(frozen=True)
class NewToken:
    """A token on its way to its owner: `plain` is shown once, only `digest` is stored."""

    plain: str = field(repr=False)
    digest: bytes = field(repr=False)


def new_token(prefix: str = "") -> NewToken:
    """An unguessable token, safe in a URL, beginning with `prefix`."""
    plain = prefix + secrets.token_urlsafe(_BYTES)
    return NewToken(plain, digest_of(plain))


def digest_of(plain: str) -> bytes:
    """The 32 bytes a token is stored and looked up by. Any text is allowed."""
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).digest()

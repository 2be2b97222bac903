"""The certificate authority of a customer's own server, as a file somebody uploads.

What is kept is public: certificates, never a key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from tenants.errors import NotPossible

FIELD = "authority"
_MOST_BYTES = 65_536
_MOST_CERTIFICATES = 10


@dataclass(frozen=True)
class Authority:
    """Checked certificates in PEM, whose they are, and when the first of them ends."""

    pem: str
    name: str
    expires_at: datetime

    def as_setting(self) -> dict[str, str]:
        """What a connection's settings keep; `from_settings` reads it."""
        return {"pem": self.pem, "name": self.name, "expires_at": self.expires_at.isoformat()}


def read_authority(content: bytes, *, now: datetime) -> Authority:
    """The certificates in an uploaded file.

    Raises NotPossible for what is none, a file with a private key, and an expired one.
    """
    if len(content) > _MOST_BYTES:
        raise _refused("A certificate file is smaller than 64 kB.")
    if b"PRIVATE KEY" in content:
        raise _refused("This file holds a private key. Upload the certificate alone.")
    try:
        found = x509.load_pem_x509_certificates(content)
    except ValueError:
        raise _refused(
            "This is no certificate in PEM form, the one that begins with BEGIN CERTIFICATE."
        ) from None
    if len(found) > _MOST_CERTIFICATES:
        raise _refused(f"Upload at most {_MOST_CERTIFICATES} certificates.")
    return _checked(found, now)


def from_settings(settings: Mapping[str, Any]) -> Authority | None:
    """The authority a connection keeps, if somebody uploaded one."""
    kept = settings.get(FIELD)
    if not kept:
        return None
    return Authority(kept["pem"], kept["name"], datetime.fromisoformat(kept["expires_at"]))


def _checked(found: list[x509.Certificate], now: datetime) -> Authority:
    expires_at = min(one.not_valid_after_utc for one in found)
    if expires_at <= now:
        raise _refused(f"This certificate expired on {expires_at:%d %B %Y}. Upload the new one.")
    pem = "".join(one.public_bytes(Encoding.PEM).decode() for one in found)
    return Authority(pem, _name(found[0])[:200], expires_at)


def _name(certificate: x509.Certificate) -> str:
    for kind in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        named = certificate.subject.get_attributes_for_oid(kind)
        if named:
            return str(named[0].value)
    return "Certificate without a name"


def _refused(sentence: str) -> NotPossible:
    return NotPossible(sentence, field=FIELD)

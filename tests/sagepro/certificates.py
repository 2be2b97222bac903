"""Certificates for tests, made on the spot."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID


class Issuer:
    """An authority of its own, good for `days`."""

    def __init__(self, name: str, *, days: int = 30) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named(name)
        self._days = days
        self.certificate = self._sign(self._name, self._key.public_key(), names=[], is_issuer=True)
        self.pem = self.certificate.public_bytes(Encoding.PEM)

    def server(self, name: str, *, folder: Path) -> ssl.SSLContext:
        """What a server called `name` shows, signed by this issuer."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = self._sign(_named(name), key.public_key(), names=[name], is_issuer=False)
        file = folder / "server.pem"
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        file.write_bytes(secret + made.public_bytes(Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # What servers up to 2019 speak.
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(file)
        return context

    def _sign(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePublicKey,
        *,
        names: list[str],
        is_issuer: bool,
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        building = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=self._days))
            .add_extension(x509.BasicConstraints(ca=is_issuer, path_length=None), critical=True)
        )
        if names:
            others = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
            building = building.add_extension(others, critical=False)
        return building.sign(self._key, hashes.SHA256())


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])

"""Real servers on this machine: one that answers oddly, one that only counts its visitors."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Handler = Callable[[socket.socket, threading.Event], None]


class Server:
    """Accepts connections on a free port of `host` and hands each to a handler."""

    def __init__(self, handler: Handler, *, host: str, certificate: Path | None = None) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, 0), family=family)
        self.port: int = self._listener.getsockname()[1]
        self.visitors = 0
        self.requests: list[bytes] = []
        self.stopped = threading.Event()
        self._handler = handler
        self._tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH) if certificate else None
        if self._tls and certificate:
            self._tls.load_cert_chain(certificate)
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while not self.stopped.is_set():
            try:
                opened, _ = self._listener.accept()
            except OSError:
                return
            if self.stopped.is_set():
                opened.close()
                return
            self.visitors += 1
            try:
                self._answer(opened)
            except OSError:
                opened.close()

    def _answer(self, opened: socket.socket) -> None:
        opened.settimeout(10)
        with self._tls.wrap_socket(opened, server_side=True) if self._tls else opened as talk:
            self.requests.append(_read_head(talk))
            self._handler(talk, self.stopped)

    def stop(self) -> None:
        self.stopped.set()
        with socket.socket(self._listener.family) as waker:
            waker.connect(self._listener.getsockname()[:2])
        self._thread.join(10)
        self._listener.close()


def _read_head(talk: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head and (more := talk.recv(4096)):
        head += more
    return head


@contextmanager
def serving(
    handler: Handler, *, host: str = "127.0.0.1", certificate: Path | None = None
) -> Iterator[Server]:
    server = Server(handler, host=host, certificate=certificate)
    try:
        yield server
    finally:
        server.stop()


def answering(raw: bytes) -> Handler:
    """A handler that sends these bytes and hangs up."""
    return lambda talk, _stopped: talk.sendall(raw)


def page(body: bytes, *, status: str = "200 OK", headers: str = "") -> bytes:
    """A whole HTTP/1.1 answer."""
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    return head.encode() + body


def make_certificate(folder: Path, *, names: list[str]) -> Path:
    """A self-signed certificate with its key in one file; it is its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([_general(one) for one in names]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{names[0]}.pem"
    path.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


def _general(name: str) -> x509.GeneralName:
    is_number = name.replace(".", "").isdigit()
    return x509.IPAddress(ip_address(name)) if is_number else x509.DNSName(name)

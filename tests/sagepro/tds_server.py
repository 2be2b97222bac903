"""A server that speaks as much of SQL Server's wire protocol as its driver needs.

It runs no SQL: a test says what each statement is answered. So it proves what the driver sends
and how its errors are told, not what SQL Server would do. Packets and tokens as documented in
Microsoft's [MS-TDS].
"""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType

_BATCH, _REPLY, _ATTENTION, _LOGIN, _PRELOGIN = 0x01, 0x04, 0x06, 0x10, 0x12
_NOT_SUPPORTED, _REQUIRED = 2, 3
_VERSION_74 = bytes.fromhex("74000004")
_COLLATION = bytes.fromhex("0904d00034")  # SQL_Latin1_General_CP1_CI_AS


class HangUp(Exception):  # noqa: N818 - what the server does, not what went wrong
    """The server closes the connection instead of answering."""


@dataclass(frozen=True)
class Rows:
    """A result of texts and whole numbers."""

    names: tuple[str, ...]
    values: Sequence[tuple[str | int, ...]]

    def token(self) -> bytes:
        first = self.values[0] if self.values else self.names
        kinds = [isinstance(value, int) for value in first]
        head = b"\x81" + struct.pack("<H", len(self.names))
        for name, is_number in zip(self.names, kinds, strict=True):
            kind = b"\x26\x04" if is_number else b"\xe7" + struct.pack("<H", 8000) + _COLLATION
            head += struct.pack("<IH", 0, 1) + kind + _short(name)
        return (
            head + b"".join(self._row(row) for row in self.values) + _done(0x10, len(self.values))
        )

    def _row(self, values: tuple[str | int, ...]) -> bytes:
        return b"\xd1" + b"".join(map(_value, values))


@dataclass(frozen=True)
class Count:
    """How many rows a statement touched."""

    rows: int = 1

    def token(self) -> bytes:
        return _done(0x10, self.rows)


@dataclass(frozen=True)
class Failure:
    """What the server says when it refuses."""

    number: int
    text: str
    severity: int = 16

    def token(self) -> bytes:
        body = struct.pack("<IBB", self.number, 1, self.severity)
        body += struct.pack("<H", len(self.text)) + self.text.encode("utf-16-le")
        body += _short("SAGESQL") + _short("") + struct.pack("<I", 1)
        return b"\xaa" + struct.pack("<H", len(body)) + body + _done(0x02, 0)


Answer = Rows | Count | Failure
Answers = Callable[[str], Answer]


def _shut(client: socket.socket) -> None:
    with suppress(OSError):
        client.shutdown(socket.SHUT_RDWR)


def _value(value: str | int) -> bytes:
    if isinstance(value, int):
        return b"\x04" + struct.pack("<i", value)
    encoded = value.encode("utf-16-le")
    return struct.pack("<H", len(encoded)) + encoded


def _short(text: str) -> bytes:
    return bytes([len(text)]) + text.encode("utf-16-le")


def _done(status: int, rows: int) -> bytes:
    return b"\xfd" + struct.pack("<HHQ", status, 0, rows)


@dataclass
class TdsServer:
    """Listens on loopback; `heard` holds every statement in the order it came."""

    answer: Answers
    tls: ssl.SSLContext | None = None
    login: Failure | None = None
    """What every login is refused with."""
    heard: list[str] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)
    _clients: list[socket.socket] = field(default_factory=list)

    def __enter__(self) -> TdsServer:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._start(self._accept)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for client in self._clients:
            _shut(client)
        for thread in self._threads:
            thread.join(10)

    @property
    def dsn(self) -> str:
        return f"mssql://tieout:secret@127.0.0.1:{self.port}/PRO01"

    def _start(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work)
        thread.start()
        self._threads.append(thread)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self._clients.append(client)
            self._start(_Talk(self, client).run)


class _Talk:
    """One connection."""

    def __init__(self, server: TdsServer, client: socket.socket) -> None:
        self._server = server
        self._client: socket.socket | _Sealed = client
        self._socket = client

    def run(self) -> None:
        with self._socket:
            try:
                for kind, body in self._messages():
                    self._act(kind, body)
            except (HangUp, OSError):
                return

    def _messages(self) -> Iterator[tuple[int, bytes]]:
        while True:
            whole = b""
            is_last = False
            while not is_last:
                head = self._exactly(8)
                whole += self._exactly(struct.unpack(">H", head[2:4])[0] - 8)
                is_last = bool(head[1] & 1)
            yield head[0], whole

    def _exactly(self, count: int) -> bytes:
        got = b""
        while len(got) < count:
            more = self._client.recv(count - len(got))
            if not more:
                raise HangUp
            got += more
        return got

    def _act(self, kind: int, body: bytes) -> None:
        if kind == _PRELOGIN:
            self._begin()
        elif kind == _LOGIN:
            self._send(self._logged_in())
        elif kind == _BATCH:
            self._send(self._answered(body))
        elif kind == _ATTENTION:
            self._send(_done(0x20, 0))

    def _begin(self) -> None:
        wants = _REQUIRED if self._server.tls else _NOT_SUPPORTED
        version, options = b"\x0c\x00\x07\xd0\x00\x00", b""
        head = b"\x00" + struct.pack(">HH", 11, len(version)) + b"\x01" + struct.pack(">HH", 17, 1)
        options = head + b"\xff" + version + bytes([wants])
        self._send(options)
        if self._server.tls:
            self._client = _Sealed(self._socket, self._server.tls)

    def _logged_in(self) -> bytes:
        if self._server.login:
            return self._server.login.token()
        body = b"\x01" + _VERSION_74 + _short("Microsoft SQL Server") + b"\x0c\x00\x07\xd0"
        return b"\xad" + struct.pack("<H", len(body)) + body + _done(0, 0)

    def _answered(self, body: bytes) -> bytes:
        headers = struct.unpack("<I", body[:4])[0]
        statement = body[headers:].decode("utf-16-le")
        self._server.heard.append(statement)
        return self._server.answer(statement).token()

    def _send(self, body: bytes) -> None:
        head = struct.pack(">BBHHBB", _REPLY, 1, len(body) + 8, 0, 1, 0)
        self._client.sendall(head + body)


class _Sealed:
    """TLS as TDS does it: the handshake travels inside prelogin packets."""

    def __init__(self, raw: socket.socket, context: ssl.SSLContext) -> None:
        self._raw = raw
        self._from, self._to = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._from, self._to, server_side=True)
        while not self._is_shaken():
            self._from.write(self._packet())
        self._flush(wrapped=True)

    def _is_shaken(self) -> bool:
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            self._flush(wrapped=True)
            return False
        except ssl.SSLError:
            raise HangUp from None
        return True

    def _packet(self) -> bytes:
        head = self._read(8)
        return self._read(struct.unpack(">H", head[2:4])[0] - 8)

    def _read(self, count: int) -> bytes:
        got = b""
        while len(got) < count:
            more = self._raw.recv(count - len(got))
            if not more:
                raise HangUp
            got += more
        return got

    def _flush(self, *, wrapped: bool) -> None:
        data = self._to.read()
        if data and wrapped:
            data = struct.pack(">BBHHBB", _PRELOGIN, 1, len(data) + 8, 0, 1, 0) + data
        self._raw.sendall(data)

    def recv(self, count: int) -> bytes:
        while True:
            try:
                return self._tls.read(count)
            except ssl.SSLWantReadError:
                more = self._raw.recv(65536)
                if not more:
                    raise HangUp from None
                self._from.write(more)
            except ssl.SSLError:
                raise HangUp from None

    def sendall(self, data: bytes) -> None:
        self._tls.write(data)
        self._flush(wrapped=False)

"""A socket between a program of ours and PostgreSQL that is cut at COMMIT."""

from __future__ import annotations

import socket
import threading
from pathlib import Path
from types import TracebackType

from sqlalchemy import make_url

SOCKET_NAME = ".s.PGSQL.5432"


class CuttingProxy:
    """Passes bytes both ways until the client sends COMMIT, then hangs up on it.

    The COMMIT of a transaction that was made read-only passes: nothing hangs on it.

    With `reaches_server` the server gets the COMMIT and answers it; the answer is swallowed.
    Without, the server never hears of it. After `cut_only` just one COMMIT is cut and the
    others pass.
    """

    def __init__(self, dsn: str, *, folder: Path, reaches_server: bool) -> None:
        url = make_url(dsn)
        self._server = str(Path(str(url.query["host"])) / SOCKET_NAME)
        self._reaches_server = reaches_server
        self._only = 0
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(folder / SOCKET_NAME))
        self._listener.listen()
        self._threads: list[threading.Thread] = []
        self.commits = 0
        self.cuts = 0
        self.dsn = url.update_query_dict({"host": str(folder)}).render_as_string(
            hide_password=False
        )

    def cut_only(self, number: int, *, reaches_server: bool) -> None:
        """Cut just the COMMIT of this number, counted from 1 from now on."""
        self.commits, self._only, self._reaches_server = 0, number, reaches_server

    def __enter__(self) -> CuttingProxy:
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
        for thread in self._threads:
            thread.join(10)

    def _start(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments)  # type: ignore[arg-type]
        thread.start()
        self._threads.append(thread)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            server.connect(self._server)
            self._start(self._answers, server, client)
            self._start(self._questions, client, server)

    def _questions(self, client: socket.socket, server: socket.socket) -> None:
        only_reads = False
        while data := _receive(client):
            is_commit = b"COMMIT\x00" in data  # the whole word: BEGIN says READ COMMITTED
            if is_commit and not only_reads and self._is_cut():
                self.cuts += 1
                _shut(client)
                if self._reaches_server:
                    server.sendall(data)
                break
            ends = is_commit or b"ROLLBACK\x00" in data
            only_reads = not ends and (only_reads or b"transaction_read_only" in data)
            server.sendall(data)
        # Half-closed: the server reads to the end, so a COMMIT it got is carried out.
        _shut(server, how=socket.SHUT_WR)

    def _is_cut(self) -> bool:
        self.commits += 1
        return not self._only or self.commits == self._only

    def _answers(self, server: socket.socket, client: socket.socket) -> None:
        while data := _receive(server):
            try:
                client.sendall(data)
            except OSError:
                continue
        _shut(client)
        client.close()
        server.close()


def _receive(source: socket.socket) -> bytes:
    try:
        return source.recv(65536)
    except OSError:
        return b""


def _shut(end: socket.socket, *, how: int = socket.SHUT_RDWR) -> None:
    try:
        end.shutdown(how)
    except OSError:
        return

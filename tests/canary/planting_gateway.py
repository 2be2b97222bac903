"""A PayTrace in whose answers card numbers stand: everything goes through to the simulator, and on
the way back another field of each row holds one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests

from integrations.canonical.identifiers import is_identifier
from integrations.paytrace import wire
from tests.canary.cards import CODE_NAMES, Cards
from tests.canary.portal_door import leaves, replaced

# Without these no further answer would come.
_OF_SIGN_IN = frozenset({"access_token", "token_type", "expires_in", "refresh_token"})


class Planting:
    """Card numbers for the answers, in each leaf of a row in turn; `also` in every row."""

    def __init__(self, cards: Cards, *, also: tuple[str, ...] = ()) -> None:
        self._cards, self._also = cards, also
        self._turn = 0
        self.places: set[str] = set()
        """The fields planted in so far."""
        self.heard: list[bytes] = []
        """All that PayTrace was told: address, headers and body of every call."""

    def answer(self, body: Any) -> Any:
        """The answer with card numbers; `body` stays as it is."""
        if isinstance(body, list):
            return [self._row(one) for one in body]
        if not isinstance(body, dict):
            return body
        rows = {name: self.answer(one) for name, one in body.items() if isinstance(one, list)}
        return {**(body if rows else self._row(body)), **rows}

    def _row(self, row: Any) -> Any:
        if not isinstance(row, dict) or _OF_SIGN_IN & row.keys():
            return row
        for name in self._also:
            if name in row:
                row = {**row, name: self._text(name)}
        self._turn += 1
        found = list(leaves(row))
        if self._turn % 5 == 0 or not found:
            return {**row, **{name: self._cards.code() for name in CODE_NAMES}}
        place = found[self._turn % len(found)]
        text = self._text(".".join(map(str, place)))
        return row if is_identifier(str(place[-1]), text) else replaced(row, place, text)

    def _text(self, name: str) -> str:
        self.places.add(name)
        return self._cards.text(f"PayTrace's {name}")


@contextmanager
def planting(url: str, hand: Planting) -> Iterator[str]:
    """The address of the PayTrace in front of `url`, in whose answers `hand` plants."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            headers = {k: v for k, v in self.headers.items() if k != "Host"}
            hand.heard.append(f"{self.command} {self.path} {headers}\n".encode() + body)
            with requests.Session() as session:
                session.trust_env = False
                answer = session.request(
                    self.command, url + self.path, data=body, headers=headers, timeout=10
                )
            content = wire.dumps(hand.answer(wire.loads(answer.content))).encode()
            self.send_response(answer.status_code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_DELETE = _pass_on  # noqa: N815 the base class's names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()

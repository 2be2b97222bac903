"""The HTTP side: keep-alive, one thread per connection, every answer written in one piece."""

from __future__ import annotations

import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

from integrations.paytrace.simulator import faults
from integrations.paytrace.simulator.control import door as control_door
from integrations.paytrace.simulator.disputes import door as disputes_door
from integrations.paytrace.simulator.exchange import Answer, Request, json_answer
from integrations.paytrace.simulator.hosted import door as hosted_door
from integrations.paytrace.simulator.v1 import door as door_v1
from integrations.paytrace.simulator.v3 import door as door_v3
from integrations.paytrace.simulator.world import World

MAX_REQUEST = 1024 * 1024
_DOORS = (door_v1.answer, door_v3.answer, hosted_door.answer, disputes_door.answer)


class SimulatorServer(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], *, world: World) -> None:
        super().__init__(address, Handler)
        self.world = world
        self.stopped = threading.Event()

    def answer(self, request: Request) -> Answer:
        """Control, or PayTrace's calls with whatever fault is due."""
        if request.path.startswith("/_control/"):
            return control_door.answer(self.world, request)
        with self.world.turn():
            self.world.store.count_call(request.path)
            fault = self.world.store.take_fault(request.path)
        if fault is None:
            return self._perform(request)
        return faults.apply(
            fault, lambda: self._perform(request), world=self.world, stopped=self.stopped
        )

    def _perform(self, request: Request) -> Answer:
        try:
            found = next((a for door in _DOORS if (a := door(self.world, request))), None)
        except ValueError:
            return json_answer({"error": "invalid_request"}, status=400)
        return found or json_answer({"error": "not_found"}, status=404)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "PayTraceSimulator"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave in one packet
    timeout = 120  # seconds an idle connection is kept

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Silent: `/_control/calls` counts, and a log would hold what must not be kept."""

    def _answer(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > MAX_REQUEST:
            self.close_connection = True
            return self._write(json_answer({"error": "too_large"}, status=413))
        content = self.rfile.read(int(length))
        return self._write(cast("SimulatorServer", self.server).answer(self._request(content)))

    def _request(self, content: bytes) -> Request:
        url = urlsplit(self.path)
        return Request(
            method=self.command,
            path=url.path,
            query=dict(parse_qsl(url.query)),
            headers={name.lower(): value for name, value in self.headers.items()},
            content=content,
            is_local=ip_address(self.client_address[0]).is_loopback,
        )

    def _write(self, answer: Answer) -> None:
        if answer.is_cut:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.content)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.content)

"""Polling: a whole day of transactions read, parsed, de-duplicated and entered, then once more.

The day comes over HTTP from a server of our own that does nothing else, so that what is
measured is ours. Nothing is posted: that has its own measure.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from integrations.connections import clients
from integrations.connections import operations as connections
from integrations.connections.models import Connection
from integrations.pipeline.sources import Found, Look, read_day
from portal.launch.postgres import LaunchError
from tenants.scope import tenant_transaction
from tests.bench import usage
from tests.bench.report import Aim, Row
from tests.bench.scene import ACTOR, Company
from tests.bench.sizes import Sizes

_DAY = date(2026, 11, 19)
# MB that a day may take, whatever its size; 50,000 records of it are 50 MB of text alone.
_FLAT = 24


def measure(company: Company, sizes: Sizes) -> list[Row]:
    """A first look at one day and a second that changes nothing. Raises LaunchError."""
    with _gateway(sizes.transactions) as url:
        memory = _Memory()
        look = _look(company, url, keep=memory.look)
        first, first_cpu = _read(look, new=sizes.transactions, sizes=sizes)
        again, _ = _read(look, new=0, sizes=sizes)
    return [
        Row(
            "Transactions polled and taken in",
            sizes.transactions / first_cpu,
            "per CPU s",
            aim=Aim(least=500),
            details={"transactions": sizes.transactions, "seconds": round(first, 2)},
        ),
        Row("A poll that changes nothing", 100 * again / first, "% of the first", aim=Aim(most=10)),
        Row("Memory that a polled day takes", memory.grown, "MB", aim=Aim(most=_FLAT)),
    ]


class _Memory:
    """How far this process grew beyond what it held after the first chunk of the day."""

    def __init__(self) -> None:
        self._first = self._most = 0.0

    def look(self) -> bool:
        held = usage.resident()
        self._first = self._first or held
        self._most = max(self._most, held)
        return True

    @property
    def grown(self) -> float:
        """In MB, at least a page: nothing takes none."""
        return max(self._most - self._first, 0.1)


def _read(look: Look, *, new: int, sizes: Sizes) -> tuple[float, float]:
    """Seconds by the clock and of CPU of this process."""
    began, cpu = time.perf_counter(), time.process_time()
    found = read_day(look, _DAY)
    if found != Found(sizes.transactions, new):
        raise LaunchError(f"The poll found {found}.")
    return time.perf_counter() - began, time.process_time() - cpu


def _look(company: Company, url: str, *, keep: Callable[[], bool]) -> Look:
    """A PayTrace account of its own at that address, tested as anyone's."""
    with tenant_transaction(company.tenant_id):
        books = Connection.objects.get(id=company.company_id)
        source = connections.create_paytrace(
            environment_id=books.environment_id, name="A busy day", api_version="v1",
            gateway_environment="sandbox", base_url=url, username="bench-day",
            password="only-for-a-bench", merchant_id="bench-day", zone="America/Los_Angeles",
            currency="USD", posts_to_id=books.id, actor=ACTOR,
        )  # fmt: skip
    client = clients.paytrace_client(tenant_id=company.tenant_id, connection_id=source.id)
    return Look(source, client, now=datetime.now(UTC), keep=keep)


class _Day(ThreadingHTTPServer):
    daemon_threads = True
    export = b""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        server = self.server
        assert isinstance(server, _Day)
        is_login = self.path == "/oauth/token"
        content = _TOKEN if is_login else server.export
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """The bench prints its own table."""


_TOKEN = b'{"access_token": "a:b:c", "token_type": "bearer", "expires_in": 7200}'


@contextmanager
def _gateway(count: int) -> Iterator[str]:
    server = _Day(("127.0.0.1", 0), _Handler)
    server.export = _export(count)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _export(count: int) -> bytes:
    """As `json-export-tranx-date` of PayTrace's help shows it."""
    rows = [_row(number) for number in range(count)]
    return json.dumps(
        {"success": True, "response_code": 1, "status_message": "", "transactions": rows}
    ).encode()


def _row(number: int) -> dict[str, Any]:
    address = dict.fromkeys(("street_address", "street_address2", "city", "state", "zip"), "")
    minute, hour = number % 60, number // 60 % 12
    return {
        "transaction_id": 400_000_000 + number,
        "credit_card": {
            "masked_number": f"************{number % 10_000:04d}",
            "expiration_month": 12,
            "expiration_year": 30,
        },
        "transaction_type": "SALE",
        "description": "",
        "amount": 100,
        "tax_amount": "0.00",
        "shipping_address": {"name": "", **address, "country": "US"},
        "billing_address": {"name": "Acme Tools Inc.", **address, "country": "US"},
        "receipt_emailed_to": "",
        "customer_reference_id": f"PO{number}",
        "approval_code": f"TAS{number % 1000:03d}",
        "approval_message": "  NO  MATCH - Approved and completed",
        "avs_response": "No Match",
        "csc_response": "Match",
        "status_code": "Y",
        "status_message": "Pending Settlement",
        "created": {
            "through": "API",
            "at": f"11/19/2026 {hour or 12}:{minute:02d}:00 PM",
            "by": "bench",
            "from_ip": "127.0.0.1",
        },
        "settled": "",
        "invoice_id": str(700_000 + number),
        "customer_id": "ACME01",
    }

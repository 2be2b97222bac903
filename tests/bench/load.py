"""The load: signed notices over kept-open loopback connections, from a process of its own.

Everything is signed before the clock starts, so that sending costs as little as it can.
`python -m tests.bench.load` reads one job as JSON and prints one result as JSON.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import cast

from integrations.events.signatures import sign
from portal.launch import places
from portal.launch.postgres import LaunchError
from tenants.ids import new_id

LIMIT_SECONDS = 120


@dataclass(frozen=True)
class Job:
    """So many notices by so many clients at once, each waiting for its answer."""

    port: int
    path: str
    secret: str
    clients: int
    transaction_ids: tuple[str, ...]


@dataclass(frozen=True)
class Result:
    """What came back; times in milliseconds."""

    seconds: float
    answers: dict[str, int]
    p50: float
    p99: float

    @property
    def accepted(self) -> int:
        return self.answers.get("202", 0)

    @property
    def per_second(self) -> float:
        """Accepted notices per second."""
        return self.accepted / self.seconds


def send(job: Job) -> Result:
    """Run the job in a process of its own. Raises LaunchError when it fails."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.load"],
        cwd=places.CHECKOUT,
        input=json.dumps(asdict(job)),
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS + 60,
        check=False,
    )
    if done.returncode != 0:
        raise LaunchError(f"The load failed: {done.stderr.strip().splitlines()[-1:]}")
    return Result(**json.loads(done.stdout))


def notice(transaction_id: str) -> bytes:
    """A notice of about 1.3 kB, as a shop's relay would send it."""
    return json.dumps(
        {
            "type": "payment.approved",
            "account": "bench",
            "transaction_id": transaction_id,
            "occurred_at": datetime.now(UTC).isoformat(),
            "data": {
                "amount": "100.00", "currency": "USD", "invoice_id": "600001",
                "customer_id": "ACME01", "masked_card_number": "************5439",
                "expiration": "12/29", "approval_code": "TAS458", "avs": "No Match",
                "csc_response": "", "batch": 0, "status_message": "Your transaction was approved.",
                "billing_address": {
                    "name": "Acme Tools Inc.", "street_address": "8320 E. West St.",
                    "city": "Spokane", "state": "WA", "zip": "85284", "country": "US",
                },
                "items": [
                    {"sku": f"BRG-{6200 + place}", "name": "Ball bearing, sealed, single row",
                     "quantity": 2, "price": "5.00"}
                    for place in range(7)
                ],
                "note": "Deliver to the back door. Ask for the foreman.",
            },
        }
    ).encode()  # fmt: skip


def request(job: Job, transaction_id: str) -> bytes:
    """The whole HTTP request as bytes."""
    body = notice(transaction_id)
    signed = sign(
        body=body, secret=job.secret, event_id=f"evt_{new_id()}", sent_at=datetime.now(UTC)
    )
    headers = {
        "Host": "127.0.0.1",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "User-Agent": "bench",
        **signed,
    }
    lines = [f"POST {job.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


class Client(asyncio.Protocol):
    """One connection: sends the next request when the answer to the last is there."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._read = b""
        self._began = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._next()

    def data_received(self, data: bytes) -> None:
        self._read += data
        if _is_whole(self._read):
            self._run.note(self._read[9:12].decode(), time.perf_counter() - self._began)
            closes = b"\r\nconnection: close" in self._read.lower()
            self._read = b""
            if closes:
                self._transport.close()
            else:
                self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._run.lost(self)

    def _next(self) -> None:
        following = self._run.take()
        if following is None:
            self._transport.close()
            return
        self._began = time.perf_counter()
        self._transport.write(following)


def _is_whole(read: bytes) -> bool:
    head, gap, body = read.partition(b"\r\n\r\n")
    if not gap:
        return False
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return len(body) >= int(line[15:])
    return body.endswith(b"0\r\n\r\n")


class Run:
    """The requests still to send, and what came of the others."""

    def __init__(self, requests: Sequence[bytes], *, port: int, clients: int) -> None:
        self._waiting = list(requests)
        self._port = port
        self._live = clients
        self._clients = clients
        self.seconds: list[float] = []
        self.answers: Counter[str] = Counter()

    async def go(self) -> float:
        """Send everything; how many seconds it took."""
        self._over = asyncio.get_running_loop().create_future()
        began = time.perf_counter()
        for _ in range(self._clients):
            await self._connect()
        async with asyncio.timeout(LIMIT_SECONDS):
            await self._over
        return time.perf_counter() - began

    def take(self) -> bytes | None:
        return self._waiting.pop() if self._waiting else None

    def note(self, status: str, seconds: float) -> None:
        self.answers[status] += 1
        self.seconds.append(seconds)

    def lost(self, _: Client) -> None:
        """A connection ended: another takes its place while there is something to send."""
        if self._waiting:
            self._again = asyncio.ensure_future(self._connect())
            return
        self._live -= 1
        if self._live == 0 and not self._over.done():
            self._over.set_result(None)

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        await loop.create_connection(lambda: Client(self), "127.0.0.1", self._port)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of them do not exceed; 0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def main() -> None:
    fields = json.loads(sys.stdin.read())
    job = Job(**{**fields, "transaction_ids": tuple(fields["transaction_ids"])})
    run = Run(
        [request(job, one) for one in job.transaction_ids], port=job.port, clients=job.clients
    )
    seconds = asyncio.run(run.go())
    result = Result(
        seconds=seconds,
        answers=dict(run.answers),
        p50=1000 * percentile(run.seconds, 0.5),
        p99=1000 * percentile(run.seconds, 0.99),
    )
    sys.stdout.write(json.dumps(asdict(result)))


if __name__ == "__main__":
    main()

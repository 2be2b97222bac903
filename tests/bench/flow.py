"""With everything running: one payment at a time, and a backlog beside a quiet company."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass, field

import psycopg

from integrations.connections import operations as connections
from integrations.pipeline import poll_now
from portal.launch import processes, programs
from portal.launch.postgres import LaunchError
from tenants.scope import tenant_transaction
from tests.bench import usage
from tests.bench.load import Job, percentile, request, send
from tests.bench.report import Aim, Row
from tests.bench.scene import ACTOR, Company
from tests.bench.sizes import Sizes
from tests.bench.stage import Stage

PROGRAMS = ("database", "web", "workers", "sweeper", "simulator")
_LONGEST_WAIT = 60.0
_LOOK_EVERY = 0.004
_BETWEEN = 0.3  # seconds between two payments of the quiet company
_WARM_UP = 2


@dataclass
class Sender:
    """Sends one notice at a time and watches the books for its receipt."""

    company: Company
    port: int
    seconds: list[float] = field(default_factory=list)

    def send(self) -> None:
        """Notice out → receipt readable in Sage's own table."""
        transaction_id, invoice = self.company.pay()
        job = Job(
            self.port, self.company.notice_path, self.company.notice_secret, 1, (transaction_id,)
        )
        told = request(job, transaction_id)
        began = time.monotonic()
        _tell(told, port=self.port)
        self._wait(invoice)
        self.seconds.append(time.monotonic() - began)

    def milliseconds(self, share: float) -> float:
        return 1000 * percentile(self.seconds, share)

    def _wait(self, invoice: str) -> None:
        deadline = time.monotonic() + _LONGEST_WAIT
        with psycopg.connect(self.company.books_url, autocommit=True) as books:
            while time.monotonic() < deadline:
                found = books.execute(
                    "SELECT 1 FROM arcash WHERE invno = %s", [invoice.rjust(10)]
                ).fetchone()
                if found:
                    return
                time.sleep(_LOOK_EVERY)
        raise LaunchError(f"The receipt on invoice {invoice} did not come.")


def start_workers(stage: Stage) -> None:
    """The workers and the sweeper as `run.py` starts them."""
    stage.start(programs.workers(stage.settings))
    stage.start(programs.sweeper(stage.settings))


def measure_idle(company: Company, port: int, sizes: Sizes) -> list[Row]:
    """One payment at a time, nothing else going on."""
    for _ in range(_WARM_UP):
        Sender(company, port).send()
    sender = Sender(company, port)
    for _ in range(sizes.payments):
        sender.send()
    return [
        Row(
            "Notice to receipt when idle, p95",
            sender.milliseconds(0.95),
            "ms",
            aim=Aim(most=1000),
            details=_times(sender),
        )
    ]


def measure_backlog(
    stage: Stage, *, busy: Company, quiet: Company, port: int, sizes: Sizes, driver: float
) -> list[Row]:
    """Sage comes back and `busy` has a backlog, half of it told by notices at that moment.

    `driver` is how many receipts per second the bare driver wrote.
    """
    before = busy.receipts()
    told = _wait_with(busy, sizes)
    pids = [stage.process_id(name) for name in PROGRAMS]
    cpu = usage.cpu_seconds(pids)
    with tenant_transaction(busy.tenant_id):
        connections.resume(connection_id=busy.company_id, actor=ACTOR)
    began = time.monotonic()
    send(Job(port, busy.notice_path, busy.notice_secret, 4, tuple(told)))
    sender = Sender(quiet, port)
    while busy.receipts() - before < sizes.backlog:
        sender.send()
        time.sleep(_BETWEEN)
    seconds = time.monotonic() - began
    used = usage.cpu_seconds(pids) - cpu
    return [
        Row(
            f"Backlog of {sizes.backlog:,} drained", sizes.backlog / seconds, "receipts/s",
            limit=driver, beside="the same statements, driver only",
            details={"backlog": sizes.backlog, "seconds": round(seconds, 1)},
        ),
        Row("CPU of all processes per 1,000 receipts", 1000 * used / sizes.backlog, "CPU-s"),
        Row(
            "Quiet company beside the backlog, p95", sender.milliseconds(0.95), "ms",
            aim=Aim(most=3000), details=_times(sender),
        ),
    ]  # fmt: skip


def _wait_with(busy: Company, sizes: Sizes) -> list[str]:
    """Let half of a backlog wait for a paused Sage; the ids of the other half, not told yet."""
    with tenant_transaction(busy.tenant_id):
        connections.pause(connection_id=busy.company_id, reason="bench", actor=ACTOR)
    found = sizes.backlog // 2
    for _ in range(found):
        busy.pay()
    with tenant_transaction(busy.tenant_id):
        poll_now(connection_id=busy.gateway_id, actor=ACTOR)
    if not processes.wait_until(lambda: busy.count("waiting_erp") >= found, seconds=180):
        raise LaunchError(f"Only {busy.count('waiting_erp')} of {found} payments wait.")
    return [busy.pay()[0] for _ in range(sizes.backlog - found)]


def _times(sender: Sender) -> dict[str, float]:
    shares = {"p50_ms": 0.5, "p95_ms": 0.95, "p99_ms": 0.99, "worst_ms": 1.0}
    times = {name: round(sender.milliseconds(share), 1) for name, share in shares.items()}
    return {"payments": len(sender.seconds), **times}


def _tell(told: bytes, *, port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as opened:
        opened.sendall(told)
        answer = opened.recv(4096)
    if not answer.startswith(b"HTTP/1.1 202"):
        raise LaunchError(f"The notice was not accepted: {answer[:60]!r}")

"""Intake: signed notices with every check on, beside a bare view that stores the body."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from portal.launch import ports, programs
from portal.launch.processes import Program
from tenants.ids import new_id
from tests.bench import bare, usage
from tests.bench.load import Job, Result, send
from tests.bench.report import Aim, Row
from tests.bench.scene import Company
from tests.bench.sizes import Sizes
from tests.bench.stage import Stage

_BARE = "bare"
_AIM = Aim(least=0.6)
_WARM_UP = 50  # notices, so that every server thread has its connection


@dataclass(frozen=True)
class Served:
    """A web server that takes notices, and what it and the database have used so far."""

    name: str
    port: int
    stage: Stage

    def take(self, company: Company, clients: int, *, count: int) -> Round:
        """Send it `count` notices."""
        ids = tuple(new_id().hex for _ in range(count))
        job = Job(self.port, company.notice_path, company.notice_secret, clients, ids)
        pids = [self.stage.process_id(self.name), self.stage.process_id("database")]
        before = usage.cpu_seconds(pids)
        result = send(job)
        return Round(result, 1000 * (usage.cpu_seconds(pids) - before) / max(result.accepted, 1))


@dataclass(frozen=True)
class Round:
    result: Result
    cpu: float
    """Seconds per 1,000 accepted notices, of web server and database together."""


def measure(stage: Stage, company: Company, port: int, sizes: Sizes) -> list[Row]:
    """Accepted notices per second of the portal at `port`, each answered after its commit."""
    ours = Served("web", port, stage)
    beside = Served(_BARE, _start_bare(stage), stage)
    for server in (ours, beside):
        server.take(company, 4, count=_WARM_UP)
    rows = [
        row for clients in sizes.clients for row in _rows(company, ours, beside, clients, sizes)
    ]
    stage.stop(_BARE)
    return rows


def start_web(stage: Stage) -> int:
    """The portal as `run.py` starts it; the port it listens on."""
    return _serve(stage, programs.web, stage.settings)


def _start_bare(stage: Stage) -> int:
    stage.execute(f"CREATE DATABASE {_BARE}")
    stage.execute(bare.TABLE, name=_BARE)
    return _serve(stage, _bare_web, {bare.VARIABLE: stage.url(_BARE)})


def _bare_web(settings: Mapping[str, str], *, listening: int) -> Program:
    """The same server with another application."""
    web = programs.web(settings, listening=listening)
    command = [
        "tests.bench.bare_wsgi:application" if part == "portal.wsgi:application" else part
        for part in web.command
    ]
    return replace(web, name=_BARE, command=command)


def _serve(stage: Stage, program: Callable[..., Program], settings: Mapping[str, str]) -> int:
    with ports.listen(wanted=str(ports.free_port())) as listening:
        port: int = listening.getsockname()[1]
        stage.start(program(settings, listening=listening.fileno()))
    return port


def _rows(
    company: Company, ours: Served, beside: Served, clients: int, sizes: Sizes
) -> Iterator[Row]:
    """Both in turn, so that a busy moment of the machine hits both; the best rounds count."""
    found: list[Round] = []
    bare_found: list[Round] = []
    for _ in range(sizes.repeats):
        bare_found.append(beside.take(company, clients, count=sizes.notices))
        found.append(ours.take(company, clients, count=sizes.notices))
    best = max((one.result for one in found), key=lambda one: one.per_second)
    limit = max((one.result for one in bare_found), key=lambda one: one.per_second)
    details = {
        "p50_ms": round(best.p50, 2),
        "p99_ms": round(best.p99, 2),
        "bare_p50_ms": round(limit.p50, 2),
        "bare_p99_ms": round(limit.p99, 2),
        "answers": best.answers,
        "rounds": [round(one.result.per_second) for one in found],
        "bare_rounds": [round(one.result.per_second) for one in bare_found],
    }
    yield Row(
        f"Notices accepted, {clients} clients", best.per_second, "notices/s",
        limit=limit.per_second, beside="bare Django view", aim=_AIM, details=details,
    )  # fmt: skip
    yield Row(
        f"CPU per 1,000 notices, {clients} clients",
        min(one.cpu for one in found), "CPU-s",
        limit=min(one.cpu for one in bare_found), beside="bare Django view",
    )  # fmt: skip

"""Intake: signed notices with every check on, beside a bare view that stores the body."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace

from portal.launch import ports, programs
from portal.launch.processes import Program
from tenants.ids import new_id
from tests.bench import bare
from tests.bench.load import Job, Result, send
from tests.bench.report import Aim, Row
from tests.bench.scene import Company
from tests.bench.sizes import Sizes
from tests.bench.stage import Stage

_BARE = "bare"
_AIM = Aim(least=0.6)
_WARM_UP = 50  # notices, so that every server thread has its connection


def measure(stage: Stage, company: Company, ours: int, sizes: Sizes) -> list[Row]:
    """Accepted notices per second of the portal at port `ours`, each answered after its commit."""
    beside = _start_bare(stage)
    for port in (ours, beside):
        warm_up = replace(_job(company, port, 4, sizes), transaction_ids=("warm",) * _WARM_UP)
        send(warm_up)
    rows = [_row(company, ours, beside, clients, sizes) for clients in sizes.clients]
    stage.stop(_BARE)
    return rows


def start_web(stage: Stage) -> int:
    """The portal as `run.py` starts it; the port it listens on."""
    return _serve(stage, programs.web, stage.settings)


def _start_bare(stage: Stage) -> int:
    stage.execute(f"CREATE DATABASE {_BARE}")
    stage.execute(bare.TABLE, name=_BARE)
    settings = {bare.VARIABLE: stage.url(_BARE)}

    def program(given: dict[str, str], *, listening: int) -> Program:
        web = programs.web(given, listening=listening)
        command = [
            "tests.bench.bare_wsgi:application" if part == "portal.wsgi:application" else part
            for part in web.command
        ]
        return replace(web, name=_BARE, command=command)

    return _serve(stage, program, settings)


def _serve(stage: Stage, program: Callable[..., Program], settings: dict[str, str]) -> int:
    listening = ports.listen(wanted=str(ports.free_port()))
    port: int = listening.getsockname()[1]
    stage.start(program(settings, listening=os.dup(listening.fileno())))
    listening.close()
    return port


def _row(company: Company, ours: int, beside: int, clients: int, sizes: Sizes) -> Row:
    """Both in turn, so that a busy moment of the machine hits both."""
    found: list[Result] = []
    bare_found: list[Result] = []
    for _ in range(sizes.repeats):
        bare_found.append(send(_job(company, beside, clients, sizes)))
        found.append(send(_job(company, ours, clients, sizes)))
    best = max(found, key=lambda one: one.per_second)
    limit = max(bare_found, key=lambda one: one.per_second)
    return Row(
        f"Notices accepted, {clients} clients",
        best.per_second,
        "notices/s",
        limit=limit.per_second,
        beside="bare Django view",
        aim=_AIM,
        details={
            "p50_ms": round(best.p50, 2),
            "p99_ms": round(best.p99, 2),
            "bare_p50_ms": round(limit.p50, 2),
            "bare_p99_ms": round(limit.p99, 2),
            "answers": best.answers,
            "rounds": [round(one.per_second) for one in found],
            "bare_rounds": [round(one.per_second) for one in bare_found],
        },
    )


def _job(company: Company, port: int, clients: int, sizes: Sizes) -> Job:
    ids = tuple(new_id().hex for _ in range(sizes.notices))
    return Job(port, company.notice_path, company.notice_secret, clients, ids)

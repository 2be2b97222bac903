"""Posting: the whole way from a new payment to its receipt, beside the driver alone.

One drain posts in this process while every statement is written down, ours and Sage's. The
same statements then run once more on copies of both databases, made before, through nothing
but the driver: what is left is the price of all the thinking in between.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.db import connection, connections
from sqlalchemy import Engine, event

from integrations import pipeline
from integrations.connections import clients
from portal.launch import database, databases
from portal.launch.postgres import LaunchError
from tests.bench import usage
from tests.bench.report import Aim, Row
from tests.bench.scene import Company
from tests.bench.sizes import Sizes
from tests.bench.stage import SAGE_LOGIN, Stage

_COPY = "_copy"
_OURS, _SAGE = "ours", "sage"
_COMMIT, _ROLLBACK = "COMMIT", "ROLLBACK"
_BEGINS = "SELECT set_config('tieout.tenant'"


@dataclass
class Statement:
    """One round trip as it was made."""

    side: str
    text: str
    values: Any = None


@dataclass
class Recorder:
    """Writes down what both drivers are told."""

    statements: list[Statement] = field(default_factory=list)

    @contextmanager
    def listening(self) -> Iterator[None]:
        hooks: dict[str, Callable[..., None]] = {
            "before_cursor_execute": self._sage,
            "commit": lambda _: self._sage_ends(_COMMIT),
            "rollback": lambda _: self._sage_ends(_ROLLBACK),
        }
        for name, hook in hooks.items():
            event.listen(Engine, name, hook)
        try:
            with connection.execute_wrapper(self._ours):
                yield
        finally:
            for name, hook in hooks.items():
                event.remove(Engine, name, hook)

    def per_receipt(self, side: str, receipts: int) -> float:
        return sum(one.side == side for one in self.statements) / receipts

    def _ours(self, execute: Callable[..., Any], sql: str, params: Any, *rest: Any) -> Any:
        if sql.startswith(_BEGINS):
            self.statements.append(Statement(_OURS, _COMMIT))
        self.statements.append(Statement(_OURS, sql, params))
        return execute(sql, params, *rest)

    def _sage(self, _conn: Any, _cursor: Any, text: str, values: Any, *_: Any) -> None:
        self.statements.append(Statement(_SAGE, text, values))

    def _sage_ends(self, how: str) -> None:
        self.statements.append(Statement(_SAGE, how))


@dataclass(frozen=True)
class Timed:
    seconds: float
    cpu: float
    """Of this process and the database server together."""


def measure(stage: Stage, company: Company, sizes: Sizes) -> list[Row]:
    """Receipts per second of one drain; no program but the simulator may run."""
    count = sizes.receipts
    _take_in(company, count)
    _copy(stage, company)
    recorder = Recorder()
    with recorder.listening():
        _drain(company)
    _check(company, posted=count)
    _take_in(company, count)
    ours = _timed(stage, lambda: _drain(company))
    _check(company, posted=2 * count)
    bare = _timed(stage, lambda: _replay(stage, company, recorder.statements))
    details = {
        "receipts": count,
        "statements_per_receipt_ours": round(recorder.per_receipt(_OURS, count), 1),
        "statements_per_receipt_sage": round(recorder.per_receipt(_SAGE, count), 1),
    }
    return [
        Row(
            "Receipts posted, one drain", count / ours.seconds, "receipts/s",
            limit=count / bare.seconds, beside="the same statements, driver only",
            aim=Aim(least=0.5), details=details,
        ),
        Row(
            "CPU per 1,000 receipts", 1000 * ours.cpu / count, "CPU-s",
            limit=1000 * bare.cpu / count, beside="the same statements, driver only",
        ),
    ]  # fmt: skip


def _take_in(company: Company, count: int) -> None:
    """Payments made at the gateway and found by sync, so that they wait to be walked."""
    for _ in range(count):
        company.pay()
    pipeline.look(tenant_id=company.tenant_id, connection_id=company.gateway_id, keep=lambda: True)
    if company.count("new") != count:
        raise LaunchError(f"{company.count('new')} of {count} payments were taken in.")


def _drain(company: Company) -> None:
    while pipeline.deliver(tenant_id=company.tenant_id, company_id=company.company_id):
        pass


def _check(company: Company, *, posted: int) -> None:
    found = (company.count("posted"), company.receipts())
    if found != (posted, posted):
        raise LaunchError(f"{posted} payments should be posted; {found} are, and receipts.")


def _timed(stage: Stage, act: Callable[[], None]) -> Timed:
    server = stage.process_id("database")
    cpu = time.process_time() + usage.cpu_seconds([server])
    began = time.perf_counter()
    act()
    seconds = time.perf_counter() - began
    return Timed(seconds, time.process_time() + usage.cpu_seconds([server]) - cpu)


def _copy(stage: Stage, company: Company) -> None:
    clients.close_all()
    connections.close_all()
    for name in (database.NAME, company.database):
        stage.execute(
            f"CREATE DATABASE {name}{_COPY} TEMPLATE {name} STRATEGY FILE_COPY", name="postgres"
        )


def _replay(stage: Stage, company: Company, statements: Sequence[Statement]) -> None:
    """Tell a bare driver the same, on the copies."""
    urls = {
        _OURS: stage.url(database.NAME + _COPY, role=databases.APP),
        _SAGE: stage.url(company.database + _COPY, role=SAGE_LOGIN),
    }
    with (
        psycopg.connect(urls[_OURS], cursor_factory=psycopg.ClientCursor) as ours,
        psycopg.connect(urls[_SAGE]) as sage,
    ):
        opened = {_OURS: ours, _SAGE: sage}
        for one in statements:
            if one.text == _COMMIT:
                opened[one.side].commit()
                continue
            if one.text == _ROLLBACK:
                opened[one.side].rollback()
                continue
            cursor = opened[one.side].execute(one.text.encode(), one.values)
            if cursor.description is not None:
                cursor.fetchall()

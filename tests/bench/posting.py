"""Posting: the whole way from a new payment to its receipt, beside the driver alone.

Drains post in this process while every statement is written down, ours and Sage's. The same
statements then run once more on copies of both databases, made before, through nothing but the
driver, in turn with more drains: what is left is the price of all the thinking in between.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
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
from tests.bench.turns import take_turns

_COPY = "_copy"
_OURS, _SAGE = "ours", "sage"
_COMMIT, _ROLLBACK = "COMMIT", "ROLLBACK"
_ENDS: Mapping[str, Callable[[psycopg.Connection[Any]], None]] = {
    _COMMIT: psycopg.Connection.commit,
    _ROLLBACK: psycopg.Connection.rollback,
}
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
class Round:
    """What both drivers were told of some payments."""

    taking_in: Sequence[Statement]
    draining: Sequence[Statement]


@dataclass
class Bare:
    """Both drivers alone, on the copies."""

    opened: Mapping[str, psycopg.Connection[Any]]

    def tell(self, statements: Sequence[Statement]) -> None:
        for one in statements:
            told = self.opened[one.side]
            if one.text in _ENDS:
                _ENDS[one.text](told)
                continue
            cursor = told.execute(one.text.encode(), one.values)
            if cursor.description is not None:
                cursor.fetchall()


@dataclass
class Processor:
    """CPU seconds of this process and the database server together, for each way."""

    server: int
    ours: float = 0.0
    bare: float = 0.0

    def now(self) -> float:
        return time.process_time() + usage.cpu_seconds([self.server])


def measure(stage: Stage, company: Company, sizes: Sizes) -> list[Row]:
    """Receipts per second of a drain; no program but the simulator may run."""
    rounds = sizes.rounds
    count = max(sizes.receipts // rounds, 1)
    _copy(stage, company)
    told = [_recorded(company, count) for _ in range(rounds)]
    used = Processor(stage.process_id("database"))
    with _bare(stage, company) as bare:

        def before(number: int) -> None:
            _take_in(company, count)
            bare.tell(told[number].taking_in)

        def ours(_: int) -> None:
            began = used.now()
            _drain(company)
            used.ours += used.now() - began

        def alone(number: int) -> None:
            began = used.now()
            bare.tell(told[number].draining)
            used.bare += used.now() - began

        taken = take_turns(rounds, before=before, ours=ours, bare=alone)
    _check(company, posted=2 * rounds * count)
    copied = company.receipts(stage.url(company.database + _COPY, role=SAGE_LOGIN))
    if copied != rounds * count:
        raise LaunchError(f"The driver alone wrote {copied} of {rounds * count} receipts.")
    return [
        taken.row(
            "Receipts posted, one drain",
            count,
            "receipts/s",
            beside="the same statements, driver only",
            aim=Aim(least=0.5),
            details={"receipts": rounds * count, **_statements(told, rounds * count)},
        ),
        Row(
            "CPU per 1,000 receipts",
            1000 * used.ours / (rounds * count),
            "CPU-s",
            limit=1000 * used.bare / (rounds * count),
            beside="the same statements, driver only",
        ),
    ]


def _recorded(company: Company, count: int) -> Round:
    taking_in, draining = Recorder(), Recorder()
    with taking_in.listening():
        _take_in(company, count)
    with draining.listening():
        _drain(company)
    return Round(_ended(taking_in), _ended(draining))


def _ended(recorder: Recorder) -> list[Statement]:
    """Our driver's last commit is told by nothing: it is known from the next beginning."""
    return [*recorder.statements, Statement(_OURS, _COMMIT)]


def _statements(told: Sequence[Round], receipts: int) -> dict[str, float]:
    all_of_them = [one.side for round_ in told for one in round_.draining]
    return {
        f"statements_per_receipt_{side}": round(all_of_them.count(side) / receipts, 1)
        for side in (_OURS, _SAGE)
    }


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


def _copy(stage: Stage, company: Company) -> None:
    clients.close_all()
    connections.close_all()
    for name in (database.NAME, company.database):
        stage.execute(
            f"CREATE DATABASE {name}{_COPY} TEMPLATE {name} STRATEGY FILE_COPY", name="postgres"
        )


@contextmanager
def _bare(stage: Stage, company: Company) -> Iterator[Bare]:
    """Tell a bare driver the same, on the copies."""
    urls = {
        _OURS: stage.url(database.NAME + _COPY, role=databases.APP),
        _SAGE: stage.url(company.database + _COPY, role=SAGE_LOGIN),
    }
    with (
        psycopg.connect(urls[_OURS], cursor_factory=psycopg.ClientCursor) as ours,
        psycopg.connect(urls[_SAGE]) as sage,
    ):
        yield Bare({_OURS: ours, _SAGE: sage})

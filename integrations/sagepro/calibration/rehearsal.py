"""What Tieout's own writer would have done: run in memory, compared with what Sage did.

The rules of posting run unchanged on a copy of the rows that mattered, in a database that
lives in this process only. A profile is right for a kind when its rehearsals leave the same
rows as the person's keying, column by column.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Boolean,
    Connection,
    DateTime,
    Integer,
    MetaData,
    Numeric,
    Table,
    Text,
    create_engine,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

from integrations.canonical.posting import (
    PostingKind,
    PostingOutcome,
    PostingRequest,
    PostingResult,
)
from integrations.sagepro.backends import answering
from integrations.sagepro.backends.company import SqlCompany
from integrations.sagepro.backends.plan import Answered
from integrations.sagepro.calibration.differences import Changes, changes
from integrations.sagepro.calibration.observation import Observation
from integrations.sagepro.calibration.requesting import request_of
from integrations.sagepro.calibration.snapshot import Row, Snapshot, plain
from integrations.sagepro.profile import HISTORY, PostingProfile


@dataclass(frozen=True)
class Rehearsal:
    """What our writer did, or the sentence with which it refused."""

    changes: Changes
    refusal: str = ""


class _Exact(TypeDecorator[Decimal]):
    """A number kept as text of four decimals, so that it stays exact in the rehearsal."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, _dialect: Any) -> str | None:
        return None if value is None else f"{Decimal(value):.6f}"

    def process_result_value(self, value: Any, _dialect: Any) -> Decimal | None:
        return None if value is None else Decimal(value)


def rehearse(found: Observation, profile: PostingProfile) -> Rehearsal:
    """Post what was keyed, by `profile`, on the rows as they stood before."""
    named = replace(
        profile,
        user_code=found.keyed.user,
        kinds=frozenset(PostingKind),
        database_schema="",
        system_schema="",
    )
    request = request_of(found, named)
    if isinstance(request, str):
        return Rehearsal({}, request)
    with _books(named, found.before) as (connection, company):
        before = _read(connection, company)
        result = _ask(connection, company, request)
        if result.outcome is not PostingOutcome.POSTED:
            return Rehearsal({}, _refusal(result))
        return Rehearsal(changes(before, _read(connection, company)))


def _ask(connection: Connection, company: SqlCompany, request: PostingRequest) -> PostingResult:
    try:
        answer = answering.answer(connection, company, request)
    except Answered as answered:
        return answered.result
    return answer if isinstance(answer, PostingResult) else answer.result()


def _refusal(result: PostingResult) -> str:
    if result.refusal:
        return result.refusal.sentence
    told = result.evidence.get("waiting_for") or result.evidence.get("conflict")
    return str(told or f"The answer was {result.outcome.value}.")


@contextmanager
def _books(
    profile: PostingProfile, rows: Mapping[str, Sequence[Row]]
) -> Iterator[tuple[Connection, SqlCompany]]:
    company = _of_its_own(SqlCompany.of(profile))
    engine = create_engine("sqlite://", paramstyle="named")
    try:
        with engine.connect() as connection:
            for logical, table in company.tables.items():
                _make(connection, table)
                _fill(connection, table, rows.get(profile.physical_table(logical), ()))
            yield connection, company
    finally:
        engine.dispose()


def _of_its_own(company: SqlCompany) -> SqlCompany:
    """With tables whose types may be changed; those of `SqlCompany.of` are shared."""
    metadata = MetaData()
    own = {name: table.to_metadata(metadata) for name, table in company.tables.items()}
    return SqlCompany(company.profile, own)


def _make(connection: Connection, table: Table) -> None:
    for column in table.columns:
        if isinstance(column.type, Numeric):
            column.type = _Exact()
    table.create(connection)


def _fill(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    values = [
        {column.key: _typed(column.type, row.get(column.name)) for column in table.columns}
        for row in rows
    ]
    if values:
        connection.execute(table.insert(), values)


def _typed(kind: TypeEngine[Any], text: str | None) -> Any:
    if text is None:
        return None
    readers: tuple[tuple[type[TypeEngine[Any]], Callable[[str], Any]], ...] = (
        (_Exact, Decimal),
        (Integer, int),
        (Boolean, lambda value: value == "true"),
        (DateTime, datetime.fromisoformat),
    )
    reader = next((read for of, read in readers if isinstance(kind, of)), str)
    return reader(text)


def _read(connection: Connection, company: SqlCompany) -> Snapshot:
    """The rehearsal's tables under their physical names, for comparing."""
    rows: dict[str, list[Row]] = {}
    for logical, table in company.tables.items():
        if logical in {"postings", *HISTORY}:
            continue
        names = [column.name for column in table.columns]
        found = connection.execute(table.select())
        rows[company.profile.physical_table(logical)] = [
            dict(zip(names, map(plain, values), strict=True)) for values in found
        ]
    return Snapshot({}, rows)

"""The direct way into a Sage company's database, beside the driver alone.

Postings are written down while they are made, and the same statements then run once more on a
copy of the company through nothing but the driver. Reading is beside its own one statement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from sqlalchemy import Engine, event

from integrations.canonical.posting import PostingOutcome
from integrations.sagepro.backends.sql import SqlConnector
from integrations.sagepro.sample.company import create_company
from integrations.sagepro.sample.profile import sample_profile
from portal.launch.postgres import LaunchError
from tests.bench import open_items
from tests.bench.report import Aim, Row
from tests.bench.sizes import Sizes
from tests.bench.stage import Stage
from tests.bench.turns import take_turns
from tests.sagepro.companies import TODAY
from tests.sagepro.postings import receipt

_NAME, _COPY = "sage_direct", "sage_direct_copy"
Told = tuple[str, Any]
"""What a driver was told: the words and the values."""
_COMMIT, _ROLLBACK = "COMMIT", "ROLLBACK"
_MANY = """
    CREATE TEMP TABLE one AS SELECT * FROM armast WHERE trim(invno) = '10433';
    ALTER TABLE one DROP COLUMN id_col;
    UPDATE one SET custno = 'ACME02';
    DO $$ DECLARE names text; BEGIN
        SELECT string_agg(quote_ident(column_name), ', ') INTO names
        FROM information_schema.columns
        WHERE table_name = 'armast' AND column_name NOT IN ('id_col', 'invno');
        EXECUTE format(
            'INSERT INTO armast (invno, %%s) SELECT lpad((500000 + n)::text, 10), %%s '
            'FROM one, generate_series(1, %(count)s) AS n', names, names);
    END $$
"""
_ENDS: Mapping[str, Callable[[psycopg.Connection[Any]], None]] = {
    _COMMIT: psycopg.Connection.commit,
    _ROLLBACK: psycopg.Connection.rollback,
}


@dataclass
class Recorder:
    """What the driver is told, in order."""

    statements: list[Told] = field(default_factory=list)

    @contextmanager
    def listening(self) -> Iterator[None]:
        hooks: dict[str, Callable[..., None]] = {
            "before_cursor_execute": lambda *told: self.statements.append((told[2], told[3])),
            "commit": lambda _: self.statements.append((_COMMIT, None)),
            "rollback": lambda _: self.statements.append((_ROLLBACK, None)),
        }
        for name, hook in hooks.items():
            event.listen(Engine, name, hook)
        try:
            yield
        finally:
            for name, hook in hooks.items():
                event.remove(Engine, name, hook)


def measure(stage: Stage, sizes: Sizes) -> list[Row]:
    """Receipts and invoices per second. Raises LaunchError when a posting fails."""
    stage.execute(f"CREATE DATABASE {_NAME}", name="postgres")
    create_company(stage.url(_NAME), today=TODAY)
    with psycopg.connect(stage.url(_NAME)) as connection:
        connection.execute((_MANY % {"count": sizes.invoices}).encode())
    stage.execute(f"CREATE DATABASE {_COPY} TEMPLATE {_NAME}", name="postgres")
    sage = SqlConnector(stage.url(_NAME), profile=sample_profile())
    try:
        rows = [_posting(stage, sage, sizes), _reading(stage, sage, sizes)]
        return rows + open_items.measure(sage, dsn=stage.url(_NAME))
    finally:
        sage.close()


def _posting(stage: Stage, sage: SqlConnector, sizes: Sizes) -> Row:
    rounds = sizes.rounds
    count = max(sizes.receipts // rounds, 1)
    begin, *told = [_recorded(sage, f"first-{number}", count) for number in range(rounds + 1)]
    with psycopg.connect(stage.url(_COPY)) as bare:
        # Both have said everything before, as a worker has that is at it all day.
        replay(bare, begin)
        taken = take_turns(
            rounds,
            ours=lambda number: _post(sage, f"second-{number}", count),
            bare=lambda number: replay(bare, told[number]),
        )
    return taken.row(
        "Receipts posted directly",
        count,
        "receipts/s",
        beside="the same statements, driver only",
        aim=Aim(least=0.7),
        details={"receipts": count, "statements_per_receipt": per_receipt(begin, count)},
    )


def per_receipt(statements: Sequence[Told], receipts: int) -> float:
    return round(sum(text not in _ENDS for text, _ in statements) / receipts, 1)


def _recorded(sage: SqlConnector, word: str, count: int) -> list[Told]:
    recorder = Recorder()
    with recorder.listening():
        _post(sage, word, count)
    return recorder.statements


def _post(sage: SqlConnector, word: str, count: int) -> None:
    for number in range(count):
        request = receipt(f"{word}-{number}", "0.01", invoices={"10432": "0.01"})
        if sage.post_if_absent(request).outcome is not PostingOutcome.POSTED:
            raise LaunchError(f"Receipt {number} was not posted.")


def replay(bare: psycopg.Connection[Any], statements: Sequence[Told]) -> None:
    """Tell a bare driver the same."""
    for text, values in statements:
        if text in _ENDS:
            _ENDS[text](bare)
            continue
        cursor = bare.execute(text.encode(), values)
        if cursor.description is not None:
            cursor.fetchall()


def _reading(stage: Stage, sage: SqlConnector, sizes: Sizes) -> Row:
    recorder = Recorder()
    with recorder.listening():
        found = len(sage.open_invoices("ACME02"))
    if found < sizes.invoices:
        raise LaunchError(f"{found} of {sizes.invoices} invoices were read.")
    with psycopg.connect(stage.url(_COPY)) as bare:
        taken = take_turns(
            sizes.rounds,
            ours=lambda _: sage.open_invoices("ACME02"),
            bare=lambda _: replay(bare, recorder.statements),
        )
    return taken.row(
        "Open invoices read directly",
        found,
        "invoices/s",
        beside="the same statement, driver only",
        details={"invoices": found},
    )

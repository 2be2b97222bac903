"""The journal: what this agent was asked to write, what it began, and what came of it.

One SQLite file that is flushed to the disk at every step and that a person can read
(`tieout-agent journal`). A write is on record before it is begun, and its answer before it is
told; what was begun and never answered is asked again, never written blindly.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from integrations.sagepro.agent import wire
from integrations.sagepro.agent.journal_words import about
from integrations.sagepro.agent.wire import Job

FILE = "journal.sqlite"
# Writes are kept this long after they were told to the portal.
_KEEP_DAYS = 400
_TABLE = """
CREATE TABLE IF NOT EXISTS job (
    job_id TEXT PRIMARY KEY, sequence INTEGER NOT NULL, epoch INTEGER NOT NULL,
    call TEXT NOT NULL, about TEXT NOT NULL, body TEXT NOT NULL, signature TEXT NOT NULL,
    started_at TEXT NOT NULL, answered_at TEXT, answer TEXT, reported_at TEXT
)
"""

Answered = tuple[str, dict[str, Any]]
"""A job's id and its answer."""


class SpoolFull(RuntimeError):  # noqa: N818 names the state
    """The journal cannot be written: the disk is full, or the file cannot be used."""


@dataclass(frozen=True)
class Entry:
    """One line of the journal as a person reads it. Times are ISO 8601."""

    sequence: int
    call: str
    about: str
    started_at: str
    answered_at: str
    answer: str
    reported_at: str


class Journal:
    """The file in this folder. One process at a time. Raises SpoolFull from every method."""

    def __init__(self, folder: Path) -> None:
        try:
            # One caller at a time, though not always from the thread that opened it.
            self._file = sqlite3.connect(
                folder / FILE, isolation_level=None, check_same_thread=False
            )
            self._file.execute("PRAGMA journal_mode = WAL")
            self._file.execute("PRAGMA synchronous = FULL")
            self._file.execute(_TABLE)
        except sqlite3.Error as error:
            raise _full(error) from error

    def begin(
        self,
        job: Job,
        *,
        body: str,
        signature: str,
        now: datetime,
        former: Answered | None = None,
    ) -> None:
        """Put a write on record before it is begun, and with it what came of the `former` one: the
        disk is waited for once. Nothing changes when it is there already.
        """
        with self._at_once():
            if former is not None:
                self.end(*former, now=now)
            self._do(
                "INSERT OR IGNORE INTO job "
                "(job_id, sequence, epoch, call, about, body, signature, started_at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                job.job_id, job.sequence, job.epoch, job.name, about(job.name, job.arguments),
                body, signature, now.isoformat(),
            )  # fmt: skip

    def end(self, job_id: str, answer: Mapping[str, Any], *, now: datetime) -> None:
        """Put the answer on record before it is told."""
        self._do(
            "UPDATE job SET answered_at = ?, answer = ? WHERE job_id = ? AND answered_at IS NULL",
            now.isoformat(), wire.canonical(answer), job_id,
        )  # fmt: skip

    def told(self, job_ids: Sequence[str], *, now: datetime) -> None:
        """The portal has these answers; the disk is waited for once, not for each."""
        with self._at_once():
            for job_id in job_ids:
                self._do("UPDATE job SET reported_at = ? WHERE job_id = ?", now.isoformat(), job_id)

    def answer(self, job_id: str) -> dict[str, Any] | None:
        """The answer of a job that was finished before; None when it was not."""
        rows = self._rows("SELECT answer FROM job WHERE job_id = ? AND answer IS NOT NULL", job_id)
        return dict(wire.load(rows[0][0])) if rows else None

    def untold(self) -> list[tuple[str, dict[str, Any]]]:
        """Answers the portal does not have yet, in order."""
        rows = self._rows(
            "SELECT job_id, answer FROM job WHERE answer IS NOT NULL AND reported_at IS NULL "
            "ORDER BY sequence"
        )
        return [(job_id, dict(wire.load(answer))) for job_id, answer in rows]

    def unfinished(self) -> list[tuple[str, str]]:
        """Body and signature of every write that was begun and never answered, in order.

        Those of a former pairing are told to nobody and left as they are.
        """
        return self._rows(
            "SELECT body, signature FROM job WHERE answer IS NULL AND reported_at IS NULL "
            "ORDER BY sequence"
        )

    def entries(self, *, limit: int) -> list[Entry]:
        """The latest lines, newest first."""
        rows = self._rows(
            "SELECT sequence, call, about, started_at, coalesce(answered_at, ''), "
            "coalesce(answer, ''), coalesce(reported_at, '') FROM job "
            "ORDER BY started_at DESC, sequence DESC LIMIT ?",
            limit,
        )
        return [Entry(*row) for row in rows]

    def forget_former(self, *, epoch: int) -> None:
        """Answers of a former pairing have nobody to be told to any more."""
        self._do("UPDATE job SET reported_at = '' WHERE epoch < ? AND reported_at IS NULL", epoch)

    def prune(self, now: datetime) -> None:
        """Let go of what was told long ago."""
        self._do(
            "DELETE FROM job WHERE reported_at <> '' AND "
            "julianday(?) - julianday(reported_at) > ?",
            now.isoformat(), _KEEP_DAYS,
        )  # fmt: skip

    def close(self) -> None:
        self._file.close()

    @contextmanager
    def _at_once(self) -> Iterator[None]:
        """All of it or nothing."""
        self._do("BEGIN")
        try:
            yield
            self._do("COMMIT")
        except BaseException:
            if self._file.in_transaction:
                self._file.execute("ROLLBACK")
            raise

    def _do(self, statement: str, *values: object) -> None:
        try:
            self._file.execute(statement, values)
        except sqlite3.Error as error:
            raise _full(error) from error

    def _rows(self, statement: str, *values: object) -> list[Any]:
        try:
            return list(self._file.execute(statement, values))
        except sqlite3.Error as error:
            raise _full(error) from error


def _full(error: sqlite3.Error) -> SpoolFull:
    return SpoolFull(f"The agent's journal cannot be written ({error}).")

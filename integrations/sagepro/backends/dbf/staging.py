"""The staging tables under their lock: who holds it is the company's single writer.

The program inside Sage Pro holds the same lock while it posts, so a row is never taken and
withdrawn at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from integrations.sagepro.backends.books import Row
from integrations.sagepro.backends.dbf.letters import as_letters
from integrations.sagepro.backends.dbf.locks import holding
from integrations.sagepro.backends.dbf.own_table import OwnTable, open_own
from integrations.sagepro.backends.dbf.ranges import WHOLE_FILE
from integrations.sagepro.backends.dbf.staged_rows import (
    CHANGES,
    ON_ITS_WAY,
    Record,
    as_posting,
    check_fits,
    check_no_card,
)
from integrations.sagepro.backends.dbf.staging_shape import LINE, POST, SHAPES, State
from integrations.sagepro.backends.sentences import schema_changed

COLUMNS = {"effect_key": "effkey", "marker": "marker", "reverses": "revkey"}
"""What our record is asked by, and the column of PTPOST that holds it."""
_ENDED = {State.CLOSED}


@dataclass
class _Index:
    """Where keys stand. The indexed columns of a row never change once it counts."""

    places: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    under_way: set[int] = field(default_factory=set)
    """Rows that had not ended when they were last looked at; one that has stays so."""
    known: int = 0
    file: tuple[int, int] = (0, 0)


class Staging:
    """Opens the staging tables of one company. Safe to share between threads."""

    def __init__(self, folder: Path, *, company: str, patience: timedelta) -> None:
        self._folder = folder
        self._company = company
        self._patience = patience
        self._index = _Index()

    @contextmanager
    def locked(self) -> Iterator[Desk]:
        """The tables under the staging lock. Raises TryLater, code `sage.in_use`, when held."""
        with self._open(POST) as posts, self._open(LINE) as lines:
            what = "The staging table of the Sage Pro company"
            with holding(posts.file, WHOLE_FILE, patience=self._patience, what=what):
                posts.count()
                yield Desk(posts, lines, self._index)

    @contextmanager
    def _open(self, table: str) -> Iterator[OwnTable]:
        with open_own(
            self._folder, table, company=self._company, patience=self._patience
        ) as opened:
            yield opened


class Desk:
    """What may be done while the staging lock is held."""

    def __init__(self, posts: OwnTable, lines: OwnTable, index: _Index) -> None:
        self._posts = posts
        self._lines = lines
        self._index = index
        self._catch_up()

    def find(self, *, key: str, marker: str) -> list[Record]:
        """Rows that hold this key or this marker, closed ones left aside; each with `number`."""
        numbers = {*self._numbers("effkey", key), *self._numbers("marker", marker)}
        rows = (self._row(number) for number in sorted(numbers))
        return [row for row in rows if row["state"] not in _ENDED]

    def pending(self) -> list[Record]:
        """Changes beside payments that are handed over and not written yet, oldest first."""
        rows = [self._row(number) for number in sorted(self._index.under_way)]
        going = [row for row in rows if row["state"] in ON_ITS_WAY]
        self._index.under_way = {row["number"] for row in going}
        return [row for row in going if row["kind"] in CHANGES]

    def rows(self, column: str, keys: Sequence[str]) -> list[Row]:
        """Our record of postings in the books, and of tombstones (see `StagedBooks`)."""
        physical = COLUMNS[column]
        numbers = sorted({number for key in keys for number in self._numbers(physical, key)})
        found = (self._row(number) for number in numbers)
        postings = (as_posting(row, self.lines(row)) for row in found)
        return [posting for posting in postings if posting is not None]

    def lines(self, row: Record) -> list[Record]:
        """The lines of a row. Raises FixConfiguration when they are not there or not its own."""
        if not row["lines"]:
            return []
        if row["line1"] + row["lines"] - 1 > self._lines.count():
            raise _damaged(row)
        found = self._lines.rows(row["line1"], row["lines"])
        if any(line["post"] != row["number"] for line in found):
            raise _damaged(row)
        return found

    def add(self, row: Record, lines: Sequence[Record], *, now: datetime) -> Record:
        """Write lines and row, the row last: lines that no row names do not count.

        Raises Answered with REFUSED for a value that does not fit or looks like a card number,
        and what `OwnTable.append` raises.
        """
        check_no_card([row, *lines])
        check_fits(SHAPES[POST], [row])
        check_fits(SHAPES[LINE], lines)
        number = self._posts.count() + 1
        place: dict[str, object] = {}
        if lines:
            own = [{**line, "post": number} for line in lines]
            place = {"line1": self._lines.append(own, today=now.date()), "lines": len(own)}
        self._posts.append([{**row, **place}], today=now.date())
        self._catch_up()
        return self._row(number)

    def move(self, row: Record, state: State, **values: object) -> None:
        """Set the state of a row, and other columns with it."""
        self._posts.change(row["number"], {"state": state, **values})

    def _row(self, number: int) -> Record:
        return {**self._posts.row(number), "number": number}

    def _numbers(self, column: str, key: str) -> Sequence[int]:
        return self._index.places.get(column, {}).get(key, ()) if key else ()

    def _catch_up(self) -> None:
        """Index what was added since; everything again when it is another file."""
        index, file, count = self._index, self._posts.identity(), self._posts.header.count
        if index.file != file or count < index.known:
            index.places, index.known, index.file = {}, 0, file
            index.under_way = set()
        for row, number in self._new_rows(index.known, count):
            for column in COLUMNS.values():
                places = index.places.setdefault(column, {})
                places.setdefault(str(row[column]), []).append(number)
            if row["state"] in ON_ITS_WAY:
                index.under_way.add(number)
        index.known = count

    def _new_rows(self, known: int, count: int) -> Iterator[tuple[Mapping[str, object], int]]:
        if count > known:
            rows = self._posts.rows(known + 1, count - known)
            yield from zip(rows, range(known + 1, count + 1), strict=True)


def is_same(row: Record, payload_hash: str) -> bool:
    return bool(row["payhash"] == as_letters(payload_hash))


def _damaged(row: Record) -> Exception:
    return schema_changed(
        f"Row {row['number']} of our staging table names lines that are not there: one of the "
        "two tables was restored without the other."
    )

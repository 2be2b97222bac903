"""Reading a spreadsheet of chargebacks: every row, or none and a sentence for each wrong one."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from integrations.canonical.disputes import (
    LONGEST_CASE,
    LONGEST_PAYMENT,
    STATES,
    Dispute,
    is_name,
)
from integrations.canonical.money import Money, MoneyError, without_separators
from integrations.canonical.problems import Problem
from integrations.canonical.redaction import redact_text
from integrations.canonical.transactions import TransactionState

MAX_BYTES = 1_048_576
MAX_ROWS = 2_000
COLUMNS = ("case number", "payment", "state", "date", "amount", "fee", "reason", "respond by")
REQUIRED = COLUMNS[:5]
_DELIMITERS = (",", ";", "\t")
_DATES = ("%Y-%m-%d", "%m/%d/%Y")
_LONGEST_REASON = 200
# Card brands allow weeks to answer; more is a slip of the finger.
_LONGEST_TIME = timedelta(days=365)
# Not a name a heading can have.
_TOO_MANY = "\n"


class UnreadableFile(Exception):  # noqa: N818 told to a person as a sentence
    """The file as a whole cannot be read."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True)
class Read:
    """The chargebacks of a file in its order; or what is wrong, with the line it stands in."""

    disputes: tuple[Dispute, ...]
    lines: tuple[int, ...]
    """The line each of them ends in; the heading is line 1."""
    problems: tuple[Problem, ...]


class _WrongError(Exception):
    def __init__(self, column: str, sentence: str, value: str = "") -> None:
        super().__init__(sentence)
        self.problem = Problem(column, sentence, value)


def read_file(content: bytes, *, currency: str, today: date) -> Read:
    """Read a CSV file with a heading. Raises UnreadableFile when it is none.

    Amounts are in `currency`. A row is wrong as a whole with its first problem; one wrong row
    leaves none to be imported.
    """
    rows = _rows(content)
    disputes, problems = [], []
    for number, row in rows:
        try:
            disputes.append(_read_row(row, currency=currency, today=today))
        except _WrongError as wrong:
            column, sentence = wrong.problem.field, wrong.problem.sentence
            problems.append(Problem(f"Line {number}, {column}", sentence, wrong.problem.value))
    problems += _repeats(rows)
    lines = tuple(number for number, _ in rows)
    return Read(() if problems else tuple(disputes), lines, tuple(problems))


def read_one(row: Mapping[str, str], *, currency: str, today: date) -> Dispute | Problem:
    """One chargeback from its texts by column, as a form or a program sends them."""
    try:
        return _read_row(row, currency=currency, today=today)
    except _WrongError as wrong:
        return wrong.problem


def _read_row(row: Mapping[str, str], *, currency: str, today: date) -> Dispute:
    if _TOO_MANY in row:
        raise _wrong(
            "row",
            'It has more values than the heading has columns. Quote amounts such as "1,740.00".',
        )
    state, happened_on = _state(row), _day(row, today=today)
    return Dispute(
        case_number=_id(row, "case number", longest=LONGEST_CASE),
        payment_id=_id(row, "payment", longest=LONGEST_PAYMENT),
        state=state,
        happened_on=happened_on,
        amount=_amount(row, "amount", currency),
        fee=_amount(row, "fee", currency) if row.get("fee", "").strip() else None,
        reason=redact_text(row.get("reason", "").strip())[:_LONGEST_REASON],
        respond_by=_deadline(row, state=state, opened_on=happened_on),
    )


def _rows(content: bytes) -> list[tuple[int, dict[str, str]]]:
    lines = _text(content).splitlines()
    heading = lines[0] if lines else ""
    delimiter = max(_DELIMITERS, key=heading.count)
    reader = csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter, strict=True)
    try:
        found = [(reader.line_num, cells) for cells in reader if any(c.strip() for c in cells)]
    except csv.Error:
        raise UnreadableFile("The file is not a CSV file: a quote is never closed.") from None
    if len(found) > MAX_ROWS + 1:
        raise UnreadableFile(f"The file has more than {MAX_ROWS} rows. Send it in parts.")
    columns = _columns(found[0][1] if found else [])
    if len(found) < 2:
        raise UnreadableFile("The file has a heading and no row below it.")
    return [(number, _named(columns, cells)) for number, cells in found[1:]]


def _named(columns: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    row = dict(zip(columns, cells, strict=False))
    if any(cell.strip() for cell in cells[len(columns) :]):
        row[_TOO_MANY] = "yes"
    return row


def _text(content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise UnreadableFile("The file is larger than 1 MB. Send it in parts.")
    if b"\x00" in content:
        raise UnreadableFile("The file is not a CSV file. Save the spreadsheet as CSV first.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _columns(heading: Sequence[str]) -> list[str]:
    columns = [" ".join(re.split(r"[\s_]+", name.strip().lower())) for name in heading]
    missing = [name for name in REQUIRED if name not in columns]
    if missing:
        raise UnreadableFile(
            f"The first line names no column ‘{missing[0]}’. It has to name these: "
            f"{', '.join(REQUIRED)}; and may name fee, reason and respond by."
        )
    named = [name for name in columns if name]
    if len(set(named)) != len(named):
        raise UnreadableFile("The first line names a column twice.")
    return columns


def _repeats(rows: Sequence[tuple[int, Mapping[str, str]]]) -> list[Problem]:
    """The same state of the same case twice in one file: which of them counts, nobody knows."""
    seen: dict[tuple[str, str], int] = {}
    problems = []
    for number, row in rows:
        key = (row.get("case number", "").strip(), row.get("state", "").strip().lower())
        first = seen.setdefault(key, number)
        if first != number and all(key):
            sentence = f"Case {key[0]} is told as {key[1]} in line {first} already."
            problems.append(Problem(f"Line {number}, case number", sentence, key[0]))
    return problems


def _id(row: Mapping[str, str], column: str, *, longest: int) -> str:
    text = row.get(column, "").strip()
    if not text:
        raise _wrong(column, f"The {column} is missing.")
    if not is_name(text, longest=longest):
        raise _wrong(column, f"The {column} is not 1 to {longest} letters, digits, - _ or .", text)
    return text


def _state(row: Mapping[str, str]) -> TransactionState:
    text = row.get("state", "").strip()
    found = {state.value: state for state in STATES}.get(text.lower())
    if found is None:
        raise _wrong("state", "The state is opened, won or lost.", text)
    return found


def _day(row: Mapping[str, str], *, today: date) -> date:
    day = _date(row, "date", "The date")
    if day > today:
        raise _wrong("date", "The date lies in the future.", row["date"].strip())
    return day


def _deadline(row: Mapping[str, str], *, state: TransactionState, opened_on: date) -> date | None:
    """The last day to contest a case that was opened; of one that is over it says nothing."""
    text = row.get("respond by", "").strip()
    if not text:
        return None
    day = _date(row, "respond by", "The last day to contest it")
    if state is not TransactionState.OPENED:
        return None
    if not opened_on <= day <= opened_on + _LONGEST_TIME:
        sentence = "The last day to contest it is before the case was opened, or a year after."
        raise _wrong("respond by", sentence, text)
    return day


def _date(row: Mapping[str, str], column: str, name: str) -> date:
    text = row.get(column, "").strip()
    for form in _DATES:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 a day, in the gateway's zone
        except ValueError:
            continue
    raise _wrong(column, f"{name} is not one such as 2026-11-20 or 11/20/2026.", text)


def _amount(row: Mapping[str, str], column: str, currency: str) -> Money:
    text = row.get(column, "").strip().removeprefix("$")
    try:
        amount = Money.parse(without_separators(text), currency)
    except MoneyError:
        raise _wrong(column, f"The {column} is not an amount such as 740.00.", text) from None
    if amount.amount < 0 or (column == "amount" and not amount.amount):
        raise _wrong(column, f"The {column} is not above zero.", text)
    return amount


def _wrong(column: str, sentence: str, value: str = "") -> _WrongError:
    return _WrongError(column, sentence, redact_text(value[:60]))

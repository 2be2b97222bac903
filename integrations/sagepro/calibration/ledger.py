"""The columns of customers, GL distribution and counters, and how GL sessions are counted."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from integrations.sagepro.calibration.books import Books, Session, moved_by, title_of, where_all
from integrations.sagepro.calibration.columns import (
    Columns,
    Sample,
    amount,
    is_date,
    is_number,
    is_text,
    is_whole,
)
from integrations.sagepro.calibration.observation import Observation
from integrations.sagepro.calibration.snapshot import Row
from integrations.sagepro.calibration.tables import (
    moves,
    names,
)


def find_customers(books: Books) -> None:
    """What the customer owes, and the last payment."""
    columns = books.columns["customers"]
    rows = [
        (found, old, new)
        for found in books.receipts
        for old, new in found.changes[columns.table].changed
        if names(old, found.keyed.customer)
    ]
    columns.find(
        "number", [Sample(o, f.keyed.customer, title_of(f)) for f, o, _ in rows], like=is_text
    )
    owed = [(o, n, -(f.keyed.amount + f.keyed.discount)) for f, o, n in rows]
    columns.claim("balance", moved_by(owed), [f"{title_of(f)}: it fell." for f, _, _ in rows])
    # A receipt older than the last payment leaves both alone.
    newest = [(f, n) for f, o, n in rows if _says(f) & _changed_to(o, n)]
    days = [Sample(n, f.keyed.day.isoformat(), title_of(f)) for f, n in newest]
    columns.find("last_paid_date", days, like=is_date)
    paid = [Sample(n, amount(f.keyed.amount), title_of(f)) for f, n in newest]
    columns.find("last_paid_amount", paid, like=is_number)


def _says(found: Observation) -> set[str]:
    return {found.keyed.day.isoformat(), amount(found.keyed.amount)}


def _changed_to(old: Row, new: Row) -> set[str]:
    return {value for name, value in new.items() if value and value != old.get(name)}


def find_distributions(books: Books) -> None:
    """The GL lines of a receipt."""
    columns = books.columns["distributions"]
    rows = [(f, row) for f in books.receipts for row in f.changes[columns.table].added]
    accounts = _accounts(books)
    in_chart = where_all(rows, columns, lambda text: text.strip() in accounts)
    columns.claim("account", in_chart, ["Every value is in the chart of accounts."])
    single = [(f, row) for f, row in rows if len(f.keyed.parts) == 1]
    columns.find(
        "document_number",
        [Sample(row, f.keyed.parts[0].invoice, title_of(f)) for f, row in single],
        like=is_text,
    )
    columns.find(
        "date", [Sample(r, f.keyed.day.isoformat(), title_of(f)) for f, r in rows], like=is_date
    )
    columns.claim("amount", _balanced(books, columns), ["It adds up to nothing in every posting."])


def _accounts(books: Books) -> set[str]:
    table = books.present.physical_table("accounts")
    number = books.present.column("accounts", "number").name
    rows = books.found[0].before.get(table, [])
    return {(row.get(number) or "").strip() for row in rows} - {""}


def _balanced(books: Books, columns: Columns) -> list[str]:
    fits = []
    for name, shape in columns.layout[columns.table].items():
        if not is_number(shape):
            continue
        sums = [_amounts(found, columns.table, name) for found in books.receipts]
        if all(sum(each) == 0 and any(each) for each in sums):
            fits.append(name)
    return fits


def _amounts(found: Observation, table: str, name: str) -> list[Decimal]:
    return [Decimal(row.get(name) or 0) for row in found.changes[table].added]


def find_counters(books: Books) -> None:
    """The row and column that count GL sessions, and where the number is written."""
    columns = books.columns["counters"]
    rows = [_counter_row(books, found) for found in books.receipts]
    risen = [
        n
        for n in moved_by([(o, n, Decimal(1)) for o, n in rows])
        if is_whole(columns.layout[columns.table][n])
    ]
    columns.claim("value", risen, ["It rises by 1 with every receipt."])
    number = books.present.company_number
    columns.find("company", [Sample(old, number, "Every receipt") for old, _ in rows], like=is_text)
    told = [
        name
        for name, value in rows[0][0].items()
        if is_text(columns.layout[columns.table][name]) and (value or "").strip()
    ]
    columns.claim("key", told, ["It names the counter's row."])
    _session(books, rows)


def _counter_row(books: Books, found: Observation) -> tuple[Row, Row]:
    """The counter whose number stands in the GL distribution; others may have risen as well."""
    rows = found.changes[books.tables.names["counters"]].changed
    lines = found.changes[books.tables.names["distributions"]].added
    written = {int(v) for row in lines for v in row.values() if v and v.isdecimal()}
    for old, new in rows:
        for name, by in moves(old, new).items():
            if by == 1 and {int(old[name] or 0), int(new[name] or 0)} & written:
                return old, new
    return rows[0]


def _session(books: Books, rows: Sequence[tuple[Row, Row]]) -> None:
    """The session is the counter's number, before or after it rose, filled with zeros."""
    counters, columns = books.columns["counters"], books.columns["distributions"]
    value, key = counters.names.get("value"), counters.names.get("key")
    if not value or not key:
        return
    for is_next in (books.present.session.is_next, not books.present.session.is_next):
        wanted = [int((old if is_next else new)[value] or 0) for old, new in rows]
        fits = [n for n in _texts(columns) if _is_session(books, columns.table, n, wanted)]
        if not fits:
            continue
        name = columns.claim("session", fits, [f"It is the number in {counters.table}.{value}."])
        if name:
            first = books.receipts[0].changes[columns.table].added[0]
            width = len((first[name] or "").strip())
            books.session = Session((rows[0][0][key] or "").strip(), width, is_next)
            _tell_session(books)
        return
    books.notes.problems.append(
        f"No column of {columns.table} holds the number that {counters.table}.{value} counts, so "
        "Tieout cannot tell how Sage numbers its GL sessions."
    )


def _texts(columns: Columns) -> list[str]:
    return [name for name, shape in columns.layout[columns.table].items() if shape.is_text]


def _is_session(books: Books, table: str, name: str, wanted: Sequence[int]) -> bool:
    return all(
        (row.get(name) or "").strip().isdecimal() and int(row[name] or 0) == number
        for found, number in zip(books.receipts, wanted, strict=True)
        for row in found.changes[table].added
    )


def _tell_session(books: Books) -> None:
    rule, now = books.present.session, books.session
    told = f"row {now.key}, {now.width} digits, " + (
        "the next number" if now.is_next else "the last number used"
    )
    is_new = (rule.key, rule.width, rule.is_next) != (now.key, now.width, now.is_next)
    books.notes.found("GL session", told, is_new=is_new)

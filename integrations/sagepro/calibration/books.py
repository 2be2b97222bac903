"""The columns of every table that a receipt moves, found one table after another."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from integrations.sagepro.calibration.columns import (
    BLANKS,
    Columns,
    Sample,
    amount,
    is_date,
    is_number,
    is_text,
    is_whole,
)
from integrations.sagepro.calibration.notes import Notes
from integrations.sagepro.calibration.observation import Observation
from integrations.sagepro.calibration.snapshot import Row
from integrations.sagepro.calibration.tables import (
    FoundTables,
    moves,
    names,
    paid_rows,
    parts_of,
    receipts_of,
)
from integrations.sagepro.calibration.transactions import TASKS, Part, Transaction
from integrations.sagepro.profile import PostingProfile

_TIME = re.compile(r"\d{1,2}:\d{2}(:\d{2})?( ?[AaPp][Mm]?)?")


@dataclass(frozen=True)
class Session:
    """How the GL session is counted."""

    key: str
    width: int
    is_next: bool


@dataclass
class Books:
    """The columns found so far, by logical table."""

    found: Sequence[Observation]
    tables: FoundTables
    present: PostingProfile
    notes: Notes

    def __post_init__(self) -> None:
        self.columns = {role: self._columns(role, name) for role, name in self.tables.names.items()}
        self.includes_discount = self.present.paid_includes_discount
        rule = self.present.session
        self.session = Session(rule.key, rule.width, rule.is_next)

    @property
    def receipts(self) -> list[Observation]:
        return receipts_of(self.found)

    def of(self, transaction: Transaction) -> Observation | None:
        return next((each for each in self.found if each.transaction is transaction), None)

    def open_credit(self) -> Row | None:
        """The document that a payment on account became."""
        seen = self.of(Transaction.ON_ACCOUNT)
        change = seen.changes.get(self.tables.names["invoices"]) if seen else None
        return change.added[0] if change and len(change.added) == 1 else None

    def _columns(self, role: str, name: str) -> Columns:
        layout = self.found[0].layout
        mapped = self.present.tables[role].columns.items()
        still = {key: column.name for key, column in mapped if column.name in layout[name]}
        return Columns(role, name, layout, still, self.notes)


def find_columns(books: Books) -> None:
    """Fill `books.columns`; what cannot be told is a question or a problem in the notes."""
    _invoices(books)
    _customers(books)
    _distributions(books)
    _counters(books)
    _receipts(books)
    _dates_of_invoices(books)
    _rest(books)


def _title(found: Observation) -> str:
    return TASKS[found.transaction].title


def _paid(books: Books) -> Iterator[tuple[Observation, Part, Row, Row]]:
    for found in books.receipts:
        for part, old, new in paid_rows(found, books.tables.names["invoices"]):
            yield found, part, old, new


def _moved(rows: Sequence[tuple[Row, Row, Decimal]]) -> list[str]:
    """Columns that moved by the given amount in every changed row."""
    sets = [{n for n, by in moves(old, new).items() if by == wanted} for old, new, wanted in rows]
    return sorted(set.intersection(*sets)) if sets else []


def _invoices(books: Books) -> None:
    columns, rows = books.columns["invoices"], list(_paid(books))
    columns.find(
        "number", [Sample(old, p.invoice, _title(f)) for f, p, old, _ in rows], like=is_text
    )
    columns.find(
        "customer_number",
        [Sample(old, f.keyed.customer, _title(f)) for f, _, old, _ in rows],
        like=is_text,
    )
    fell = _moved([(old, new, -(p.amount + p.discount)) for _, p, old, new in rows])
    told = [f"{_title(f)}: it fell by {amount(p.amount + p.discount)}." for f, p, _, _ in rows]
    columns.claim("balance", fell, told)
    if len(fell) > 1:
        columns.claim("base_balance", fell, ["It moves with the balance."])
    _paid_amount(books, rows)
    columns.find(
        "paid_date",
        [Sample(new, f.keyed.day.isoformat(), _title(f)) for f, _, _, new in rows],
        like=is_date,
    )
    _document_amount(columns, rows)
    _of_open_credit(books, columns)


def _paid_amount(books: Books, rows: Sequence[tuple[Observation, Part, Row, Row]]) -> None:
    columns = books.columns["invoices"]
    whole = _moved([(old, new, p.amount + p.discount) for _, p, old, new in rows])
    money = _moved([(old, new, p.amount) for _, p, old, new in rows])
    with_discount = next(((f, p) for f, p, _, _ in rows if p.discount), None)
    name = columns.claim(
        "paid",
        sorted({*whole, *money}),
        [f"{_title(f)}: it rose for {amount(p.amount)} paid." for f, p, _, _ in rows],
    )
    if name and with_discount:
        books.includes_discount = name in whole
        seen, part = with_discount
        rose = part.amount + (part.discount if name in whole else 0)
        books.notes.found(
            "The invoice's paid amount includes the discount",
            "yes" if name in whole else "no",
            [f"{_title(seen)}: {name} rose by {amount(rose)}, paid were {amount(part.amount)}."],
            is_new=books.includes_discount != books.present.paid_includes_discount,
        )


def _document_amount(columns: Columns, rows: Sequence[tuple[Observation, Part, Row, Row]]) -> None:
    paid, balance = columns.names.get("paid"), columns.names.get("balance")
    if not paid or not balance:
        return
    samples = [
        Sample(old, amount(Decimal(old[paid] or 0) + Decimal(old[balance] or 0)), _title(f))
        for f, _, old, _ in rows
    ]
    columns.find("amount", samples, like=is_number)


def _of_open_credit(books: Books, columns: Columns) -> None:
    seen, row = books.of(Transaction.ON_ACCOUNT), books.open_credit()
    if seen is None or row is None:
        columns.keep_present("status", "type", "marker", "added_by", "added_date", "added_time")
        return
    columns.find("marker", [Sample(row, seen.keyed.reference, _title(seen))], like=is_text)
    _who_and_when(columns, [(seen, row)])
    columns.keep_present("status")
    paid = [old for _, _, old, _ in _paid(books)]
    kinds = [
        name
        for name, value in row.items()
        if (value or "").strip()
        and len((value or "").strip()) <= 2
        and all(not (old.get(name) or "").strip() for old in paid)
        and columns.layout[columns.table][name].is_text
    ]
    columns.claim("type", kinds, [f"{_title(seen)}: the new document's type."])


def _who_and_when(columns: Columns, rows: Sequence[tuple[Observation, Row]]) -> None:
    by = [Sample(row, found.keyed.user, _title(found)) for found, row in rows]
    columns.find("added_by", by, like=is_text)
    on = [Sample(r, f.keyed.entered_on.isoformat(), _title(f)) for f, r in rows]
    columns.find("added_date", on, like=is_date)
    times = _all(rows, columns, lambda text: bool(_TIME.fullmatch(text.strip())))
    if times:
        columns.claim("added_time", times, ["It holds a time of day in every new row."])


def _all(
    rows: Sequence[tuple[Observation, Row]], columns: Columns, fits: Callable[[str], bool]
) -> list[str]:
    return [
        name
        for name in columns.layout[columns.table]
        if rows and all(fits(row.get(name) or "") for _, row in rows)
    ]


def _customers(books: Books) -> None:
    columns = books.columns["customers"]
    rows = [
        (found, old, new)
        for found in books.receipts
        for old, new in found.changes[columns.table].changed
        if names(old, found.keyed.customer)
    ]
    columns.find(
        "number", [Sample(o, f.keyed.customer, _title(f)) for f, o, _ in rows], like=is_text
    )
    owed = [(o, n, -(f.keyed.amount + f.keyed.discount)) for f, o, n in rows]
    columns.claim("balance", _moved(owed), [f"{_title(f)}: it fell." for f, _, _ in rows])
    # A receipt older than the last payment leaves both alone.
    newest = [(f, n) for f, o, n in rows if _says(f) & _changed_to(o, n)]
    days = [Sample(n, f.keyed.day.isoformat(), _title(f)) for f, n in newest]
    columns.find("last_paid_date", days, like=is_date)
    paid = [Sample(n, amount(f.keyed.amount), _title(f)) for f, n in newest]
    columns.find("last_paid_amount", paid, like=is_number)


def _says(found: Observation) -> set[str]:
    return {found.keyed.day.isoformat(), amount(found.keyed.amount)}


def _changed_to(old: Row, new: Row) -> set[str]:
    return {value for name, value in new.items() if value and value != old.get(name)}


def _distributions(books: Books) -> None:
    columns = books.columns["distributions"]
    rows = [(f, row) for f in books.receipts for row in f.changes[columns.table].added]
    accounts = _accounts(books)
    in_chart = _all(rows, columns, lambda text: text.strip() in accounts)
    columns.claim("account", in_chart, ["Every value is in the chart of accounts."])
    single = [(f, row) for f, row in rows if len(f.keyed.parts) == 1]
    columns.find(
        "document_number",
        [Sample(row, f.keyed.parts[0].invoice, _title(f)) for f, row in single],
        like=is_text,
    )
    columns.find(
        "date", [Sample(r, f.keyed.day.isoformat(), _title(f)) for f, r in rows], like=is_date
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


def _counters(books: Books) -> None:
    columns = books.columns["counters"]
    rows = [_counter_row(books, found) for found in books.receipts]
    risen = [
        n
        for n in _moved([(o, n, Decimal(1)) for o, n in rows])
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


def _receipts(books: Books) -> None:
    columns = books.columns["receipts"]
    rows = [(f, p, row) for f in books.receipts for p, row in parts_of(f, columns.table)]
    keyed: dict[str, tuple[Callable[[Observation, Part], str], Callable[..., bool]]] = {
        "invoice_number": (lambda _, p: p.invoice, is_text),
        "customer_number": (lambda f, _: f.keyed.customer, is_text),
        "paid": (lambda _, p: amount(p.amount), is_number),
        "discount": (lambda _, p: amount(p.discount), is_number),
        "paid_date": (lambda f, _: f.keyed.day.isoformat(), is_date),
        "marker": (lambda f, _: f.keyed.reference, is_text),
        "session": (lambda f, _: _session_of(books, f), is_text),
        "cash_account": (lambda f, _: _cash_account(books, f), is_text),
        "currency": (lambda _f, _p: books.present.home_currency, is_text),
    }
    for key, (expected, like) in keyed.items():
        columns.find(key, [Sample(r, expected(f, p), _title(f)) for f, p, r in rows], like=like)
    _typed_fields(books, rows)
    _who_and_when(columns, [(f, r) for f, _, r in rows])
    numbers = [n for f in books.receipts for n in f.changes[columns.table].row_numbers]
    columns.claim("row_id", sorted(set(numbers)), ["It counts the rows."])


def _typed_fields(books: Books, rows: Sequence[tuple[Observation, Part, Row]]) -> None:
    columns = books.columns["receipts"]
    typed = sorted({name for found, _, _ in rows for name in found.keyed.fields})
    for name in typed:
        key = books.present.receipt_fields.get(name, name)
        told = [Sample(r, f.keyed.fields.get(name, ""), _title(f)) for f, _, r in rows]
        columns.find(key, told, like=is_text)


def _session_of(books: Books, found: Observation) -> str:
    columns = books.columns["distributions"]
    name = columns.names.get("session", "")
    return (found.changes[columns.table].added[0].get(name) or "").strip()


def _cash_account(books: Books, found: Observation) -> str:
    """The account that was debited with the money."""
    columns = books.columns["distributions"]
    account, value = columns.names.get("account", ""), columns.names.get("amount", "")
    for row in found.changes[columns.table].added:
        if Decimal(row.get(value) or 0) == found.keyed.amount:
            return (row.get(account) or "").strip()
    return ""


def _dates_of_invoices(books: Books) -> None:
    """The invoice's date is the one that a receipt copies from its invoice."""
    receipts, invoices = books.columns["receipts"], books.columns["invoices"]
    pairs = [
        (r, i)
        for r in _free_dates(receipts)
        for i in _free_dates(invoices)
        if _is_copied(books, r, i)
    ]
    name = receipts.claim(
        "invoice_date", _unique(r for r, _ in pairs), ["Copied from the invoice."]
    )
    from_invoice = [i for r, i in pairs if r == name]
    same = [i for i in from_invoice if i == name]
    evidence = [f"{receipts.table}.{name} holds the same."]
    present = invoices.present.get("invoice_date", "")
    fits = from_invoice if present in from_invoice else same or from_invoice
    invoices.claim("invoice_date", fits, evidence)


def _free_dates(columns: Columns) -> list[str]:
    taken = columns.names.values()
    shapes = columns.layout[columns.table].items()
    return [name for name, shape in shapes if is_date(shape) and name not in taken]


def _is_copied(books: Books, name: str, source: str) -> bool:
    receipts = books.columns["receipts"].table
    for found in books.receipts:
        before = {p.invoice: old for p, old, _ in paid_rows(found, books.tables.names["invoices"])}
        for part, row in parts_of(found, receipts):
            value = row.get(name)
            if not value or value != before.get(part.invoice, {}).get(source):
                return False
    return True


def _unique(names_: Iterator[str]) -> list[str]:
    return list(dict.fromkeys(names_))


def _rest(books: Books) -> None:
    """Copies of the invoice, and what no receipt can show, as the present profile has them."""
    for columns in books.columns.values():
        columns.keep_present(*columns.present)
    receipts = books.columns["receipts"]
    for key in ("salesman", "customer_po", "type"):
        source = books.columns["invoices"].names.get(key)
        if source and key in receipts.names and not _is_copied_or_blank(books, key, source):
            del receipts.names[key]


def _is_copied_or_blank(books: Books, key: str, source: str) -> bool:
    receipts = books.columns["receipts"]
    name = receipts.names[key]
    for found in books.receipts:
        before = {p.invoice: old for p, old, _ in paid_rows(found, books.tables.names["invoices"])}
        for part, row in parts_of(found, receipts.table):
            if (row.get(name) or "") != (before.get(part.invoice, {}).get(source) or ""):
                return False
    return True


def is_blank(value: str | None) -> bool:
    return (value or "").strip() in BLANKS

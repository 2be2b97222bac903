"""The columns of cash receipts, and what a receipt copies from its invoice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from integrations.sagepro.calibration.books import Books, find_who_and_when, title_of
from integrations.sagepro.calibration.columns import (
    Columns,
    Sample,
    amount,
    is_date,
    is_number,
    is_text,
)
from integrations.sagepro.calibration.keyed import Part
from integrations.sagepro.calibration.observation import Observation
from integrations.sagepro.calibration.signs import lines_of
from integrations.sagepro.calibration.snapshot import Row
from integrations.sagepro.calibration.tables import (
    paid_rows,
    parts_of,
)


def find_receipts(books: Books) -> None:
    """What a person typed, and who keyed it when."""
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
        columns.find(key, [Sample(r, expected(f, p), title_of(f)) for f, p, r in rows], like=like)
    _typed_fields(books, rows)
    find_who_and_when(columns, [(f, r) for f, _, r in rows])
    numbers = [n for f in books.receipts for n in f.changes[columns.table].row_numbers]
    columns.claim("row_id", sorted(set(numbers)), ["It counts the rows."])


def _typed_fields(books: Books, rows: Sequence[tuple[Observation, Part, Row]]) -> None:
    columns = books.columns["receipts"]
    typed = sorted({name for found, _, _ in rows for name in found.keyed.fields})
    for name in typed:
        key = books.present.receipt_fields.get(name, name)
        told = [Sample(r, f.keyed.fields.get(name, ""), title_of(f)) for f, _, r in rows]
        columns.find(key, told, like=is_text)


def _session_of(books: Books, found: Observation) -> str:
    columns = books.columns["distributions"]
    name = columns.names.get("session", "")
    return (found.changes[columns.table].added[0].get(name) or "").strip()


def _cash_account(books: Books, found: Observation) -> str:
    """The account that was debited with the money."""
    wanted = found.keyed.amount * (-1 if books.credits_are_positive else 1)
    return next((account for account, value in lines_of(books, found) if value == wanted), "")


def find_invoice_dates(books: Books) -> None:
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


def keep_the_rest(books: Books) -> None:
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

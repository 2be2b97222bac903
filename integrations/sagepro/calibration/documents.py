"""The columns of invoices and open credits, told by what receipts moved on them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from integrations.sagepro.calibration.books import (
    Books,
    find_who_and_when,
    moved_by,
    paid_invoices,
    title_of,
)
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
from integrations.sagepro.calibration.snapshot import Row
from integrations.sagepro.calibration.transactions import Transaction


def find_invoices(books: Books) -> None:
    """The invoice that a receipt pays, and the document a payment on account becomes."""
    columns, rows = books.columns["invoices"], list(paid_invoices(books))
    columns.find(
        "number", [Sample(old, p.invoice, title_of(f)) for f, p, old, _ in rows], like=is_text
    )
    columns.find(
        "customer_number",
        [Sample(old, f.keyed.customer, title_of(f)) for f, _, old, _ in rows],
        like=is_text,
    )
    fell = moved_by([(old, new, -(p.amount + p.discount)) for _, p, old, new in rows])
    told = [f"{title_of(f)}: it fell by {amount(p.amount + p.discount)}." for f, p, _, _ in rows]
    columns.claim("balance", fell, told)
    if len(fell) > 1:
        columns.claim("base_balance", fell, ["It moves with the balance."])
    _paid_amount(books, rows)
    columns.find(
        "paid_date",
        [Sample(new, f.keyed.day.isoformat(), title_of(f)) for f, _, _, new in rows],
        like=is_date,
    )
    _document_amount(columns, rows)
    _of_open_credit(books, columns)


def _paid_amount(books: Books, rows: Sequence[tuple[Observation, Part, Row, Row]]) -> None:
    columns = books.columns["invoices"]
    whole = moved_by([(old, new, p.amount + p.discount) for _, p, old, new in rows])
    money = moved_by([(old, new, p.amount) for _, p, old, new in rows])
    with_discount = next(((f, p) for f, p, _, _ in rows if p.discount), None)
    name = columns.claim(
        "paid",
        sorted({*whole, *money}),
        [f"{title_of(f)}: it rose for {amount(p.amount)} paid." for f, p, _, _ in rows],
    )
    if name and with_discount:
        books.includes_discount = name in whole
        seen, part = with_discount
        rose = part.amount + (part.discount if name in whole else 0)
        books.notes.found(
            "The invoice's paid amount includes the discount",
            "yes" if name in whole else "no",
            [f"{title_of(seen)}: {name} rose by {amount(rose)}, paid were {amount(part.amount)}."],
            is_new=books.includes_discount != books.present.paid_includes_discount,
        )


def _document_amount(columns: Columns, rows: Sequence[tuple[Observation, Part, Row, Row]]) -> None:
    paid, balance = columns.names.get("paid"), columns.names.get("balance")
    if not paid or not balance:
        return
    samples = [
        Sample(old, amount(Decimal(old[paid] or 0) + Decimal(old[balance] or 0)), title_of(f))
        for f, _, old, _ in rows
    ]
    columns.find("amount", samples, like=is_number)


def _of_open_credit(books: Books, columns: Columns) -> None:
    seen, row = books.of(Transaction.ON_ACCOUNT), books.open_credit()
    if seen is None or row is None:
        columns.keep_present("status", "type", "marker", "added_by", "added_date", "added_time")
        return
    columns.find("marker", [Sample(row, seen.keyed.reference, title_of(seen))], like=is_text)
    find_who_and_when(columns, [(seen, row)])
    columns.keep_present("status")
    paid = [old for _, _, old, _ in paid_invoices(books)]
    kinds = [
        name
        for name, value in row.items()
        if (value or "").strip()
        and len((value or "").strip()) <= 2
        and all(not (old.get(name) or "").strip() for old in paid)
        and columns.layout[columns.table][name].is_text
    ]
    columns.claim("type", kinds, [f"{title_of(seen)}: the new document's type."])

"""A payment status on an invoice: handed over like a posting, and written by Sage's own program.

One row of PTPOST per invoice, of the kind `note`, with one line that names the column of the
posting profile and the text. It is no posting: it moves no money and is in no record of ours.
"""

from __future__ import annotations

from integrations.canonical.errors import NeverWorks, TryLater
from integrations.sagepro.backends.books import Row
from integrations.sagepro.backends.dbf.answering import Writer
from integrations.sagepro.backends.dbf.staged_rows import NOTE, Record, moment
from integrations.sagepro.backends.dbf.staging_shape import Line, State
from integrations.sagepro.backends.plan import Answered
from integrations.sagepro.backends.sentences import IN_USE


def note(writer: Writer, *, number: str, column: str, status: str) -> bool:
    """Hand a status over unless it stands there; False when no current invoice has that number.

    `column` is a logical one of invoices. What was handed over before and not taken is taken
    back. Raises TryLater, code `sage.in_use`, while the program works on this very note.
    """
    invoice = _invoice(writer, number)
    if invoice is None:
        return False
    key = f"status:{number.strip()}"
    if _is_under_way(writer, key, status=status):
        return True
    if invoice[column] == status:
        return True
    _hand_over(writer, key, number=number.strip(), column=column, status=status)
    return True


def _invoice(writer: Writer, number: str) -> Row | None:
    company = writer.company
    rows = company.rows(writer.books, "invoices", company.matches("invoices", "number", [number]))
    return rows[0] if rows else None


def _is_under_way(writer: Writer, key: str, *, status: str) -> bool:
    """Whether this very text is handed over; whatever else was, is closed."""
    for row in writer.desk.find(key=key, marker=""):
        if row["state"] == State.TAKEN:
            raise TryLater("Sage Pro's own program is writing a payment status there.", code=IN_USE)
        is_same = writer.desk.lines(row)[0]["value"] == status
        if row["state"] == State.STAGED and is_same and row["epoch"] == writer.epoch:
            return True
        writer.desk.move(row, State.CLOSED)
    return False


def _hand_over(writer: Writer, key: str, *, number: str, column: str, status: str) -> None:
    row: Record = {
        "effkey": key,
        "company": writer.company.profile.company_number,
        "kind": NOTE,
        "state": State.STAGED,
        "acctdate": writer.now.date(),
        "epoch": writer.epoch,
        "staged": moment(writer.now),
    }
    line: Record = {"kind": Line.STATUS, "docno": number, "field": column, "value": status}
    try:
        writer.desk.add(row, [line], now=writer.now)
    except Answered as answered:
        sentence = answered.result.refusal.sentence if answered.result.refusal else ""
        raise NeverWorks(sentence, code="sage.value_refused", field="status") from answered

"""Flagged rows of a company: read by page, and answered in the single writer.

The row's own generation guards it: an answer is written only while the row still stands at the
generation it was asked under, and the last one raises it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from integrations.canonical.flagged import FlagAnswer, FlaggedKind, FlaggedRow
from integrations.canonical.redaction import redact_text
from integrations.canonical.stock import ChangeOutcome, ChangeResult
from integrations.sagepro.backends import changing, documents, evidence
from integrations.sagepro.backends.books import Changeable, Company, H, Row
from integrations.sagepro.backends.changing import Change
from integrations.sagepro.backends.order_reading import need
from integrations.sagepro.backends.plan import refuse, wait
from integrations.sagepro.backends.values import check_text
from integrations.sagepro.profile import PostingProfile

_TABLE = "flagged"
_WHAT = "Rows flagged for PayTrace are"


def flagged_rows(connection: H, company: Company[H], *, after: str, limit: int) -> list[FlaggedRow]:
    """The next `limit` flagged rows by number."""
    need(company.profile, _TABLE, what=_WHAT)
    where = company.matches(_TABLE, "flag", [company.profile.flag.value])
    if after:
        # Compared and sorted by the books themselves, so by one collation.
        number = company.profile.column(_TABLE, "number")
        where &= company.beyond(_TABLE, "number", number.stored(after))
    rows = company.rows(connection, _TABLE, where, order_by=("number",), limit=limit)
    return [_flagged(company.profile, row) for row in rows]


def answer(connection: H, company: Changeable[H], told: FlagAnswer) -> ChangeResult:
    """The result to commit. Raises Answered for what must be rolled back."""
    need(company.profile, _TABLE, what=_WHAT)
    _check(company.profile, told)
    asked = _change(told)
    if found := changing.earlier(connection, company, asked):
        # What comes late about a row that has its last answer is nothing new.
        is_late = not told.is_final and found[0] is ChangeOutcome.CONFLICT
        return _result(connection, company, told, ChangeOutcome.EXISTS if is_late else found[0])
    row = _row(connection, company, told)
    values = _values(company.profile, told)
    if all(row[key] == value for key, value in values.items()):
        return _result(connection, company, told, ChangeOutcome.EXISTS)
    if told.is_final:
        changing.remember(connection, company, asked)
    _write(connection, company, row, values)
    return _result(connection, company, told, ChangeOutcome.DONE)


def _flagged(profile: PostingProfile, row: Row) -> FlaggedRow:
    word = str(row["kind"])
    kinds = {site.upper(): kind for site, kind in profile.flag.words.items()}
    found = kinds.get(word.upper())
    clean = _clean(row)
    return FlaggedRow(
        number=clean["number"],
        generation=int(row["generation"]),
        kind=FlaggedKind(found) if found else None,
        kind_word=clean["kind"],
        amount=Decimal(row["amount"]),
        currency=documents.currency_of(profile, clean),
        customer_number=clean.get("customer_number", ""),
        vault_id=clean.get("vault_id", ""),
        transaction_id=clean.get("transaction_id", ""),
        invoice_number=clean.get("invoice_number", ""),
        frequency=clean.get("frequency", ""),
        start_on=row.get("start_on"),
        count=int(row.get("count", 0)),
        description=clean.get("description", ""),
        status=clean["status"],
        holds_card=clean != row,
        is_locked=documents.is_locked(row),
    )


def _clean(row: Row) -> Row:
    """The row without card numbers. Whatever people fill in here is a text that they type: a
    number of PayTrace's is spared nowhere in it."""
    return {
        key: redact_text(value) if isinstance(value, str) else value for key, value in row.items()
    }


def _check(profile: PostingProfile, told: FlagAnswer) -> None:
    check_text(profile, "postings", "effect_key", told.key, field="key")
    for key in ("status", "result_id"):
        check_text(profile, _TABLE, key, getattr(told, key), field=key)


def _change(told: FlagAnswer) -> Change:
    contents = [told.number.strip(), told.generation, told.status, told.result_id]
    return changing.change(told.key, kind="flagged", contents=contents)


def _row(connection: H, company: Changeable[H], told: FlagAnswer) -> Row:
    rows = company.rows(
        connection, _TABLE, company.matches(_TABLE, "number", [told.number]), limit=2
    )
    name = company.profile.physical_table(_TABLE)
    if len(rows) != 1:
        raise refuse(
            "row_missing",
            f"Sage has no row {told.number} any more ({name})."
            if not rows
            else f"Sage has several rows {told.number} ({name}).",
            field="number",
            remedy="Enter the result in Sage by hand.",
        )
    if int(rows[0]["generation"]) != told.generation:
        raise refuse(
            "row_changed",
            f"Row {told.number} was answered or changed otherwise meanwhile ({name}).",
            field="generation",
            remedy="Enter the result in Sage by hand.",
        )
    if documents.is_locked(rows[0]):
        raise wait(f"Row {told.number} is being edited in Sage ({name}).")
    return rows[0]


def _values(profile: PostingProfile, told: FlagAnswer) -> Row:
    values: dict[str, Any] = {
        "status": told.status.strip(),
        "result_id": told.result_id.strip(),
        "message": _fitted(profile, told.message),
    }
    if told.is_final:
        values |= {"flag": profile.flag.answered.strip(), "generation": told.generation + 1}
    return values


def _fitted(profile: PostingProfile, sentence: str) -> str:
    """The sentence as its column can hold it: redacted, in its code page, cut with dots."""
    plain = redact_text(sentence).replace("‘", "'").replace("’", "'")
    known = plain.encode(profile.code_page, "replace").decode(profile.code_page)
    text = "".join(char if char.isprintable() else " " for char in known).strip()
    width = profile.column(_TABLE, "message").type.width
    return text if not width or len(text) <= width else text[: max(width - 3, 0)] + "..."[:width]


def _write(connection: H, company: Changeable[H], row: Row, values: Row) -> None:
    where = company.matches(_TABLE, "number", [row["number"]])
    where &= company.holds(_TABLE, "generation", row["generation"])
    where &= company.matches(_TABLE, "flag", [row["flag"]])
    if company.update(connection, _TABLE, where, values) != 1:
        raise wait(f"Row {row['number']} changed in Sage at the same moment.")


def _result(
    connection: H, company: Changeable[H], told: FlagAnswer, outcome: ChangeOutcome
) -> ChangeResult:
    if outcome is ChangeOutcome.WITHDRAWN:
        return ChangeResult(outcome)
    where = company.matches(_TABLE, "number", [told.number])
    rows = [_clean(row) for row in company.rows(connection, _TABLE, where)]
    return ChangeResult(outcome, evidence=evidence.as_evidence(company, {_TABLE: rows}))

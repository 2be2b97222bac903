"""A customer that a person adds: recognised at once, or listed, or found as it was listed."""

from __future__ import annotations

from typing import Any

from integrations.canonical.keyed_changes import ChangeQuestion, ChangeSeen
from integrations.canonical.orders import CustomerRequest
from integrations.canonical.stock import ChangeOutcome, ChangeResult
from integrations.sagepro.backends import changing, listed_rows, matching_customers, numbering
from integrations.sagepro.backends.books import Changeable, H, Row
from integrations.sagepro.backends.planned import Planned


def look(
    connection: H, company: Changeable[H], question: ChangeQuestion, wanted: CustomerRequest
) -> ChangeSeen:
    """Raises Answered where the books or our record beside them have another answer."""
    matching_customers.check(company, wanted)
    if found := changing.earlier(connection, company, matching_customers.asked_of(wanted)):
        outcome, record = found
        return _known(connection, company, outcome, record["customer_number"])
    if question.is_seen:
        return _known(connection, company, ChangeOutcome.EXISTS, question.number)
    if question.is_listed:
        return _listed(connection, company, question, wanted)
    number = matching_customers.recognised(connection, company, wanted)
    if number:
        return _known(connection, company, ChangeOutcome.MATCHED, number)
    return _to_key(connection, company, question, wanted)


def _known(
    connection: H, company: Changeable[H], outcome: ChangeOutcome, number: str
) -> ChangeSeen:
    return ChangeSeen(matching_customers.known(connection, company, outcome, number))


def _to_key(
    connection: H, company: Changeable[H], question: ChangeQuestion, wanted: CustomerRequest
) -> ChangeSeen:
    number = numbering.customer_number(
        connection, Planned.of(company), name=wanted.name, but=question.numbers
    )
    values = {"number": number, **matching_customers.texts(company, wanted)}
    row = listed_rows.new_row(company, "customers", values, key=wanted.name.strip())
    return ChangeSeen(ChangeResult(ChangeOutcome.HANDED_OVER, number=number), listed=(row,))


def _listed(
    connection: H, company: Changeable[H], question: ChangeQuestion, wanted: CustomerRequest
) -> ChangeSeen:
    """Found under its number, which a person may have told, or recognised as any other is."""
    told = _row(connection, company, question.number)
    if told is not None and not (wrong := _differing(company, wanted, told)):
        return _known(connection, company, ChangeOutcome.DONE, told["number"])
    if told is not None and question.said_at:
        return _missing(wrong)
    row = _row(connection, company, matching_customers.recognised(connection, company, wanted))
    if row is None:
        return _missing(_none(company, question.number) if question.said_at else "")
    if wrong := _differing(company, wanted, row):
        return _missing(wrong)
    return _known(connection, company, ChangeOutcome.DONE, row["number"])


def _differing(company: Changeable[Any], wanted: CustomerRequest, row: Row) -> str:
    """What of the customer is otherwise than listed, in words; empty when nothing is."""
    asked = matching_customers.texts(company, wanted).items()
    meant = {name: text for name, text in asked if text}
    # A blank currency means the company's own.
    stands = {**row, "currency": row.get("currency") or company.profile.home_currency}
    key = f"customer {row['number']}"
    found = listed_rows.changed_row(company, "customers", stands, meant, key=key)
    return " ".join(listed_rows.sentences(found)) if found else ""


def _row(connection: H, company: Changeable[H], number: str) -> Row | None:
    if not number.strip():
        return None
    where = company.matches("customers", "number", [number])
    rows = company.rows(connection, "customers", where, whole=True)
    return rows[0] if len(rows) == 1 else None


def _none(company: Changeable[Any], number: str) -> str:
    name = company.profile.physical_table("customers")
    who = f"customer {number}" if number else "such customer"
    return f"Sage has no {who} yet ({name})."


def _missing(told: str) -> ChangeSeen:
    return ChangeSeen(ChangeResult(ChangeOutcome.HANDED_OVER), told=told)

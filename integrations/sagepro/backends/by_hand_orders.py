"""A sales order that a person keys: listed whole or by what differs, and read back line by line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from integrations.canonical.keyed_changes import (
    ChangeQuestion,
    ChangeSeen,
    KeyedVersion,
    ListedRow,
)
from integrations.canonical.orders import OrderRequest
from integrations.canonical.stock import ChangeOutcome, ChangeResult
from integrations.sagepro.backends import (
    changing,
    ledger,
    listed_rows,
    order_checks,
    ordering,
    planned,
)
from integrations.sagepro.backends.books import Changeable, H, Row
from integrations.sagepro.backends.order_differences import Meant
from integrations.sagepro.backends.order_standing import find_order
from integrations.sagepro.backends.ordering import Version


def look(
    connection: H, company: Changeable[H], question: ChangeQuestion, wanted: OrderRequest
) -> ChangeSeen:
    """Raises Answered where the books or our record beside them have another answer."""
    ordering.check(company, wanted)
    if found := changing.earlier(connection, company, ordering.asked_of(wanted)):
        return ChangeSeen(ordering.known(connection, company, found))
    if question.is_seen:
        number = question.number
        return ChangeSeen(ordering.result(connection, company, ChangeOutcome.EXISTS, number))
    recorded = ledger.reversals_of(connection, company, wanted.name)
    before = ordering.newest(wanted, [*recorded, *map(_as_row, question.versions)])
    meant = Meant(company, wanted, order_checks.item_names(connection, company, wanted))
    if question.is_listed:
        return _listed(connection, meant, question, before)
    planned.check(
        company, question.moves, lambda plan: ordering.make(connection, plan, wanted, before)
    )
    seen = _changed(connection, meant, before) if before else _new(connection, meant)
    return replace(seen, moves=ordering.moves(wanted, before))


def _as_row(version: KeyedVersion) -> Row:
    return {"kind": "order", "effect_key": version.key, "invoices": version.told}


def _new(connection: Any, meant: Meant) -> ChangeSeen:
    alike = ", ".join(_alike(connection, meant))
    told = (
        f"In Sage the same stands already as {alike}. If it is this order, key nothing and tell "
        "its number."
    )
    waits = ChangeResult(ChangeOutcome.HANDED_OVER)
    return ChangeSeen(waits, listed=tuple(meant.whole()), told=told if alike else "")


def _alike(connection: Any, meant: Meant) -> Iterator[str]:
    """Numbers of current orders that hold the same: it may have been keyed before."""
    company, wanted = meant.company, meant.wanted
    where = company.matches("orders", "customer_number", [wanted.customer_number])
    for row in company.rows(connection, "orders", where, order_by=("number",)):
        if row["open_amount"] != order_checks.total(wanted):
            continue
        order, lines = find_order(connection, company, row["number"])
        if order and not meant.differences(order, lines, is_new=True):
            yield row["number"]


def _changed(connection: Any, meant: Meant, before: Version) -> ChangeSeen:
    """What of the standing order is to be changed; DONE where nothing is."""
    rows = _differences(connection, meant, before.number, is_new=False)
    if rows:
        waits = ChangeResult(ChangeOutcome.HANDED_OVER, number=before.number)
        return ChangeSeen(waits, listed=tuple(rows))
    return _done(connection, meant, before.number)


def _listed(
    connection: Any, meant: Meant, question: ChangeQuestion, before: Version | None
) -> ChangeSeen:
    number = before.number if before else question.number
    if not number:
        return _missing("")
    rows = _differences(connection, meant, number, is_new=before is None)
    if rows is None:
        table = meant.company.profile.physical_table("orders")
        return _missing(f"Sage has no sales order {number} ({table}).")
    if not rows:
        return _done(connection, meant, number)
    told = " ".join(sentence for row in rows for sentence in listed_rows.sentences(row))
    # Before a person says that it is keyed, all of it is still to be changed.
    return _missing(told if question.said_at else "")


def _differences(
    connection: Any, meant: Meant, number: str, *, is_new: bool
) -> list[ListedRow] | None:
    """None where Sage has no such order."""
    order, lines = find_order(connection, meant.company, number)
    return None if order is None else meant.differences(order, lines, is_new=is_new)


def _done(connection: Any, meant: Meant, number: str) -> ChangeSeen:
    order, lines = find_order(connection, meant.company, number)
    record = ordering.record_of(meant.wanted, number, order, lines)
    result = ordering.result(connection, meant.company, ChangeOutcome.DONE, number)
    return ChangeSeen(result, record=record)


def _missing(told: str) -> ChangeSeen:
    return ChangeSeen(ChangeResult(ChangeOutcome.HANDED_OVER), told=told)

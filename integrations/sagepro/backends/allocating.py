"""Promising stock to sales orders: one guarded update per item and location, once per key."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from integrations.canonical.stock import Allocation, ChangeOutcome, ChangeResult
from integrations.sagepro.backends import changing, documents, evidence
from integrations.sagepro.backends.books import Changeable, H, Row
from integrations.sagepro.backends.changing import Change
from integrations.sagepro.backends.order_reading import need, stock_rows
from integrations.sagepro.backends.plan import refuse, wait
from integrations.sagepro.backends.values import check_text
from integrations.sagepro.beyond_payments import not_offered


def allocate(connection: H, company: Changeable[H], wanted: Allocation) -> ChangeResult:
    """The result to commit. Raises Answered for what must be rolled back."""
    check(company, wanted)
    asked = asked_of(wanted)
    if found := changing.earlier(connection, company, asked):
        return result(connection, company, wanted, found[0])
    row = stock_row(connection, company, wanted)
    _check_quantity(company, wanted, row)
    changing.remember(connection, company, asked)
    _move(connection, company, wanted, row)
    return result(connection, company, wanted, ChangeOutcome.DONE)


def check(company: Changeable[Any], wanted: Allocation) -> None:
    """Raises NeverWorks where nobody said that stock may be allocated, and Answered for a key
    that our record cannot hold."""
    check_offered(company)
    check_text(company.profile, "postings", "effect_key", wanted.key, field="key")


def move(connection: H, company: Changeable[H], wanted: Allocation) -> None:
    """The same as part of a greater change, which has the key. Raises Answered."""
    row = stock_row(connection, company, wanted)
    _check_quantity(company, wanted, row)
    _move(connection, company, wanted, row)


def check_offered(company: Changeable[Any]) -> None:
    """Raises NeverWorks unless the posting profile lets stock be allocated."""
    need(company.profile, "stock", what="Allocating stock is")
    if not company.profile.allocates_stock:
        raise not_offered("Allocating stock is")


def asked_of(wanted: Allocation) -> Change:
    """What our record holds of it."""
    if wanted.quantity.is_finite():
        quantity = changing.plain(wanted.quantity)
    else:
        quantity = str(wanted.quantity)
    contents = [wanted.item.strip(), wanted.location.strip(), quantity]
    return changing.change(wanted.key, kind="allocation", contents=contents)


def stock_row(connection: H, company: Changeable[H], wanted: Allocation) -> Row:
    """The item at its location. Raises Answered: there is none, or it is in use."""
    rows = [
        row
        for row in stock_rows(connection, company, [wanted.item])
        if row["location"] == wanted.location.strip()
    ]
    name = company.profile.physical_table("stock")
    if len(rows) != 1:
        raise refuse(
            "stock_missing",
            f"Sage has no quantity of {wanted.item} at location ‘{wanted.location}’ ({name}).",
            field="item",
            remedy="Choose a location that keeps this item.",
        )
    if documents.is_locked(rows[0]):
        raise wait(f"The quantity of {wanted.item} is being edited in Sage ({name}).")
    return rows[0]


def _check_quantity(company: Changeable[Any], wanted: Allocation, row: Row) -> None:
    name, left = company.profile.physical_table("stock"), row["on_hand"] - row["allocated"]
    kind = company.profile.column("stock", "allocated").type
    quantity = wanted.quantity
    if not quantity.is_finite() or quantity != round(quantity, kind.decimals) or not quantity:
        raise _wrong(f"{quantity} is no quantity of {kind.decimals} decimals at most ({name}).")
    if row["allocated"] + quantity < 0:
        raise _wrong(
            f"Of {wanted.item} only {row['allocated']:f} are allocated at {wanted.location}, "
            f"fewer than the {-quantity:f} to give back ({name})."
        )
    if quantity > 0 and left < quantity and not company.profile.may_oversell:
        raise _wrong(
            f"Of {wanted.item} only {left:f} are free at {wanted.location}, "
            f"fewer than {quantity:f} ({name}).",
            code="stock_short",
        )


def _wrong(sentence: str, *, code: str = "value_refused") -> Exception:
    remedy = "Choose another quantity or location."
    return refuse(code, sentence, field="quantity", remedy=remedy)


def _move(connection: H, company: Changeable[H], wanted: Allocation, row: Row) -> None:
    where = company.matches("stock", "item", [wanted.item])
    where &= company.matches("stock", "location", [wanted.location])
    for key in ("on_hand", "allocated"):
        where &= company.holds("stock", key, row[key])
    allocated: Decimal = row["allocated"] + wanted.quantity
    if company.update(connection, "stock", where, {"allocated": allocated}) != 1:
        raise wait(f"The quantity of {wanted.item} changed in Sage at the same moment.")


def result(
    connection: H, company: Changeable[H], wanted: Allocation, outcome: ChangeOutcome
) -> ChangeResult:
    """The outcome with the item's quantities as they stand."""
    if outcome is ChangeOutcome.WITHDRAWN:
        return ChangeResult(outcome)
    rows = stock_rows(connection, company, [wanted.item])
    return ChangeResult(outcome, evidence=evidence.as_evidence(company, {"stock": rows}))

"""Finding sales orders, items and quantities; a company that maps none of them says so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from integrations.canonical.redaction import redact_text
from integrations.canonical.stock import Item, OrderLine, OrderStatus, SalesOrder, Stock
from integrations.sagepro.backends import documents
from integrations.sagepro.backends.books import Company, H, Row
from integrations.sagepro.beyond_payments import not_offered
from integrations.sagepro.profile import HISTORY, PostingProfile

_ORDERS = (("orders", "order_lines"), ("order_history", "order_line_history"))


def need(profile: PostingProfile, *tables: str, what: str) -> None:
    """Raises NeverWorks when the posting profile maps not all of these tables."""
    if any(table not in profile.tables for table in tables):
        raise not_offered(what)


def orders(
    connection: H, company: Company[H], column: str, values: Sequence[str]
) -> list[SalesOrder]:
    """Orders whose `column` is one of `values`, current ones first, by date and number."""
    need(company.profile, "orders", "order_lines", what="Sales orders are")
    wanted = [value for value in values if value.strip()]
    if not wanted:
        return []
    found = []
    for table, line_table in _ORDERS:
        where = company.matches(table, column, wanted)
        rows = company.rows(connection, table, where, order_by=("order_date", "number"))
        lines = _lines(connection, company, line_table, [row["number"] for row in rows])
        found += [_order(company, table, row, lines[row["number"]]) for row in rows]
    return found


def open_orders(connection: H, company: Company[H], customer_number: str) -> list[SalesOrder]:
    found = orders(connection, company, "customer_number", [customer_number])
    return [one for one in found if one.status is OrderStatus.OPEN and not one.is_history]


def items(connection: H, company: Company[H], numbers: Sequence[str]) -> list[Item]:
    need(company.profile, "items", what="Items are")
    wanted = [number for number in numbers if number.strip()]
    if not wanted:
        return []
    where = company.matches("items", "number", wanted)
    return [
        Item(
            number=row["number"],
            description=redact_text(row["description"]),
            price=row.get("price", Decimal(0)),
            is_active=documents.is_active(company.profile, row),
        )
        for row in company.rows(connection, "items", where, order_by=("number",))
    ]


def stock_rows(connection: H, company: Company[H], numbers: Sequence[str]) -> list[Row]:
    need(company.profile, "stock", what="Quantities are")
    wanted = [number for number in numbers if number.strip()]
    if not wanted:
        return []
    where = company.matches("stock", "item", wanted)
    return company.rows(connection, "stock", where, order_by=("item", "location"))


def stock(connection: H, company: Company[H], numbers: Sequence[str]) -> list[Stock]:
    rows = stock_rows(connection, company, numbers)
    return [Stock(row["item"], row["location"], row["on_hand"], row["allocated"]) for row in rows]


def _lines(
    connection: H, company: Company[H], table: str, numbers: Sequence[str]
) -> dict[str, list[OrderLine]]:
    found: dict[str, list[OrderLine]] = defaultdict(list)
    if not numbers:
        return found
    where = company.matches(table, "order_number", numbers)
    order = ("order_number", "line_number")
    for row in company.rows(connection, table, where, order_by=order):
        found[row["order_number"]].append(_line(row))
    return found


def _line(row: Row) -> OrderLine:
    return OrderLine(
        number=int(row["line_number"]),
        item=row["item"],
        open_quantity=row["open_quantity"],
        shipped_quantity=row["shipped_quantity"],
        price=row["price"],
        description=redact_text(row.get("description", "")),
        location=row.get("location", ""),
    )


def _order(company: Company[Any], table: str, row: Row, lines: list[OrderLine]) -> SalesOrder:
    return SalesOrder(
        number=row["number"],
        customer_number=row["customer_number"],
        order_date=row["order_date"],
        open_amount=row["open_amount"],
        shipped_amount=row["shipped_amount"],
        currency=documents.currency_of(company.profile, row),
        status=_status(company.profile, row),
        lines=tuple(lines),
        customer_po=redact_text(row.get("customer_po", "")),
        is_history=table in HISTORY,
        is_locked=documents.is_locked(row),
    )


def _status(profile: PostingProfile, row: Row) -> OrderStatus:
    if documents.is_void(profile, row):
        return OrderStatus.VOID
    closed = row["status"] in profile.closed_statuses
    return OrderStatus.CLOSED if closed else OrderStatus.OPEN

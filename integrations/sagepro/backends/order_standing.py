"""A sales order as it stands in the books, and whether it may be changed from outside."""

from __future__ import annotations

import hashlib
import json

from integrations.sagepro.backends import documents
from integrations.sagepro.backends.books import Changeable, H, Row
from integrations.sagepro.backends.changing import plain
from integrations.sagepro.backends.plan import refuse, wait

_TABLES = {False: ("orders", "order_lines"), True: ("order_history", "order_line_history")}


def find_order(
    connection: H, company: Changeable[H], number: str, *, in_history: bool = False
) -> tuple[Row | None, list[Row]]:
    """The order's row and its lines; None unless there is exactly one."""
    table, line_table = _TABLES[in_history]
    rows = company.rows(connection, table, company.matches(table, "number", [number]))
    if len(rows) != 1:
        return None, []
    where = company.matches(line_table, "order_number", [number])
    return rows[0], company.rows(connection, line_table, where, order_by=("line_number",))


def digest(order: Row | None, lines: list[Row]) -> str:
    """SHA-256 over what people change in an order: tells whether somebody did."""
    head = [(order or {}).get(key, "") for key in ("customer_number", "customer_po", "status")] + [
        plain((order or {}).get(key, 0)) for key in ("open_amount", "shipped_amount", "tax")
    ]
    told = [
        [int(row["line_number"]), row["item"], row.get("location", ""), row.get("status", "")]
        + [plain(row.get(key, 0)) for key in ("open_quantity", "shipped_quantity", "price")]
        for row in lines
    ]
    return hashlib.sha256(json.dumps([head, told]).encode()).hexdigest()


def standing_order(connection: H, company: Changeable[H], number: str, *, expected: str) -> Row:
    """The order that may be changed. Raises Answered with REFUSED or WAIT, and why."""
    order, lines = find_order(connection, company, number)
    profile = company.profile
    table, line_table = (profile.physical_table(one) for one in _TABLES[False])
    if order is None:
        history, _ = find_order(connection, company, number, in_history=True)
        if history is not None:
            told = f"has gone to history ({profile.physical_table('order_history')})"
            raise _closed(number, told)
        raise refuse(
            "order_missing",
            f"Sales order {number} is not in {table} any more.",
            field="order",
            remedy="Bring it back in Sage, or send the order under another name.",
        )
    if documents.is_locked(order):
        raise wait(f"Sales order {number} is being edited in Sage ({table}).")
    if order["status"] in {*profile.closed_statuses, *profile.void_statuses}:
        raise _closed(number, f"is closed or void ({table}, status {order['status']})")
    if order["shipped_amount"] or any(row["shipped_quantity"] for row in lines):
        raise _closed(number, f"is shipped, or a part of it ({table}, {line_table})")
    if digest(order, lines) != expected:
        raise refuse(
            "order_changed",
            f"Somebody changed sales order {number} in Sage after Tieout wrote it "
            f"({table}, {line_table}).",
            field="order",
            remedy="Make this change in Sage by hand, or put the order back as it was.",
        )
    return order


def _closed(number: str, told: str) -> Exception:
    return refuse(
        "order_closed",
        f"Sales order {number} {told}, so it is not changed any more.",
        field="order",
        remedy="Send what is still wanted as a new order.",
    )

"""Writing the lines of a sales order: new ones added, others changed, none ever deleted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations.canonical.orders import OrderRequest, WantedLine
from integrations.sagepro.backends.books import Changeable, H, Row
from integrations.sagepro.backends.order_checks import amount_of
from integrations.sagepro.backends.plan import ZERO, refuse, wait

_TABLE = "order_lines"


def write(
    connection: H,
    company: Changeable[H],
    wanted: OrderRequest,
    *,
    number: str,
    names: Mapping[str, str],
) -> None:
    """Make the lines stand as told; `names` are the items' own descriptions.

    Raises Answered: a line holds another item, or changed at the same moment.
    """
    where = company.matches(_TABLE, "order_number", [number])
    standing = {int(row["line_number"]): row for row in company.rows(connection, _TABLE, where)}
    for line in wanted.lines:
        values = values_of(wanted, line, names)
        row = standing.pop(line.number, None)
        if row is None:
            key = {"order_number": number, "line_number": line.number}
            whole = {**key, "customer_number": wanted.customer_number.strip(), **values}
            company.insert(connection, _TABLE, company.only_mapped(_TABLE, whole))
        else:
            _check_item(company, line, row)
            _change(connection, company, number, row, values)
    for row in standing.values():
        # What lies there already stays to be read; nothing is deleted in the books.
        gone = {"open_quantity": ZERO, "amount": ZERO, "status": _taken_off(company)}
        _change(connection, company, number, row, gone)


def values_of(wanted: OrderRequest, line: WantedLine, names: Mapping[str, str]) -> Row:
    """What the line's own columns hold."""
    item = line.item.strip()
    return {
        "item": item,
        "description": line.description or names[item],
        "location": line.location,
        "open_quantity": line.quantity,
        "price": line.price,
        "amount": amount_of(line, wanted.currency),
        "status": "",
    }


def _check_item(company: Changeable[Any], line: WantedLine, row: Row) -> None:
    if row["item"] == line.item.strip():
        return
    table = company.profile.physical_table(_TABLE)
    raise refuse(
        "value_refused",
        f"Line {line.number} holds item {row['item']} in Sage, not {line.item} ({table}).",
        field=f"lines.{line.number}.item",
        remedy="Leave that line out, and give the other item a line of its own.",
    )


def _taken_off(company: Changeable[Any]) -> str:
    return next(iter(company.profile.void_statuses), "")


def _change(connection: H, company: Changeable[H], number: str, row: Row, values: Row) -> None:
    changed = {
        key: value
        for key, value in company.only_mapped(_TABLE, values).items()
        if row[key] != (value.strip() if isinstance(value, str) else value)
    }
    if not changed:
        return
    where = company.matches(_TABLE, "order_number", [number])
    where &= company.holds(_TABLE, "line_number", row["line_number"])
    for key in ("open_quantity", "shipped_quantity", "price"):
        where &= company.holds(_TABLE, key, row[key])
    if company.update(connection, _TABLE, where, changed) != 1:
        raise wait(f"Line {row['line_number']} of sales order {number} changed in Sage.")

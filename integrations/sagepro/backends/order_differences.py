"""How a sales order as it stands differs from how it shall: what a person is to change in Sage.

Lines are compared by what they hold. Sage numbers the lines that a person keys, so a number only
tells which of two alike is meant.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from integrations.canonical.keyed_changes import ListedRow, ListedValue
from integrations.canonical.orders import OrderRequest, WantedLine
from integrations.sagepro.backends import listed_rows, order_checks, order_lines
from integrations.sagepro.backends.books import Changeable, Row

_ORDERS, _LINES = "orders", "order_lines"


@dataclass(frozen=True)
class Meant:
    """A sales order as it shall stand in this company."""

    company: Changeable[Any]
    wanted: OrderRequest
    names: Mapping[str, str]
    """The items' own descriptions."""

    def whole(self) -> Iterator[ListedRow]:
        """Everything of an order that is not there yet."""
        key = f"order {self.wanted.order.strip()}"
        yield listed_rows.new_row(self.company, _ORDERS, self._head(), key=key)
        for line in self._lines():
            yield self._new_line(line, f"line {line.number}")

    def differences(self, order: Row, lines: list[Row], *, is_new: bool) -> list[ListedRow]:
        """What is otherwise; the order's day counts for a new one alone, as a later version of
        it leaves the day as it is."""
        about = f"sales order {order['number']}"
        head = {key: value for key, value in self._head().items() if is_new or key != "order_date"}
        found = listed_rows.changed_row(self.company, _ORDERS, order, head, key=about)
        return [*([found] if found else []), *self._line_differences(lines, about)]

    def _head(self) -> Row:
        wanted = self.wanted
        return {
            "customer_number": wanted.customer_number.strip(),
            "order_date": wanted.order_date,
            "customer_po": wanted.customer_po.strip(),
            "open_amount": order_checks.total(wanted),
            "tax": wanted.tax,
            "currency": wanted.currency,
        }

    def _lines(self) -> list[WantedLine]:
        return sorted(self.wanted.lines, key=lambda line: line.number)

    def _line_differences(self, lines: list[Row], about: str) -> Iterator[ListedRow]:
        standing = [row for row in lines if self._stands(row)]
        missing = []
        for line in self._lines():
            near = _nearest(standing, line)
            same = next((row for row in near if not self._other(line, row)), None)
            if same is None:
                missing.append(line)
            else:
                standing.remove(same)
        for line in missing:
            item = line.item.strip()
            like = next((row for row in _nearest(standing, line) if row["item"] == item), None)
            if like is None:
                yield self._new_line(line, f"line {line.number} of {about}")
                continue
            standing.remove(like)
            found = self._other(line, like, key=f"line {like['line_number']} of {about}")
            yield from [found] if found else []
        yield from (self._taken_off(row, about) for row in standing)

    def _stands(self, row: Row) -> bool:
        is_void = row.get("status", "") in self.company.profile.void_statuses
        return bool(row["open_quantity"] or row["shipped_quantity"]) and not is_void

    def _other(self, line: WantedLine, row: Row, *, key: str = "") -> ListedRow | None:
        """What of the line differs; Sage may fill a description and a location that nobody
        asked for."""
        texts = {
            column: text
            for column in ("description", "location")
            if (text := getattr(line, column).strip())
        }
        numbers = {"open_quantity": line.quantity, "price": line.price}
        meant = {"item": line.item.strip(), **numbers, **texts}
        return listed_rows.changed_row(self.company, _LINES, row, meant, key=key)

    def _new_line(self, line: WantedLine, key: str) -> ListedRow:
        values = order_lines.values_of(self.wanted, line, self.names)
        return listed_rows.new_row(self.company, _LINES, values, key=key)

    def _taken_off(self, row: Row, about: str) -> ListedRow:
        column = self.company.profile.column(_LINES, "open_quantity")
        quantity = ListedValue("open_quantity", column.name, "0", f"{row['open_quantity']:f}")
        key = f"line {row['line_number']}, {row['item']}, of {about}"
        name = self.company.profile.physical_table(_LINES)
        return ListedRow(_LINES, name, key, (quantity,), is_new=False)


def _nearest(standing: list[Row], line: WantedLine) -> list[Row]:
    return sorted(standing, key=lambda row: int(row["line_number"]) != line.number)

"""Whether the books would take a sales order: every reason not to, before anything is written."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from integrations.canonical.money import MAX_INTEGER_DIGITS, Money, MoneyError, round_to
from integrations.canonical.orders import OrderRequest, WantedLine
from integrations.sagepro.backends import documents, reading
from integrations.sagepro.backends.books import Changeable, H, Row
from integrations.sagepro.backends.plan import refuse, wait
from integrations.sagepro.backends.values import check_no_card, check_text

_LARGEST = Decimal(10) ** MAX_INTEGER_DIGITS
_HIGHEST_LINE = 2**31 - 1


def check_values(company: Changeable[Any], wanted: OrderRequest) -> None:
    """Raises Answered with REFUSED for what no books could hold."""
    if not wanted.order.strip() or wanted.version < 1:
        raise _wrong("A sales order needs a name and a version above zero.", "order")
    numbers = [line.number for line in wanted.lines]
    if not numbers or len(set(numbers)) != len(numbers):
        raise _wrong("A sales order has lines, each with a number of its own.", "lines")
    for table, column, text, field in _texts(wanted):
        check_no_card(field, text)
        if text.strip() and company.has(table, column):
            check_text(company.profile, table, column, text.strip(), field=field)
    for line in wanted.lines:
        _check_line(company, line)
    try:
        if Money(wanted.tax, wanted.currency).amount < 0:
            raise _wrong(f"A tax of {wanted.tax} is below zero.", "tax")
        Money(total(wanted), wanted.currency)
    except MoneyError as error:
        raise _wrong(f"{error}.", "tax") from error


def amount_of(line: WantedLine, currency: str) -> Decimal:
    """Quantity times price, rounded half up to the currency's decimals."""
    return round_to(line.quantity * line.price, currency)


def total(wanted: OrderRequest) -> Decimal:
    """What the order comes to, tax included."""
    amounts = (amount_of(line, wanted.currency) for line in wanted.lines)
    return sum(amounts, wanted.tax)


def _texts(wanted: OrderRequest) -> Iterator[tuple[str, str, str, str]]:
    yield "postings", "effect_key", wanted.key, "order"
    # Its name alone, for changes of it stand under the same.
    yield "postings", "reverses", wanted.name, "order"
    yield "orders", "customer_po", wanted.customer_po, "customer_po"
    yield "orders", "customer_number", wanted.customer_number, "customer_number"
    yield "orders", "currency", wanted.currency, "currency"
    for line in wanted.lines:
        for column in ("item", "description", "location"):
            yield "order_lines", column, getattr(line, column), f"lines.{line.number}.{column}"


def _check_line(company: Changeable[Any], line: WantedLine) -> None:
    field, table = f"lines.{line.number}", company.profile.physical_table("order_lines")
    kind = company.profile.column("order_lines", "open_quantity").type
    if not 0 < line.number <= _HIGHEST_LINE:
        raise _wrong(f"{line.number} is no number of a line ({table}).", field)
    if line.location and not company.has("order_lines", "location"):
        raise _wrong(f"The posting profile names no column for a location on {table}.", field)
    # A point takes a place of a FoxPro number.
    largest = Decimal(10) ** (kind.width - kind.decimals - 1)
    if not _fits(line.quantity, kind.decimals, largest) or line.quantity <= 0:
        told = f"{line.quantity} is no quantity of {kind.decimals} decimals at most"
        raise _wrong(f"Line {line.number}: {told} ({table}).", f"{field}.quantity")
    if not _fits(line.price, 4, _LARGEST) or line.price < 0:
        told = f"{line.price} is no price of 4 decimals at most"
        raise _wrong(f"Line {line.number}: {told} ({table}).", f"{field}.price")
    if line.quantity * line.price >= _LARGEST:
        raise _wrong(f"Line {line.number} comes to more than {table} holds.", field)


def _fits(value: Decimal, decimals: int, largest: Decimal) -> bool:
    return value.is_finite() and abs(value) < largest and value == round(value, decimals)


def customer_row(connection: H, company: Changeable[H], wanted: OrderRequest) -> Row:
    """The customer who orders. Raises Answered: none there, on hold, other currency, in use."""
    number, name = wanted.customer_number.strip(), company.profile.physical_table("customers")
    rows = reading.customer_rows(connection, company, number)
    if len(rows) != 1:
        raise refuse(
            "customer_missing",
            f"Sage has no customer {number} ({name}).",
            field="customer_number",
            remedy="Create the customer first, or choose the one who ordered.",
        )
    customer = documents.customer(company, rows[0])
    if customer.on_credit_hold:
        raise refuse(
            "customer_on_hold",
            f"Customer {number} is on credit hold in Sage ({name}).",
            field="customer_number",
            remedy="Release the customer in Sage, then ask again.",
        )
    if customer.currency != wanted.currency:
        raise refuse(
            "currency_mismatch",
            f"Customer {number} is in {customer.currency}, the order in {wanted.currency} "
            f"({name}).",
            field="currency",
            remedy="Enter the order in Sage by hand with the rate of the day.",
        )
    if documents.is_locked(rows[0]):
        raise wait(f"Customer {number} is being edited in Sage ({name}).")
    where = company.matches("customers", "number", [number])
    (whole,) = company.rows(connection, "customers", where, whole=True)
    return whole


def item_names(connection: H, company: Changeable[H], wanted: OrderRequest) -> dict[str, str]:
    """The description of each item. Raises Answered for one that Sage does not sell."""
    numbers = sorted({line.item.strip() for line in wanted.lines})
    table = company.profile.physical_table("items")
    rows = company.rows(connection, "items", company.matches("items", "number", numbers))
    found = {row["number"]: row for row in rows}
    for line in wanted.lines:
        row = found.get(line.item.strip())
        if row is None or not documents.is_active(company.profile, row):
            problem = "Sage has no item" if row is None else "Sage does not sell any more item"
            raise refuse(
                "item_missing",
                f"Line {line.number}: {problem} {line.item} ({table}).",
                field=f"lines.{line.number}.item",
                remedy="Choose another item, or add it in Sage.",
            )
    return {number: row["description"] for number, row in found.items()}


def _wrong(sentence: str, field: str) -> Exception:
    return refuse("value_refused", sentence, field=field, remedy="Correct the order.")

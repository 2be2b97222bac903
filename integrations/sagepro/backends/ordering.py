"""Writing a sales order as it shall stand: new under the next number, or changed while it may be.

Our own record keeps, with each version's key, which order it made, how its rows stood after it
and what stock it promised. So a change finds the order again, sees whether somebody in Sage
has changed it since, and gives back what is not wanted any more.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from integrations.canonical.orders import OrderRequest
from integrations.canonical.stock import Allocation, ChangeOutcome, ChangeResult
from integrations.sagepro.backends import (
    allocating,
    changing,
    evidence,
    ledger,
    numbering,
    order_checks,
    order_lines,
)
from integrations.sagepro.backends.books import Changeable, H, Row
from integrations.sagepro.backends.changing import Change
from integrations.sagepro.backends.order_reading import need, stock_rows
from integrations.sagepro.backends.order_standing import digest, find_order, standing_order
from integrations.sagepro.backends.plan import ZERO, refuse, wait
from integrations.sagepro.backends.writing import audit
from integrations.sagepro.beyond_payments import not_offered
from integrations.sagepro.required import FOR_ORDERS

_KIND = "order"
_WRITING = "Writing sales orders is"
Promised = Mapping[tuple[str, str], Decimal]
"""Item and location → how much the order keeps for itself."""


def upsert(connection: H, company: Changeable[H], wanted: OrderRequest) -> ChangeResult:
    """The result to commit. Raises Answered for what must be rolled back."""
    check(company, wanted)
    asked = asked_of(wanted)
    if found := changing.earlier(connection, company, asked):
        return known(connection, company, found)
    before = newest(wanted, ledger.reversals_of(connection, company, wanted.name))
    number = make(connection, company, wanted, before)
    return _remember(connection, company, wanted, asked, number=number)


def check(company: Changeable[Any], wanted: OrderRequest) -> None:
    """Raises NeverWorks where nobody said that orders may be written, and Answered for what no
    books could hold."""
    need(company.profile, *FOR_ORDERS, what=_WRITING)
    if not company.profile.writes_orders:
        raise not_offered(_WRITING)
    if wanted.allocates:
        allocating.check_offered(company)
    order_checks.check_values(company, wanted)


def make(
    connection: H, company: Changeable[H], wanted: OrderRequest, before: Version | None
) -> str:
    """Write the order and all that moves with it; its number. Raises Answered."""
    customer = order_checks.customer_row(connection, company, wanted)
    names = order_checks.item_names(connection, company, wanted)
    if before is None:
        number, old_amount = _create(connection, company, wanted), ZERO
    else:
        number = before.number
        old_amount = _change_order(connection, company, wanted, before)
    order_lines.write(connection, company, wanted, number=number, names=names)
    _move_open_orders(connection, company, customer, order_checks.total(wanted) - old_amount)
    _allocate(connection, company, wanted, before.promised if before else {}, _promised(wanted))
    return number


@dataclass(frozen=True)
class Version:
    """What our record says of the newest version of an order."""

    version: int
    number: str
    digest: str
    promised: Promised

    @classmethod
    def of(cls, row: Row) -> Version:
        told: dict[str, Any] = json.loads(row["invoices"], parse_float=Decimal)
        promised = {(item, place): Decimal(many) for item, place, many in told["promised"]}
        version = int(row["effect_key"].rpartition(":")[2])
        return cls(version, told["order"], told["rows"], promised)


def asked_of(wanted: OrderRequest) -> Change:
    """What our record holds of it."""
    plain = changing.plain
    lines = [
        [line.number, line.item.strip(), plain(line.quantity), plain(line.price),
         line.location.strip(), line.description.strip()]
        for line in sorted(wanted.lines, key=lambda one: one.number)
    ]  # fmt: skip
    contents = [
        wanted.customer_number.strip(), wanted.order_date.isoformat(), wanted.currency,
        plain(wanted.tax), wanted.customer_po.strip(), wanted.allocates, lines,
    ]  # fmt: skip
    return changing.change(wanted.key, kind=_KIND, contents=contents)


def newest(wanted: OrderRequest, rows: Iterable[Row]) -> Version | None:
    """The newest version that our records tell of. Raises Answered when it is not older than
    this one."""
    found = [Version.of(row) for row in rows if row["kind"] == _KIND]
    newest = max(found, key=lambda one: one.version, default=None)
    if newest is not None and newest.version > wanted.version:
        raise refuse(
            "order_overtaken",
            f"Version {wanted.version} of order {wanted.order.strip()} came after version "
            f"{newest.version}, which stands in Sage as {newest.number}.",
            field="version",
            remedy="Nothing is to be done; the newer version holds.",
        )
    return newest


def _create(connection: H, company: Changeable[H], wanted: OrderRequest) -> str:
    number = numbering.order_number(connection, company)
    row = {
        "number": number,
        "customer_number": wanted.customer_number.strip(),
        "order_date": wanted.order_date,
        "customer_po": wanted.customer_po,
        "open_amount": order_checks.total(wanted),
        "shipped_amount": ZERO,
        "tax": wanted.tax,
        "currency": wanted.currency,
        **audit(connection, company),
    }
    company.insert(connection, "orders", company.only_mapped("orders", row))
    return number


def _change_order(
    connection: H, company: Changeable[H], wanted: OrderRequest, before: Version
) -> Decimal:
    """Change the order's own row; what it came to before."""
    row = standing_order(connection, company, before.number, expected=before.digest)
    if row["customer_number"] != wanted.customer_number.strip():
        table = company.profile.physical_table("orders")
        raise refuse(
            "value_refused",
            f"Sales order {before.number} is {row['customer_number']}'s, not "
            f"{wanted.customer_number}'s ({table}).",
            field="customer_number",
            remedy="Take the order off in Sage, and send a new one.",
        )
    where = company.matches("orders", "number", [before.number])
    where &= company.holds("orders", "open_amount", row["open_amount"])
    where &= company.holds("orders", "shipped_amount", row["shipped_amount"])
    values = {
        "open_amount": order_checks.total(wanted),
        "tax": wanted.tax,
        "customer_po": wanted.customer_po,
    }
    if company.update(connection, "orders", where, company.only_mapped("orders", values)) != 1:
        raise wait(f"Sales order {before.number} changed in Sage at the same moment.")
    old_amount: Decimal = row["open_amount"]
    return old_amount


def _move_open_orders(
    connection: H, company: Changeable[H], customer: Row, difference: Decimal
) -> None:
    if not company.has("customers", "on_order") or not difference:
        return
    where = company.matches("customers", "number", [customer["number"]])
    where &= company.holds("customers", "on_order", customer["on_order"])
    values = {"on_order": customer["on_order"] + difference}
    if company.update(connection, "customers", where, values) != 1:
        raise wait(f"Customer {customer['number']} changed in Sage at the same moment.")


def _promised(wanted: OrderRequest) -> Promised:
    found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for line in wanted.lines if wanted.allocates else ():
        if line.location.strip():
            found[line.item.strip(), line.location.strip()] += line.quantity
    return found


def _allocate(
    connection: H,
    company: Changeable[H],
    wanted: OrderRequest,
    before: Promised,
    now: Promised,
) -> None:
    for moved in _moves(wanted.key, before, now):
        allocating.check_offered(company)
        allocating.move(connection, company, moved)


def moves(wanted: OrderRequest, before: Version | None) -> tuple[Allocation, ...]:
    """The stock that this version takes, or gives back, after that one."""
    return tuple(_moves(wanted.key, before.promised if before else {}, _promised(wanted)))


def _moves(key: str, before: Promised, now: Promised) -> Iterator[Allocation]:
    for item, place in sorted({*before, *now}):
        difference = now.get((item, place), ZERO) - before.get((item, place), ZERO)
        if difference:
            yield Allocation(key, item, place, difference)


def _remember(
    connection: H,
    company: Changeable[H],
    wanted: OrderRequest,
    asked: Change,
    *,
    number: str,
) -> ChangeResult:
    """Read back what was written, keep it on record, and tell it."""
    order, lines = find_order(connection, company, number)
    _check_written(company, wanted, order, lines)
    changing.remember(
        connection,
        company,
        asked,
        customer_number=wanted.customer_number.strip(),
        invoices=record_of(wanted, number, order, lines),
        line_count=len(wanted.lines),
        amount=order_checks.total(wanted),
        currency=wanted.currency,
        accounting_date=wanted.order_date,
        reverses=wanted.name,
    )
    return result(connection, company, ChangeOutcome.DONE, number)


def record_of(wanted: OrderRequest, number: str, order: Row | None, lines: list[Row]) -> str:
    """What a later version is told of this one, as it stands."""
    promised = [
        [item, place, f"{quantity:f}"]
        for (item, place), quantity in sorted(_promised(wanted).items())
    ]
    return json.dumps({"order": number, "rows": digest(order, lines), "promised": promised})


def _check_written(
    company: Changeable[Any], wanted: OrderRequest, order: Row | None, lines: list[Row]
) -> None:
    """Raises Answered, so that nothing stays, when the books made something else of it."""
    meant = {line.number: (line.item.strip(), line.quantity, line.price) for line in wanted.lines}
    stands = {
        int(row["line_number"]): (row["item"], row["open_quantity"], row["price"])
        for row in lines
        if row["open_quantity"]
    }
    if order is None or order["open_amount"] != order_checks.total(wanted) or stands != meant:
        tables = [company.profile.physical_table(name) for name in ("orders", "order_lines")]
        raise refuse(
            "not_as_written",
            f"{' and '.join(tables)} do not hold what was written, so it was taken back.",
            field="lines",
            remedy="See whether a trigger of the database changes sales orders.",
        )


def known(connection: H, company: Changeable[H], found: tuple[ChangeOutcome, Row]) -> ChangeResult:
    """The answer that our own record gives."""
    outcome, record = found
    if outcome is not ChangeOutcome.EXISTS:
        return ChangeResult(outcome)
    number = str(json.loads(record["invoices"], parse_float=Decimal)["order"])
    return result(connection, company, outcome, number)


def result(
    connection: H, company: Changeable[H], outcome: ChangeOutcome, number: str
) -> ChangeResult:
    """The outcome with the order as it stands; EXISTS is answered from the books alone."""
    rows: dict[str, list[Row]] = {}
    order, lines = find_order(connection, company, number)
    table, line_table = ("orders", "order_lines")
    if order is None:
        order, lines = find_order(connection, company, number, in_history=True)
        table, line_table = ("order_history", "order_line_history")
    if order is None:
        names = " or ".join(company.profile.physical_table(n) for n in ("orders", "order_history"))
        raise refuse(
            "order_missing",
            f"Sales order {number}, which this version made, is not in {names} any more.",
            field="order",
            remedy="Bring it back in Sage, or send the order under another name.",
        )
    rows = {table: [order], line_table: lines}
    items = sorted({row["item"] for row in lines})
    if "stock" in company.profile.tables:
        rows["stock"] = stock_rows(connection, company, items)
    told = evidence.as_evidence(company, rows)
    return ChangeResult(outcome, evidence=told, number=number)

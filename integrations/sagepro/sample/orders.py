"""Sales orders that are open or long shipped, items and quantities of the sample company."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

Record = dict[str, object]
LAST_NUMBER = 7403
_ITEMS = (
    ("BRG-6204", "Ball bearing 6204", "18.50"),
    ("LABOR", "Labor", "95.00"),
    ("VLV-075", "Gate valve 3/4 in", "42.00"),
)
# Item, location, on hand, allocated. One bearing is left in the east.
_STOCK = (
    ("BRG-6204", "EAST", "1", "0"),
    ("BRG-6204", "MAIN", "120", "20"),
    ("VLV-075", "MAIN", "40", "5"),
)
# Number, customer, days ago, lines (item, quantity, price), tax.
_OPEN = (
    (7401, "ACME01", 9, (("BRG-6204", 20, "18.50"),), "0"),
    (7402, "ADLER1", 6, (("VLV-075", 5, "42.00"), ("LABOR", 2, "95.00")), "30.00"),
    (LAST_NUMBER, "ACME01", 2, (("VLV-075", 1, "42.00"),), "0"),
)
_SHIPPED = 6990


def records(today: date) -> dict[str, list[Record]]:
    """Rows of the order and item tables, as of `today`."""
    orders = [_open(number, who, today - timedelta(days=ago), lines, tax)
              for number, who, ago, lines, tax in _OPEN]  # fmt: skip
    return {
        "somast": orders,
        "sotran": [
            line for number, who, _, lines, _ in _OPEN for line in _lines(number, who, lines)
        ],
        "soymst": [_shipped(today - timedelta(days=200))],
        "soytrn": _lines(_SHIPPED, "CASCAD", (("VLV-075", 3, "42.00"),), shipped=True),
        "icitem": [
            {"item": item, "itmdesc": name, "price": Decimal(price), "itmstat": "A"}
            for item, name, price in _ITEMS
        ],
        "iciqty": [
            {"item": item, "loctid": place, "qonhand": Decimal(here), "qsoaloc": Decimal(promised)}
            for item, place, here, promised in _STOCK
        ],
    }


def on_order(customer: str) -> Decimal:
    """What this customer has ordered and not received, tax included."""
    open_orders = (entry for entry in _OPEN if entry[1] == customer)
    return sum((_total(lines, tax) for _, _, _, lines, tax in open_orders), Decimal(0))


def _total(lines: tuple[tuple[str, int, str], ...], tax: str) -> Decimal:
    return sum((count * Decimal(price) for _, count, price in lines), Decimal(tax))


def _open(
    number: int, customer: str, day: date, lines: tuple[tuple[str, int, str], ...], tax: str
) -> Record:
    return {
        "sono": str(number).rjust(10),
        "custno": customer,
        "sodate": day,
        "ponum": f"PO-{number}",
        "ordamt": _total(lines, tax),
        "tax": Decimal(tax),
        "currency": "USD",
        "adduser": "MAC",
    }


def _shipped(day: date) -> Record:
    return {
        "sono": str(_SHIPPED).rjust(10),
        "custno": "CASCAD",
        "sodate": day,
        "shpamt": Decimal("126.00"),
        "sostat": "C",
        "currency": "USD",
    }


def _lines(
    number: int,
    customer: str,
    lines: tuple[tuple[str, int, str], ...],
    *,
    shipped: bool = False,
) -> list[Record]:
    names = {item: name for item, name, _ in _ITEMS}
    return [
        {
            "sono": str(number).rjust(10),
            "custno": customer,
            "tranlineno": position,
            "item": item,
            "descrip": names[item],
            "price": Decimal(price),
            "qtyshp" if shipped else "qtyord": Decimal(count),
            "extprice": count * Decimal(price),
            "loctid": "" if item == "LABOR" else "MAIN",
            "sostat": "C" if shipped else "",
        }
        for position, (item, count, price) in enumerate(lines, start=1)
    ]

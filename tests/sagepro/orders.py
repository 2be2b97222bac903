"""A sales order and a customer as a shop sends them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from integrations.canonical.keyed_changes import ListedRow, ListedValue
from integrations.canonical.orders import CustomerRequest, OrderRequest, WantedLine

DAY = date(2026, 11, 20)
BEARINGS = WantedLine(1, "BRG-6204", Decimal(4), Decimal("18.50"), "MAIN")
VALVES = WantedLine(2, "VLV-075", Decimal("1.5"), Decimal("42.015"), "MAIN", "Valve, brass")
LABOR = WantedLine(3, "LABOR", Decimal(1), Decimal(95))


def order(version: int = 1, *lines: WantedLine, name: str = "shop:4711") -> OrderRequest:
    return OrderRequest(
        order=name,
        version=version,
        customer_number="ACME01",
        order_date=DAY,
        currency="USD",
        lines=lines or (BEARINGS, VALVES),
        tax=Decimal("5.25"),
        customer_po="WEB-4711",
        allocates=True,
    )


NEWCOMER = CustomerRequest(
    key="shop:customer:88",
    name="Acme Räder LLC",
    email="orders@raeder.example",
    contact="Ida Weiß",
    address1="9 Canal Road",
    city="Dayton",
    state="OH",
    postal_code="45402-1234",
    country="USA",
    phone="555-0188",
)
# As a worksheet lists them.
NEW_CUSTOMER = (
    ListedRow(
        "customers",
        "ARCUST01",
        "Acme Räder LLC",
        (
            ListedValue("number", "CUSTNO", "ACME02"),
            ListedValue("name", "COMPANY", "Acme Räder LLC"),
            ListedValue("GLLINK", "GLLINK", "AR"),
        ),
    ),
)
NEW_ORDER = (
    ListedRow(
        "orders",
        "SOMAST01",
        "order shop:4711",
        (
            ListedValue("customer_number", "CUSTNO", "ACME01"),
            ListedValue("customer_po", "PONUM", "WEB-4711"),
        ),
    ),
    ListedRow(
        "order_lines",
        "SOTRAN01",
        "line 1",
        (
            ListedValue("item", "ITEM", "BRG-6204"),
            ListedValue("open_quantity", "QTYORD", "4"),
            ListedValue("price", "PRICE", "18.50"),
        ),
    ),
)
MORE_STOCK = (
    ListedRow(
        "stock",
        "ICIQTY01",
        "BRG-6204 at MAIN",
        (ListedValue("allocated", "QSOALOC", "24.000", "20.000"),),
        is_new=False,
    ),
)

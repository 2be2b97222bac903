"""Invoices of the sample company and what has happened to each: deterministic for a day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from integrations.sagepro.sample.customers import NUMBERS, TERMS, currency_of

HISTORY_NUMBERS = range(940, 1000)
CURRENT_NUMBERS = (*range(10200, 10500), *range(100400, 100440))
DAYS = 120
LOCKED = 10477
DEMO = {10432: ("ACME01", "740.00"), 10433: ("ACME01", "312.50"), 100431: ("ADLER1", "1250.00")}
"""Invoices that stay open with known amounts, for walks and screenshots."""


@dataclass(frozen=True)
class Document:
    """One invoice or credit memo and its fate."""

    number: str
    customer: str
    day: date
    amount: Decimal
    """Negative for a credit memo."""
    fate: str
    """open, partial, paid, history, void, cancelled or memo."""
    paid: Decimal
    order: str
    purchase_order: str
    is_locked: bool = False

    @property
    def balance(self) -> Decimal:
        return Decimal(0) if self.is_void else self.amount - self.paid

    @property
    def is_void(self) -> bool:
        return self.fate in {"void", "cancelled"}

    @property
    def status(self) -> str:
        return {"void": "V", "cancelled": "X", "history": "C"}.get(self.fate, "")

    @property
    def currency(self) -> str:
        return currency_of(self.customer)


def documents(today: date) -> Iterator[Document]:
    """About 400 documents of the last 120 days, oldest first."""
    random = Random(19)  # noqa: S311 - believable, and the same every time
    numbers = (*HISTORY_NUMBERS, *CURRENT_NUMBERS)
    for index, number in enumerate(numbers):
        age = DAYS - index * DAYS // len(numbers)
        yield _document(random, index, number, day=today - timedelta(days=age))


def _document(random: Random, index: int, number: int, *, day: date) -> Document:
    customer = NUMBERS[random.randrange(len(NUMBERS))]
    amount = Decimal(random.randrange(4500, 380000)) / 100
    fate = _fate(random, index, number)
    if number in DEMO:
        customer, text = DEMO[number]
        amount, fate = Decimal(text), "open"
    if fate == "memo":
        amount = -min(amount, Decimal("185.40"))
    return Document(
        number=str(number),
        customer=customer,
        day=day,
        amount=amount,
        fate=fate,
        paid=_paid(random, amount, fate),
        order=str(7000 + index) if index % 3 == 0 else "",
        purchase_order=_purchase_order(index),
        is_locked=number == LOCKED,
    )


def _fate(random: Random, index: int, number: int) -> str:
    if number in HISTORY_NUMBERS:
        return "history"
    if number == LOCKED:
        return "open"
    fixed = {5: "void", 9: "cancelled", 14: "memo", 15: "memo"}
    if index % 20 in fixed:
        return fixed[index % 20]
    return random.choices(("open", "partial", "paid"), weights=(45, 15, 40))[0]


def _paid(random: Random, amount: Decimal, fate: str) -> Decimal:
    if fate in {"paid", "history"}:
        return amount
    if fate == "partial":
        return (amount * random.randrange(20, 80) / 100).quantize(Decimal("0.01"))
    return Decimal(0)


def _purchase_order(index: int) -> str:
    if index == 77:
        return "4012 8888 8888 1881"  # a test card number typed into the wrong box
    return f"PO-{4000 + index}" if index % 2 else ""


def due_date(document: Document) -> date:
    return document.day + timedelta(days=TERMS[document.customer])

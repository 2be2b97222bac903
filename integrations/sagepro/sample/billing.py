"""New invoices in the sample company, as its order desk would write them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import Connection, MetaData, func, insert, select, update

from integrations.sagepro.sample import accounts, customers
from integrations.sagepro.sample.company import complete, engine_for, tables
from integrations.sagepro.sample.content import Record, header, line
from integrations.sagepro.sample.documents import Document

# Numbers of five digits are the order desk's; six digits came with the last system.
_LAST_NUMBER = 99_999
_CUSTOMERS = tuple(
    number
    for number in customers.NUMBERS
    if customers.currency_of(number) != customers.FOREIGN_CURRENCY
    and number != customers.ON_CREDIT_HOLD
)


def bill_customers(dsn: str, *, count: int, today: date) -> list[str]:
    """Write `count` open invoices dated `today` and give their numbers.

    One transaction: documents, lines, distribution and what customers owe. The invoices after a
    given number are always the same. Amounts are in the company's own currency.
    """
    with engine_for(dsn) as engine, engine.begin() as connection:
        metadata = tables()
        first = _last_number(connection, metadata) + 1
        written = [_document(number, today) for number in range(first, first + count)]
        for document in written:
            _write(connection, metadata, document)
    return [document.number for document in written]


def _last_number(connection: Connection, metadata: MetaData) -> int:
    table = metadata.tables["armast"]
    numbers = connection.execute(select(func.trim(table.c.invno))).scalars()
    return max(int(n) for n in numbers if n.isdecimal() and int(n) <= _LAST_NUMBER)


def _document(number: int, today: date) -> Document:
    return Document(
        number=str(number),
        customer=_CUSTOMERS[number % len(_CUSTOMERS)],
        day=today,
        amount=Decimal(4500 + number * 7919 % 180_000) / 100,
        fate="open",
        paid=Decimal(0),
        order="",
        purchase_order=f"PO-{number}",
    )


def _write(connection: Connection, metadata: MetaData, document: Document) -> None:
    _add(connection, metadata, "armast", header(document))
    _add(connection, metadata, "artran", line(document))
    counter = metadata.tables["sysdata"]
    session = connection.execute(
        update(counter)
        .where(counter.c.sysid == "AR")
        .values(int1=counter.c.int1 + 1)
        .returning(counter.c.int1)
    ).scalar_one()
    sides = ((accounts.RECEIVABLES, document.amount), (accounts.SALES, -document.amount))
    for account, amount in sides:
        _add(connection, metadata, "ardist", _side(document, account, amount, f"{session:06}"))
    customer = metadata.tables["arcust"]
    connection.execute(
        update(customer)
        .where(customer.c.custno == document.customer)
        .values(balance=customer.c.balance + document.amount)
    )


def _side(document: Document, account: str, amount: Decimal, session: str) -> Record:
    return {
        "glacnt": account,
        "tranno": document.number.rjust(10),
        "trandte": document.day,
        "arsess": session,
        "glbatch": session,
        "amount": amount,
    }


def _add(connection: Connection, metadata: MetaData, table: str, record: Record) -> None:
    connection.execute(insert(metadata.tables[table]).values(complete(table, record)))

"""A look at a company's tables for a self-test: how full, what is locked, which code page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, text

from integrations.sagepro.backends.company import SqlCompany

# One question about the server itself, in each product's words; constants, never built.
_CODE_PAGE = {
    "postgresql": "SELECT current_setting('server_encoding')",
    "mssql": "SELECT CONVERT(varchar(128), DATABASEPROPERTYEX(DB_NAME(), 'Collation'))",
}


@dataclass(frozen=True)
class Look:
    """What a look found."""

    rows: Mapping[str, int]
    """By physical table name."""
    locked: int
    """Customers and documents that somebody has open in Sage now."""
    code_page: str


def look(connection: Connection, company: SqlCompany) -> Look:
    """Count the mapped tables. Inside a read transaction; reads no row's contents."""
    rows = {
        company.profile.physical_table(name): company.count(connection, name)
        for name in company.tables
    }
    locked = sum(_locked(connection, company, name) for name in ("customers", "invoices"))
    question = _CODE_PAGE.get(connection.dialect.name)
    page = str(connection.scalar(text(question))) if question else ""
    return Look(rows, locked, page)


def _locked(connection: Connection, company: SqlCompany, table: str) -> int:
    if not company.has(table, "lock_status"):
        return 0
    return company.count(connection, table, company.column(table, "lock_status") > " ")

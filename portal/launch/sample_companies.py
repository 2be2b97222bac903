"""Two Sage Pro sample companies on the embedded server, each in a database of its own.

The connector signs in as a login that may do what it needs and nothing else; the company's
owner exists to create the tables. Neither is a role of the portal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import psycopg
from psycopg import sql

from integrations.sagepro.sample.company import create_company
from integrations.sagepro.sample.profile import sample_profile
from integrations.sagepro.sample.rights import create_role
from portal.launch import databases
from portal.launch.postgres import Server

# Number and name as Sage knows them, and the database they are in.
COMPANIES = {
    "01": ("Northwind Office Supply", "sage_company_01"),
    "02": ("Northwind test company", "sage_company_02"),
}
OWNER = "sage_owner"
CONNECTOR = "sage_connector"


@dataclass(frozen=True)
class Company:
    """A sample company: its number, and its address for the connector and for its owner."""

    number: str
    dsn: str
    owner_dsn: str


def prepare(server: Server, *, passwords: Mapping[str, str], today: date) -> list[Company]:
    """Make the companies that are missing; their books begin as of `today`."""
    databases.ensure_login(server.url(), role=OWNER, password=passwords[OWNER])
    return [_company(server, number, passwords, today) for number in COMPANIES]


def _company(server: Server, number: str, passwords: Mapping[str, str], today: date) -> Company:
    title, name = COMPANIES[number]
    databases.ensure_database(server.url(), name=name, owner=OWNER)
    if not _is_filled(server, name):
        owner_dsn = server.url(role=OWNER, password=passwords[OWNER], database=name)
        create_company(owner_dsn, today=today)
    _call(server.url(database=name), number, title)
    create_role(
        server.url(database=name),
        role=CONNECTOR,
        password=passwords[CONNECTOR],
        profile=sample_profile(),
    )
    return Company(
        number=number,
        dsn=server.url(role=CONNECTOR, password=passwords[CONNECTOR], database=name),
        owner_dsn=server.url(role=OWNER, password=passwords[OWNER], database=name),
    )


def customer_names(dsn: str) -> dict[str, str]:
    """The company's customers: number → name."""
    with psycopg.connect(dsn) as connection:
        rows = connection.execute("SELECT custno, company FROM arcust").fetchall()
    return {number.strip(): name.strip() for number, name in rows}


def _call(database_url: str, number: str, title: str) -> None:
    """Give the company its number and name; the sample is made as company 01."""
    with psycopg.connect(database_url) as connection:
        for table in ("syccomp", "sysdata", "sycrlst"):
            connection.execute(
                sql.SQL("UPDATE {} SET compid = %s").format(sql.Identifier(table)), [number]
            )
        connection.execute("UPDATE syccomp SET company = %s", [title])


def _is_filled(server: Server, name: str) -> bool:
    """Whether the company's tables are there; they come in one transaction or not at all."""
    return databases.has_table(server.url(database=name), "arcust")

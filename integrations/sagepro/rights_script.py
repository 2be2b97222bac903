"""The rights of the connector's login as a script that the site's administrator runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from sqlalchemy import Column, Index, MetaData, Table, UniqueConstraint
from sqlalchemy.dialects import mssql, postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from integrations.sagepro.backends.types import sql_type
from integrations.sagepro.profile import PostingProfile
from integrations.sagepro.rights import Right, rights

Product = Literal["mssql", "postgresql"]
ROLE = "tieout"
_DIALECTS = {
    "mssql": mssql.dialect(),  # type: ignore[no-untyped-call]
    "postgresql": postgresql.dialect(),  # type: ignore[no-untyped-call]
}
_HEAD = """\
-- Rights of the login that Tieout uses in company {company}.
--
-- Run this once in the company's database, as its owner. It makes Tieout's own table {side}
-- where it is missing, and lets the login read the columns of the posting profile and write
-- what a posting writes. Nothing may be deleted, and no column for card numbers, passwords or
-- licences is granted. Never let Tieout sign in as the server's administrator.
--
{login}
"""
_LOGIN = {
    "mssql": (
        "-- First, as the server's administrator, with a long password of your own:\n"
        "--   CREATE LOGIN [{role}] WITH PASSWORD = N'...', CHECK_POLICY = ON;\n"
        "--   CREATE USER [{role}] FOR LOGIN [{role}];   -- in the company's database"
    ),
    "postgresql": (
        "-- First, as the server's administrator, with a long password of your own:\n"
        "--   CREATE ROLE \"{role}\" LOGIN NOSUPERUSER PASSWORD '...';"
    ),
}


def script(profile: PostingProfile, *, product: Product, role: str = ROLE) -> str:
    """The whole script, in this product's words, with comments for the person who runs it."""
    side = profile.physical_table("postings")
    login = _LOGIN[product].format(role=role)
    # In a comment a line break would end it.
    head = _HEAD.format(company=_flat(profile.company_number), side=_flat(side), login=login)
    words = [*side_table(profile, product=product), *grants(profile, product=product, role=role)]
    return head + "\n" + "\n".join(f"{one};" for one in words) + "\n"


def side_table(profile: PostingProfile, *, product: Product) -> Iterator[str]:
    """Statements that make Tieout's own table, with the two keys that keep a posting unique."""
    mapped = profile.table_map("postings")
    schema = profile.schema_of("postings") or None
    table = Table(
        profile.physical_table("postings"),
        MetaData(schema=schema),
        *(
            Column(column.name, sql_type(column.type), nullable=False)
            for column in mapped.columns.values()
        ),
        UniqueConstraint(mapped.columns["effect_key"].name),
        UniqueConstraint(mapped.columns["marker"].name),
    )
    by_parent = Index(f"{table.name}_parent", table.c[mapped.columns["reverses"].name])
    dialect = _DIALECTS[product]
    if product == "postgresql":
        yield _flat(str(CreateTable(table, if_not_exists=True).compile(dialect=dialect)))
        yield _flat(str(CreateIndex(by_parent, if_not_exists=True).compile(dialect=dialect)))
        return
    made = _flat(str(CreateTable(table).compile(dialect=dialect)))
    index = _flat(str(CreateIndex(by_parent).compile(dialect=dialect)))
    name = _place(profile.schema_of("postings"), str(table.name), product).replace("'", "''")
    yield f"IF OBJECT_ID(N'{name}', N'U') IS NULL BEGIN {made}; {index}; END"


def grants(profile: PostingProfile, *, product: Product, role: str = ROLE) -> list[str]:
    """One statement per right, without its semicolon; those in a database of the system tables
    come last, behind the statements that go there."""
    who = _quoted(role, product)
    found: list[str] = []
    for schema in profile.by_schema():
        wanted = [right for right in rights(profile) if right.schema == schema]
        if product == "postgresql":
            found.append(f"GRANT USAGE ON SCHEMA {_quoted(schema or 'public', product)} TO {who}")
        elif "." in schema:
            found += _go_to(schema.rpartition(".")[0], role)
        found += [_grant(right, product, who) for right in wanted]
    if product == "postgresql" and any(one.verb == "INSERT" for one in rights(profile)):
        schema = _quoted(profile.database_schema or "public", product)
        found.append(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {who}")
    return found


def _go_to(database: str, role: str) -> Iterator[str]:
    """SQL Server grants in the database that it is in, to a user of that database."""
    who = _quoted(role, "mssql")
    yield f"USE {_quoted(database, 'mssql')}"
    name = role.replace("'", "''")
    yield f"IF USER_ID(N'{name}') IS NULL CREATE USER {who} FOR LOGIN {who}"


def _grant(right: Right, product: Product, who: str) -> str:
    place = _place(right.schema, right.table, product)
    names = ", ".join(_quoted(name, product) for name in right.columns)
    if product == "postgresql":
        return f"GRANT {right.verb} ({names}) ON {place} TO {who}"
    # SQL Server grants INSERT on whole tables only.
    which = "" if right.verb == "INSERT" else f" ({names})"
    return f"GRANT {right.verb} ON {place}{which} TO {who}"


def _place(schema: str, table: str, product: Product) -> str:
    usual = "dbo" if product == "mssql" else "public"
    # Where a database stands before the schema, the script is in it by then.
    owner = schema.rpartition(".")[2] if product == "mssql" else schema
    return f"{_quoted(owner or usual, product)}.{_quoted(table, product)}"


def _quoted(name: str, product: Product) -> str:
    if product == "mssql":
        return "[" + name.replace("]", "]]") + "]"
    return '"' + name.replace('"', '""') + '"'


def _flat(statement: str) -> str:
    return " ".join(statement.split())

"""A cheap sign that the mapped tables are still those that were compared.

The fingerprint reads every column's facts from the information schema, which costs more than
the posting it guards. Where the product's own catalogue says which version of its rows is in
force, that version is read instead, and the facts again only when it has changed.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Select,
    Text,
    cast,
    column,
    func,
    or_,
    select,
    table,
)

from integrations.sagepro.backends.company import SqlCompany

Sign = tuple[tuple[object, ...], ...]
_NAMESPACE = table("pg_namespace", column("oid"), column("nspname"), schema="pg_catalog")
_CLASS = table(
    "pg_class",
    *map(column, ("oid", "relname", "relnamespace", "xmin")),
    schema="pg_catalog",
)
_ATTRIBUTE = table("pg_attribute", column("attrelid"), column("xmin"), schema="pg_catalog")


def sign(connection: Connection, company: SqlCompany) -> Sign | None:
    """Differs after any change to a mapped table, its columns or their rights.

    None where this product has no such sign: then the facts are compared every time.
    PostgreSQL: `xmin` of a catalogue row is the transaction that wrote it.
    """
    if connection.dialect.name != "postgresql":
        return None
    statement, _ = company.statements.of("sign", None, lambda _: _question(company))
    return tuple(tuple(row) for row in statement.rows(connection))


def _question(company: SqlCompany) -> Select[Any]:
    profile = company.profile
    # A name, as the catalogue holds it; without the cast its indexes are not used.
    mapped = [
        (_NAMESPACE.c.nspname == (schema or func.current_schema())) & _CLASS.c.relname.in_(names)
        for schema, names in profile.by_schema().items()
    ]
    written = cast(cast(_ATTRIBUTE.c.xmin, Text), BigInteger)
    return (
        select(
            _CLASS.c.oid,
            cast(_CLASS.c.xmin, Text),
            func.count(),
            cast(func.sum(written), Text),
        )
        .join(_NAMESPACE, _NAMESPACE.c.oid == _CLASS.c.relnamespace)
        .join(_ATTRIBUTE, _ATTRIBUTE.c.attrelid == _CLASS.c.oid)
        .where(or_(*mapped))
        .group_by(_CLASS.c.oid, cast(_CLASS.c.xmin, Text))
        .order_by(_CLASS.c.oid)
    )

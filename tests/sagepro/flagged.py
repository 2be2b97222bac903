"""What a person in Sage does to the sample company's table of flagged rows."""

from __future__ import annotations

import psycopg
from psycopg import sql

from integrations.sagepro.sample.books import rows_of
from integrations.sagepro.sample.company import complete
from tests.sagepro.any_company import AnyCompany

FLAGGED = {"reqflag": "Y", "reqkind": "CHARGE"}


def flag(company: AnyCompany, **values: object) -> None:
    """Add a row, flagged for a charge unless told otherwise, whichever way leads there."""
    company.add("arpayrq", **{**FLAGGED, **values})


def flag_row(dsn: str, **values: object) -> None:
    """Add a row, flagged for a charge unless told otherwise; columns by their names in SQL."""
    row = complete("arpayrq", {**FLAGGED, **values})
    names = sql.SQL(", ").join(map(sql.Identifier, row))
    given = sql.SQL(", ").join(sql.Placeholder() * len(row))
    with psycopg.connect(dsn) as sage:
        sage.execute(
            sql.SQL("INSERT INTO arpayrq ({}) VALUES ({})").format(names, given), list(row.values())
        )


def flag_many(dsn: str, count: int, *, like: str, prefix: str, **values: object) -> None:
    """Add so many rows like that one, numbered `<prefix>00001` and on, but for some columns."""
    row = {name: sql.Identifier(name) for name in complete("arpayrq", {})}
    given: dict[str, sql.Composable] = {
        **row, **{name: sql.Literal(value) for name, value in values.items()},
        "reqno": sql.SQL("{} || lpad(n::text, 5, '0')").format(sql.Literal(prefix)),
    }  # fmt: skip
    with psycopg.connect(dsn) as sage:
        sage.execute(
            sql.SQL(
                "INSERT INTO arpayrq ({}) SELECT {} FROM arpayrq, generate_series(1, {}) AS n "
                "WHERE trim(reqno) = {}"
            ).format(
                sql.SQL(", ").join(map(sql.Identifier, given)),
                sql.SQL(", ").join(given.values()),
                sql.Literal(count),
                sql.Literal(like),
            )
        )


def change_row(dsn: str, number: str, **values: object) -> None:
    """Somebody edits the row of that number."""
    changed = sql.SQL(", ").join(
        sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder()) for name in values
    )
    with psycopg.connect(dsn) as sage:
        sage.execute(
            sql.SQL("UPDATE arpayrq SET {} WHERE trim(reqno) = {}").format(
                changed, sql.Placeholder()
            ),
            [*values.values(), number],
        )


def remove_row(dsn: str, number: str) -> None:
    """Somebody deletes it."""
    with psycopg.connect(dsn) as sage:
        sage.execute("DELETE FROM arpayrq WHERE trim(reqno) = %s", [number])


def row_in_sage(dsn: str, number: str) -> dict[str, str]:
    """The row as plain texts, blank columns left out."""
    (found,) = [row for row in rows_of(dsn, "arpayrq") if row["reqno"] == number]
    return found

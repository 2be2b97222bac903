"""More open invoices for a sample company: as many like 10432 as a test wants."""

from __future__ import annotations

import psycopg

_STATEMENTS = (
    "CREATE TEMP TABLE one AS SELECT * FROM armast WHERE ltrim(invno) = '10432'",
    "ALTER TABLE one DROP COLUMN id_col",
    "CREATE TEMP TABLE many AS SELECT one.*, n FROM one, generate_series(1, %(count)s) n",
    """UPDATE many SET invno = lpad((%(first)s + n - 1)::text, 10),
       invamt = 100, paidamt = 0, balance = 100, bbal = 100""",
    "ALTER TABLE many DROP COLUMN n",
    """DO $$ BEGIN EXECUTE (
         SELECT format('INSERT INTO armast (%%1$s) SELECT %%1$s FROM many',
                       string_agg(quote_ident(attname), ', '))
         FROM pg_attribute WHERE attrelid = 'many'::regclass AND attnum > 0 AND NOT attisdropped);
       END $$""",
    "UPDATE arcust SET balance = balance + 100 * %(count)s WHERE trim(custno) = 'ACME01'",
    "ANALYZE",
)


def add_invoices(dsn: str, *, first: int, count: int) -> None:
    """`count` open invoices of 100.00 of customer ACME01, numbered from `first` on."""
    with psycopg.connect(dsn, autocommit=True) as books:
        for statement in _STATEMENTS:
            books.execute(statement, {"first": first, "count": count})

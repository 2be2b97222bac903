"""Our own record of written keys, beside the books: one row per key, posted or withdrawn."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import Connection, func
from sqlalchemy.exc import IntegrityError

from integrations.canonical.posting import PostingRequest
from integrations.sagepro.backends.books import Changeable, Company, H, Row
from integrations.sagepro.backends.company import SqlCompany
from integrations.sagepro.backends.faults import is_duplicate
from integrations.sagepro.backends.plan import wait

# The company's own clock says when: a worker's clock may be wrong.
_NOW = func.now()
WRITTEN = "written"
WITHDRAWN = "withdrawn"
UNDER_WAY = "under_way"
"""Handed over to Sage Pro's own program, which has not written it yet: FoxPro edition only."""


def find(connection: H, company: Changeable[H], *, key: str, marker: str) -> list[Row]:
    """The rows that hold this key or this marker: none, one, or two different ones."""
    where = company.equals("postings", "effect_key", key)
    where |= company.matches("postings", "marker", [marker])
    return company.rows(connection, "postings", where, order_by=("effect_key",))


def find_key(connection: H, company: Company[H], key: str) -> Row | None:
    where = company.equals("postings", "effect_key", key)
    rows = company.rows(connection, "postings", where)
    return rows[0] if rows else None


def reversals_of(connection: H, company: Company[H], key: str) -> list[Row]:
    where = company.equals("postings", "reverses", key)
    return company.rows(connection, "postings", where, order_by=("effect_key",))


def record(
    connection: Connection,
    company: SqlCompany,
    request: PostingRequest,
    *,
    values: Sequence[tuple[str, Decimal, Decimal]],
    session: str,
) -> None:
    """Write the row of a posting; `values` are document number, paid and discount.

    Raises Answered with WAIT if another writer was faster.
    """
    invoices = [[number, f"{paid:.4f}", f"{off:.4f}"] for number, paid, off in values]
    add_or_wait(
        connection,
        company,
        {
            "effect_key": request.effect_key,
            "marker": request.marker,
            "payload_hash": request.payload_hash,
            "kind": request.kind.value,
            "state": WRITTEN,
            "customer_number": request.customer_number.strip(),
            "invoices": json.dumps(invoices),
            "receipt_count": len(values),
            "line_count": len(request.journal),
            "amount": request.amount.amount,
            "currency": request.amount.currency,
            "accounting_date": request.accounting_date,
            "session": session,
            "reverses": request.reverses,
        },
    )


def bury(connection: Connection, company: SqlCompany, *, key: str, marker: str) -> None:
    """Write the tombstone of a key. Raises Answered with WAIT if another writer was faster."""
    add_or_wait(connection, company, {"effect_key": key, "marker": marker, "state": WITHDRAWN})


def add(connection: H, company: Changeable[H], values: Row) -> None:
    """Write one row, blank where nothing is given. Raises IntegrityError for a known key."""
    number = company.profile.company_number
    company.insert(connection, "postings", {"company": number, **values, "posted_at": _NOW})


def add_or_wait(connection: H, company: Changeable[H], values: Row) -> None:
    """Write one row. Raises Answered with WAIT if another writer was faster."""
    try:
        add(connection, company, values)
    except IntegrityError as error:
        if is_duplicate(error):
            raise wait("Another writer recorded this posting at the same moment.") from error
        raise

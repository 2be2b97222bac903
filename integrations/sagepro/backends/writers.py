"""Writers: which agent may write a company's books, kept beside them in the side table.

Each pairing has an epoch that is higher than those before it. The first write of a new one,
under the writer lock, leaves a row for it and one that ends each former; a writer that finds
itself ended, or a higher one than itself, writes nothing.
"""

from __future__ import annotations

from sqlalchemy import Connection, func

from integrations.canonical.errors import FixConfiguration
from integrations.sagepro.backends.company import SqlCompany

REFUSED = "sage.writer_replaced"
_WRITER, _ENDED = "writer", "writer ended"


def enter(connection: Connection, company: SqlCompany, *, epoch: int) -> None:
    """Make sure that this epoch may write; call under the writer lock, before every write.

    Raises FixConfiguration when a later pairing writes this company's books.
    """
    mine, ended = _key(company, epoch, _WRITER), _key(company, epoch, _ENDED)
    where = company.among("postings", "effect_key", [mine, ended])
    found = {row["effect_key"] for row in company.rows(connection, "postings", where)}
    if ended in found:
        raise agent_refused()
    if mine not in found:
        _succeed(connection, company, epoch)


def agent_refused() -> FixConfiguration:
    """Why an agent of an older pairing writes nothing any more."""
    return FixConfiguration(
        "Another agent was paired with this company later and writes its books now.",
        code=REFUSED,
        remedy="Stop this agent, or pair it again with a new code.",
    )


def _succeed(connection: Connection, company: SqlCompany, epoch: int) -> None:
    where = company.column("postings", "kind") == _WRITER
    rows = company.rows(connection, "postings", where)
    number = company.profile.company_number
    former = [int(row["marker"][1:]) for row in rows if row["company"] == number]
    if any(one > epoch for one in former):
        raise agent_refused()
    for one in former:
        if not _is_known(connection, company, _key(company, one, _ENDED)):
            _add(connection, company, one, _ENDED)
    _add(connection, company, epoch, _WRITER)


def _is_known(connection: Connection, company: SqlCompany, key: str) -> bool:
    where = company.column("postings", "effect_key") == key
    return bool(company.rows(connection, "postings", where))


def _add(connection: Connection, company: SqlCompany, epoch: int, kind: str) -> None:
    row = {
        "effect_key": _key(company, epoch, kind),
        "company": company.profile.company_number,
        # Unique beside the markers of postings, which begin otherwise.
        "marker": f"{'W' if kind == _WRITER else 'E'}{epoch}",
        "kind": kind,
        "posted_at": func.now(),
    }
    company.insert(connection, "postings", row)


def _key(company: SqlCompany, epoch: int, kind: str) -> str:
    return f"{kind}:{company.profile.company_number}:{epoch}"

"""A look at a company's FoxPro tables for a self-test: how full, what is open, which code page."""

from __future__ import annotations

from integrations.sagepro.backends.dbf.company import Books, DbfCompany
from integrations.sagepro.backends.looking import Look


def look(books: Books, company: DbfCompany) -> Look:
    """Count the mapped tables, deleted rows left aside. Reads no row's contents to anybody.

    Raises as `Snapshot.table` does.
    """
    profile = company.profile
    tables = [name for name in profile.all_tables if name != "postings"]
    rows = {profile.physical_table(name): company.count(books, name) for name in tables}
    locked = sum(_locked(books, company, name) for name in ("customers", "invoices"))
    return Look(rows, locked, f"{profile.code_page}, as the posting profile has it")


def _locked(books: Books, company: DbfCompany, table: str) -> int:
    """Records somebody edits on a screen now, by Sage's own mark."""
    if not company.has(table, "lock_status"):
        return 0
    loaded = books.live.table(table)
    short = loaded.layout.narrowed(("lock_status",))
    return sum(bool(short.row(number)["lock_status"]) for number in loaded.image.records())

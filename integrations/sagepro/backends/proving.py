"""The self-test of a site: what the single writer relies on, tried on the customer's own server.

Everything happens in our own side table. One row stays there for good, a key that no payment
has; everything else is undone.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from integrations.canonical.errors import IntegrationError, TryLater
from integrations.canonical.posting import marker_for
from integrations.sagepro.backends import ledger, permission
from integrations.sagepro.backends.books import Row
from integrations.sagepro.backends.company import SqlCompany
from integrations.sagepro.backends.faults import is_duplicate
from integrations.sagepro.backends.preamble import Limits
from integrations.sagepro.backends.sentences import IN_USE
from integrations.sagepro.backends.session import Session
from integrations.sagepro.self_test import Check, SelfTest

_SHORT = timedelta(milliseconds=100)
# How much longer than its limit a wait may take: the way there and back, a busy server.
_PATIENCE = timedelta(seconds=2)
_PRODUCTS = {"mssql": "SQL Server", "postgresql": "PostgreSQL"}


class _Undo(Exception):  # noqa: N818 - it ends a transaction; it is not an error
    pass


@dataclass(frozen=True)
class _Site:
    """A company's database, seen by two writers."""

    session: Session
    company: SqlCompany

    def hasty(self, *, beside: bool = False) -> Session:
        """Another writer that waits for nothing long; `beside` the company's lock or under it."""
        limits: Limits = replace(self.session.limits, lock=_SHORT)
        name = f"{self.session.company}.self-test" if beside else self.session.company
        return replace(self.session, limits=limits, company=name)

    def add(self, connection: Connection, row: Row) -> None:
        ledger.add(connection, self.company, row)

    def is_there(self, key: str) -> bool:
        with self.session.reading() as connection:
            return ledger.find_key(connection, self.company, key) is not None


def prove(session: Session, company: SqlCompany) -> SelfTest:
    """Run every check. Raises TryLater when the server cannot be reached or is in use."""
    site = _Site(session, company)
    checks = tuple(_told(label, check, site) for label, check in _CHECKS.items())
    dialect = session.engine.dialect
    version = ".".join(str(part) for part in getattr(dialect, "server_version_info", None) or ())
    return SelfTest(f"{_PRODUCTS.get(dialect.name, dialect.name)} {version}".strip(), checks)


def _told(label: str, check: Callable[[_Site], Check], site: _Site) -> Check:
    try:
        return check(site)
    except TryLater:
        raise
    except IntegrationError as error:
        return Check(label, False, f"{error.sentence} {error.remedy}".strip())  # noqa: FBT003


def _rights(site: _Site) -> Check:
    with _undone(site.session) as connection:
        count = permission.use_all(connection, site.company.profile)
    return _good("Rights", f"The login has the {count} rights that the posting profile needs.")


def _login(site: _Site) -> Check:
    with site.session.reading() as connection:
        is_administrator = permission.is_administrator(connection)
    if is_administrator:
        sentence = (
            "This login may do everything on the server. Use one with the listed rights only."
        )
        return Check("Login", None, sentence)
    return _good("Login", "The login is not an administrator of the server.")


def _exclusion(site: _Site) -> Check:
    with _undone(site.session):
        if not _waits(site.hasty(), lambda _connection: None):
            return _bad("One writer", "Two writers were let in at the same time.")
    with _undone(site.hasty()):
        pass
    return _good("One writer", "A second writer is kept out, and let in when the first has ended.")


def _uniqueness(site: _Site) -> Check:
    first, twin, other = _row(), _row(), _row()
    doubles = {
        "key": {**twin, "effect_key": first["effect_key"]},
        "marker": {**other, "marker": first["marker"]},
    }
    for name, double in doubles.items():
        if not _is_refused(site, first, double):
            return _bad("Uniqueness", f"The same {name} could be written twice.")
    return _good("Uniqueness", "The same key or marker cannot be written twice.")


def _is_refused(site: _Site, first: Row, double: Row) -> bool:
    with _undone(site.session) as connection:
        site.add(connection, first)
        try:
            site.add(connection, double)
        except IntegrityError as error:
            return is_duplicate(error)
    return False


def _time_out(site: _Site) -> Check:
    row = _row()
    with _undone(site.session) as connection:
        site.add(connection, row)
        began = time.monotonic()
        waited = _waits(site.hasty(beside=True), lambda second: site.add(second, row))
        took = time.monotonic() - began
    if not waited:
        return _bad("Time-out", "A row that another writer holds could be written.")
    if took > (_SHORT + _PATIENCE).total_seconds():
        return _bad("Time-out", f"A locked row was waited for {took:.1f} s, past the limit.")
    return _good("Time-out", "A row that somebody holds is not waited for past the limit.")


def _rollback(site: _Site) -> Check:
    row = _row()
    with _undone(site.session) as connection:
        site.add(connection, row)
    if site.is_there(row["effect_key"]):
        return _bad("Rollback", "What was given up stayed in the table.")
    return _good("Rollback", "What is given up leaves nothing behind.")


def _read_back(site: _Site) -> Check:
    row = _row()
    with site.session.writing() as connection:
        site.add(connection, row)
    with site.session.reading() as connection:
        found = ledger.find_key(connection, site.company, row["effect_key"])
    wrong = [key for key, value in row.items() if found is None or found[key] != value]
    if wrong:
        name = site.company.profile.column("postings", wrong[0]).name
        return _bad("Read back", f"Column {name} does not hold what was written.")
    return _good("Read back", "What was written and committed is read back the same.")


def _waits(session: Session, act: Callable[[Connection], None]) -> bool:
    """Whether a second writer is told that something is in use."""
    try:
        with _undone(session) as connection:
            act(connection)
    except TryLater as error:
        if error.code != IN_USE:
            raise
        return True
    except IntegrationError:
        return False
    return False


@contextmanager
def _undone(session: Session) -> Iterator[Connection]:
    """A transaction under the writer lock that is given up at its end."""
    try:
        with session.writing() as connection:
            yield connection
            raise _Undo
    except _Undo:
        return


def _row() -> Row:
    """A row that no payment will ever have, with something in every kind of column."""
    key = f"tieout:self-test:{uuid4()}"
    return {
        "effect_key": key,
        "marker": marker_for(key),
        "state": ledger.WITHDRAWN,
        "amount": Decimal("1234567.8901"),
        "accounting_date": date(2024, 2, 29),
        "invoices": json.dumps([["     10432", "740.0000", "0.0000"]]),
        "receipt_count": 1,
    }


def _good(label: str, sentence: str) -> Check:
    return Check(label, is_ok=True, sentence=sentence)


def _bad(label: str, sentence: str) -> Check:
    return Check(label, is_ok=False, sentence=sentence)


_CHECKS: dict[str, Callable[[_Site], Check]] = {
    "Login": _login,
    "Rights": _rights,
    "One writer": _exclusion,
    "Uniqueness": _uniqueness,
    "Time-out": _time_out,
    "Rollback": _rollback,
    "Read back": _read_back,
}

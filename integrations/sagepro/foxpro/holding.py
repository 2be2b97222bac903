"""Our half of the lock test: who holds the staging table keeps the other side out, both ways.

The other half is PtTestLocks of `tieout.prg`. It is the one thing that no test of ours can
prove for a site: whether this network share carries both sides' locks to the same server.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from integrations.canonical.errors import TryLater
from integrations.sagepro.backends.dbf import site
from integrations.sagepro.backends.dbf.locks import holding
from integrations.sagepro.backends.dbf.own_table import OwnTable, open_own
from integrations.sagepro.backends.dbf.ranges import WHOLE_FILE
from integrations.sagepro.backends.dbf.staging_shape import POST, TEST
from integrations.sagepro.backends.sentences import IN_USE

PROGRAM = Path(__file__).with_name("tieout.prg")
_PAUSE = 0.05
_WHAT = "The staging table"


def try_locks(
    folder: Path,
    company: str,
    *,
    today: date,
    patience: timedelta,
    say: Callable[[str], object],
) -> bool:
    """Hold the table until Sage Pro has tried it, then try it while Sage Pro holds it.

    True when we were refused then; Sage Pro's own finding is in PTTEST. Raises TryLater when
    nobody came within `patience`, or Sage Pro holds the table already.
    """
    with open_own(folder, POST, company=company, patience=patience) as posts:
        before = _tries(folder, company)
        site.tell(folder, company, today=today, siteholds="", refused="")
        try:
            with holding(posts.file, WHOLE_FILE, patience=patience, what=_WHAT):
                site.tell(folder, company, today=today, holding="Y")
                say("Holding the staging table. Run PtSelfTest in Sage Pro now.")
                _wait(lambda: _tries(folder, company) > before, patience)
        finally:
            site.tell(folder, company, today=today, holding="")
        _wait(lambda: site.told(folder, company).get(site.SITE_HOLDS) == "Y", patience)
        was_refused = _is_refused(posts)
        site.tell(folder, company, today=today, refused="Y" if was_refused else "N")
    # Its last finding is in PTTEST before it says that it holds the table no more.
    _wait(lambda: site.told(folder, company).get(site.SITE_HOLDS) != "Y", patience)
    return was_refused


def _tries(folder: Path, company: str) -> int:
    """How often Sage Pro has tried our lock."""
    with open_own(folder, TEST, company=company, patience=timedelta(0)) as tests:
        count = tests.count()
        rows = tests.rows(1, count) if count else []
    return sum(row["name"] == "lock" for row in rows)


def _is_refused(posts: OwnTable) -> bool:
    try:
        with holding(posts.file, WHOLE_FILE, patience=timedelta(0), what=_WHAT):
            return False
    except TryLater:
        return True


def _wait(is_so: Callable[[], bool], patience: timedelta) -> None:
    until, pause = time.monotonic() + patience.total_seconds(), threading.Event()
    while not is_so():
        if time.monotonic() >= until:
            raise TryLater(
                "Sage Pro did not come to the lock test in time.",
                code=IN_USE,
                remedy="Start PtSelfTest in Sage Pro while this command is running.",
            )
        pause.wait(_PAUSE)

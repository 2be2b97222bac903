"""What only a FoxPro site needs of its agent: our tables beside the books, proof, and a pause."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from integrations.canonical.errors import FixConfiguration
from integrations.sagepro.agent import settings, wire
from integrations.sagepro.agent.keeping import Kept, kept
from integrations.sagepro.agent.portal import Portal
from integrations.sagepro.agent.ways import folders
from integrations.sagepro.backends.dbf import proof, site
from integrations.sagepro.foxpro.holding import PROGRAM, try_locks
from integrations.sagepro.profile import PostingProfile
from integrations.sagepro.self_test import SelfTest


@dataclass(frozen=True)
class Site:
    """A FoxPro company's folder, the profile in force, and whose hands work there."""

    folder: Path
    profile: PostingProfile
    epoch: int
    proof_key: bytes

    def __repr__(self) -> str:
        return f"Site({self.folder})"

    def prepare(self, *, today: date) -> None:
        """Make our tables and put the program there; live tables are left alone.

        Raises FixConfiguration when a file of that name is another table, OSError when the
        folder cannot be written.
        """
        site.prepare(self.folder, self.profile, epoch=self.epoch, today=today)
        shutil.copy(PROGRAM, self.folder / "TIEOUT.PRG")

    def prove(self, *, today: date, patience: timedelta, say: Callable[[str], object]) -> SelfTest:
        """Play our half of the self-test, then seal what both found.

        Raises TryLater when Sage Pro's half does not come within `patience`.
        """
        number = self.profile.company_number
        try_locks(self.folder, number, today=today, patience=patience, say=say)
        site.sign(self.folder, self.profile, key=self.proof_key, today=today)
        return site.self_test(self.folder, self.profile, key=self.proof_key)


def open_site(folder: Path) -> Site:
    """The site that the agent of this folder works at, by the profile the portal has in force.

    Raises FixConfiguration when the agent reaches no FoxPro company, and what `settings.read`,
    `kept` and `Portal.call` raise.
    """
    chosen, found = settings.read(folder), kept(folder)
    if chosen.way != "dbf":
        raise FixConfiguration(
            "This agent reaches a database, which needs no preparing.",
            code="agent.not_foxpro",
            field="sage.way",
            remedy="Pair it with --way dbf for a company in FoxPro tables.",
        )
    return Site(
        folders(chosen.address)[0],
        PostingProfile.from_json(_setup(chosen, found)["profile"]),
        found.epoch,
        proof.key_of(bytes.fromhex(found.job_key)),
    )


def _setup(chosen: settings.Settings, found: Kept) -> Any:
    portal = Portal(chosen.portal_url, ca_file=chosen.ca_file, secret=found.secret)
    try:
        return wire.load(str(portal.call("setup", {})["setup"]))
    finally:
        portal.close()


def switch(folder: Path, *, is_held: bool, today: date) -> None:
    """Tell the program inside Sage Pro to rest, or to go on, where it has been prepared.

    Raises TryLater when the company's folder cannot be reached, so that nobody believes that
    it rests.
    """
    chosen, found = settings.read(folder), kept(folder)
    if chosen.way != "dbf":
        return
    with suppress(FixConfiguration):  # never prepared, so no program runs there
        value = "Y" if is_held else ""
        site.tell(
            folders(chosen.address)[0], found.company_number, today=today, **{site.READ_ONLY: value}
        )

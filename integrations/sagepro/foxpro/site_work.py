"""Work at one FoxPro site: our tables are made, and our half of its self-test is played."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from integrations.sagepro.backends.dbf import site
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

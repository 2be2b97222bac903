"""The company's books as the agent reaches them, under the profile that the portal tells."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from integrations.canonical.errors import IntegrationError, TryLater
from integrations.sagepro.agent import settings, wire
from integrations.sagepro.agent.keeping import Kept
from integrations.sagepro.agent.portal import Portal
from integrations.sagepro.agent.ways import Open, Place, Reached, open_company
from integrations.sagepro.agent.wire import Job
from integrations.sagepro.backends.dbf import proof


@dataclass
class Books:
    """Opened when they are needed first, and anew under another profile."""

    folder: Path
    kept: Kept
    open_company: Open = open_company
    _setup: str = ""
    _reached: Reached | None = None

    def learn(self, portal: Portal) -> None:
        """Know a profile, whichever. Raises what `Portal.call` does."""
        if not self._setup:
            self._ask(portal)

    def fit(self, job: Job, portal: Portal) -> IntegrationError | None:
        """Work by the profile the job was made under; why not, when there is another by now.

        Raises what `Portal.call` does.
        """
        if not self._setup or _digest(self._setup) != job.setup:
            self._ask(portal)
        if _digest(self._setup) == job.setup:
            return None
        return TryLater(
            "The posting profile was changed after this was asked.", code="agent.setup_changed"
        )

    def reach(self) -> Reached:
        """The company, with this agent as its writer. Raises BadSettings and what opening it does.

        A profile is known by then.
        """
        if self._reached is None:
            chosen = settings.read(self.folder)
            place = Place(
                way=chosen.way,
                address=chosen.address,
                password=self.kept.password,
                epoch=self.kept.epoch,
                setup=wire.load(self._setup),
                proof_key=proof.key_of(bytes.fromhex(self.kept.job_key)),
                line=chosen.line,
                folder=self.folder,
            )
            company = self.open_company(place)
            company.take_over()
            self._reached = company
        return self._reached

    def leave(self) -> None:
        """Close what is open; the next use opens it again."""
        if self._reached is not None:
            self._reached.close()
            self._reached = None

    def _ask(self, portal: Portal) -> None:
        told = str(portal.call("setup", {})["setup"])
        if told != self._setup:
            self.leave()
            self._setup = told


@lru_cache(maxsize=2)
def _digest(setup: str) -> str:
    return wire.digest(wire.load(setup))

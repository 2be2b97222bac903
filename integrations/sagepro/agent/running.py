"""Running: one agent per folder, round after round, until it is told to stop or is revoked."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import structlog

from integrations.sagepro.agent import settings
from integrations.sagepro.agent.journal import Journal, SpoolFull
from integrations.sagepro.agent.keeping import kept
from integrations.sagepro.agent.portal import PairingEnded, Portal, PortalAway, PortalRefused
from integrations.sagepro.agent.renewing import Renewal
from integrations.sagepro.agent.single import SingleInstance
from integrations.sagepro.agent.worker import POLL_SECONDS, Worker

log = structlog.get_logger("agent")
_LONGEST_PAUSE = 30.0
_COMES_AGAIN = 3.0


@contextmanager
def at_work(folder: Path) -> Iterator[Worker]:
    """The agent of this folder, alone.

    Raises AlreadyRunning, BadSettings, NotPaired and SpoolFull.
    """
    chosen, found = settings.read(folder), kept(folder)
    single = SingleInstance(folder)
    portal = Portal(chosen.portal_url, ca_file=chosen.ca_file, secret=found.secret)
    try:
        journal = Journal(folder)
        worker = Worker(folder=folder, kept=found, portal=portal, journal=journal)
        try:
            journal.forget_former(epoch=found.epoch)
            journal.prune(datetime.now(UTC))
            yield worker
        finally:
            worker.close()
            journal.close()
    finally:
        portal.close()
        single.close()


class Stop:
    """A request to stop: at once while the agent waits for work, after the job in hand else."""

    def __init__(self) -> None:
        self._wanted = threading.Event()
        self._is_waiting = False

    def request(self) -> None:
        """Ask for it; call from a signal handler. Raises KeyboardInterrupt in a waiting agent."""
        self._wanted.set()
        if self._is_waiting:
            raise KeyboardInterrupt

    def is_wanted(self) -> bool:
        return self._wanted.is_set()

    def step(self, name: str) -> None:
        """What the agent does now; see `Worker.step`."""
        self._is_waiting = name == "waiting"
        if self._is_waiting and self.is_wanted():
            raise KeyboardInterrupt

    def pause(self, seconds: float) -> None:
        self._wanted.wait(seconds)


def run(folder: Path, *, stop: Stop) -> str:
    """Work until told to stop; empty then, or why the portal ended it."""
    with at_work(folder) as worker, suppress(KeyboardInterrupt):
        worker.step = stop.step
        renewal = Renewal(folder, worker.kept, worker.portal)
        failures = 0
        while not stop.is_wanted():
            try:
                renewal.if_due()
                began = time.monotonic()
                done = worker.once(wait=POLL_SECONDS)
                failures = 0
                if not done and time.monotonic() - began < _COMES_AGAIN:
                    # The portal had no seat to wait in.
                    stop.pause(_COMES_AGAIN)
            except PairingEnded as error:
                log.error("agent.pairing_ended", sentence=str(error))
                return str(error)
            except (PortalAway, PortalRefused, SpoolFull, settings.BadSettings) as error:
                failures += 1
                log.warning("agent.waits", sentence=str(error))
                stop.pause(_pause(failures))
    return ""


def _pause(failures: int) -> float:
    """One second after a first failure, then longer, and never all agents at once."""
    spread = 1 + random.random()  # noqa: S311 spreads load, keeps no secret
    return min(_LONGEST_PAUSE, 2.0 ** min(failures - 1, 5)) * spread

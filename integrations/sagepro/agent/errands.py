"""What the agent says to the portal: the answers it has, and the question what to do next.

While jobs are being done, the answers of those before are told and the next are asked for
beside it. Only the calls run beside; journal and answers stay with the one caller.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import structlog

from integrations.sagepro.agent import wire
from integrations.sagepro.agent.journal import Answered, Journal
from integrations.sagepro.agent.portal import Portal
from integrations.sagepro.agent.version import VERSION

log = structlog.get_logger("agent")
Handed = list[Mapping[str, Any]]
"""Jobs as the portal hands them: body and signature of each."""
_MOST_BYTES = 4_000_000


@dataclass(frozen=True)
class Question:
    """What to do next: at most so many jobs, and how the agent is."""

    most: int
    report: Mapping[str, Any]
    wait: int = 0
    """Seconds the portal may take until there is something."""


@dataclass(frozen=True)
class Untold:
    """What is told at one time: from the journal, and what never was in it."""

    spooled: Sequence[Answered] = ()
    loose: Sequence[Answered] = ()

    @property
    def all(self) -> list[Answered]:
        return [*self.spooled, *self.loose]


@dataclass
class Errands:
    """Answers on their way to the portal. One caller; raises SpoolFull from every method."""

    journal: Journal
    loose: list[Answered] = field(default_factory=list)
    """Answers that are in no journal: of reads, and of what was not begun."""
    _runner: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1))
    _running: Future[Handed] | None = None
    _with_it: Untold = field(default_factory=Untold)

    def untold(self) -> Untold:
        """Every answer the portal does not have yet."""
        return Untold(self.journal.untold(), tuple(self.loose))

    def is_told(self, untold: Untold) -> None:
        """The portal has these now."""
        del self.loose[: len(untold.loose)]
        if untold.all:
            log.info("answers.told", answers=len(untold.all))
        if untold.spooled:
            self.journal.told([job_id for job_id, _ in untold.spooled], now=datetime.now(UTC))

    def set_out(self, portal: Portal, question: Question, *, is_more: bool) -> None:
        """Tell and ask beside what the caller does now; `come_back` gives what was handed.

        Nothing is said where there is nothing to tell, unless there `is_more` to ask for.
        """
        untold = self.untold()
        if not (is_more or untold.all):
            return
        self._with_it = untold

        def both() -> Handed:
            tell(portal, untold)
            return ask(portal, question)

        self._running = self._runner.submit(both)

    @property
    def has_failed(self) -> bool:
        """Whether the portal refused or was away by now: nothing more should be begun."""
        running = self._running
        return running is not None and running.done() and running.exception() is not None

    def come_back(self) -> Handed:
        """What was handed since `set_out`, and nothing without one; raises as `ask` does."""
        running, self._running = self._running, None
        if running is None:
            return []
        handed = running.result()
        self.is_told(self._with_it)
        return handed

    def close(self) -> None:
        """Wait for a call under way."""
        self._runner.shutdown()


def ask(portal: Portal, question: Question) -> Handed:
    """What to do next. Raises what `Portal.call` does."""
    given = {"wait": question.wait, "most": question.most, "report": question.report}
    answer = portal.call("jobs", given, wait=question.wait)
    return list(answer.get("jobs", []))


def tell(portal: Portal, untold: Untold) -> None:
    """Tell all of it. Raises what `Portal.call` does; what was told before that is let go there
    when it comes again."""
    for batch in _batches(untold.all):
        results = [{"job_id": job_id, "answer": answer} for job_id, answer in batch]
        portal.call("results", {"results": results})


def report(portal: Portal, holds: str) -> Mapping[str, Any]:
    """How the agent is; `holds` is why it writes nothing now."""
    return {
        "version": VERSION,
        "platform": platform.platform(terse=True),
        "python": platform.python_version(),
        "holds": holds,
        "clock_skew": str(round(portal.skew.total_seconds())),
    }


def _batches(answers: Sequence[Answered]) -> list[list[Answered]]:
    """In requests of some 4 MB: one large answer does not keep small ones from being told."""
    found: list[list[Answered]] = []
    room = 0
    for one in answers:
        length = len(wire.canonical(one[1]))
        if not found or length > room:
            found.append([])
            room = _MOST_BYTES
        found[-1].append(one)
        room -= length
    return found

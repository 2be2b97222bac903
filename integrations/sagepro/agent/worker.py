"""The agent at work: what was begun is finished first, then what the portal asks is done in order.

Every write is on record before it is begun and its answer before it is told. A crash anywhere
leaves a question that is put to the books again, where `post_if_absent` answers what stands.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import InitVar, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog

from integrations.canonical.errors import IntegrationError, OutcomeUnknown, TryLater
from integrations.sagepro.agent import calls, guard, sealing, settings, wire
from integrations.sagepro.agent.books import Books
from integrations.sagepro.agent.codec import encode
from integrations.sagepro.agent.errands import Errands, Handed, Question, ask, report, tell
from integrations.sagepro.agent.journal import Journal, SpoolFull
from integrations.sagepro.agent.keeping import Kept
from integrations.sagepro.agent.portal import PairingEnded, Portal, PortalAway, PortalRefused
from integrations.sagepro.agent.self_test import Finding, examine
from integrations.sagepro.agent.ways import Open, open_company
from integrations.sagepro.agent.wire import Job, NotOurs

log = structlog.get_logger("agent")
POLL_SECONDS = 20
AT_ONCE = 20
_SPOOL_FULL = "The agent's disk is full, so it cannot keep a record of what it writes."
_FIRST_COMES = "The agent finishes first what it had begun before."
_INSIDE = "The agent stumbled over this; its log says why."


def _nothing(_step: str) -> None:
    """Called between steps; tests end the agent there."""


@dataclass
class Worker:
    """One agent on one company. Not shared between threads."""

    folder: Path
    kept: Kept
    portal: Portal
    journal: Journal
    open_company: InitVar[Open] = open_company
    step: Callable[[str], None] = _nothing
    clock: Callable[[], datetime] = lambda: datetime.now().astimezone()
    _spool_full: bool = False
    _has_finished: bool = False
    _answered: tuple[str, dict[str, Any]] | None = None
    """A write whose answer is not on record yet: it is with the next, or before it is told."""
    _handed: Handed = field(default_factory=list)

    def __post_init__(self, open_company: Open) -> None:
        self.books = Books(self.folder, self.kept, open_company)
        self._errands = Errands(self.journal)

    def once(self, *, wait: int = POLL_SECONDS) -> int:
        """Tell what is untold, ask for work and do it; how many jobs that were.

        What was begun before and never answered comes first, once. While a full batch is done, or
        an answer is untold, the next is asked for, and is done by the next call.

        Raises PortalAway, PairingEnded, and SpoolFull when an answer cannot be put on record.
        """
        if not self._has_finished:
            self._finish_started()
        handed, self._handed = self._handed or self._errands.come_back(), []
        if not handed:
            self._tell()
            handed = self._ask_for_work(wait)
        self._errands.set_out(self.portal, self._question(), is_more=len(handed) == AT_ONCE)
        self._take_all(handed)
        self._handed = self._errands.come_back()
        if not self._handed:
            self._tell()
        return len(handed)

    def _take_all(self, handed: Handed) -> None:
        try:
            for one in handed:
                if self._errands.has_failed:
                    # Revoked, perhaps: what was not begun is handed again to whom it concerns.
                    break
                self._take(str(one["body"]), str(one["signature"]))
        except Exception:
            self._record()
            raise
        self._record()

    def examine(self) -> list[Finding]:
        """Look at Sage, the disk, the clock and the switches. Raises as `once` does."""
        self.books.learn(self.portal)
        holds = self._why_no_writes(stopped=guard.is_stopped(self.folder))
        return examine(self.folder, reach=self.books.reach, skew=self.portal.skew, holds=holds)

    def _finish_started(self) -> None:
        """Ask again what was begun and never answered, expired or not; not while the agent is
        held back, as the answer may be that it is written now."""
        begun = self.journal.unfinished()
        if begun and self._why_no_writes(stopped=guard.is_stopped(self.folder)):
            return
        for body, signature in begun:
            job = wire.read(body, signature=signature, key=self._key)
            self.books.learn(self.portal)
            self._finish(job)
            self._record()
        self._has_finished = True

    def _ask_for_work(self, wait: int) -> Handed:
        question = self._question(wait)
        self.step("waiting")
        handed = ask(self.portal, question)
        self.step("asked")
        return handed

    def _question(self, wait: int = 0) -> Question:
        stopped = guard.is_stopped(self.folder)
        holds = self._why_no_writes(stopped=stopped)
        return Question(0 if stopped else AT_ONCE, report(self.portal, holds), wait)

    def close(self) -> None:
        self._errands.close()
        self.books.leave()

    @property
    def _key(self) -> bytes:
        return bytes.fromhex(self.kept.job_key)

    def _take(self, body: str, signature: str) -> None:
        try:
            job = wire.read(body, signature=signature, key=self._key)
        except NotOurs as error:
            log.error("job.not_ours", sentence=str(error))
            return
        log.info("job.taken", sequence=job.sequence, call=job.name)
        try:
            self._do(job, body, signature)
        except (PairingEnded, PortalAway, PortalRefused, SpoolFull, settings.BadSettings):
            raise
        except Exception:
            # One job that nobody foresaw must not keep the others from being done.
            log.exception("job.failed_inside", call=job.name)
            failed = calls.failure(OutcomeUnknown(_INSIDE, code="agent.inside"))
            self._errands.loose.append((job.job_id, failed))

    def _do(self, job: Job, body: str, signature: str) -> None:
        if job.name in calls.WRITES:
            self._write(job, body, signature)
        else:
            self._record()
            self._errands.loose.append((job.job_id, self._read(job)))

    def _read(self, job: Job) -> dict[str, Any]:
        refused = self._refusal(job)
        if refused is not None:
            return calls.failure(refused)
        if job.name == "self_test" and (holds := self._why_no_writes(stopped=False)):
            # It tries the writer, in our own side table.
            return calls.failure(TryLater(holds, code="agent.holds"))
        if job.name == calls.EXAMINE:
            return {"value": encode(self.examine())}
        return self._answer(job)

    def _write(self, job: Job, body: str, signature: str) -> None:
        if self.journal.answer(job.job_id) is not None:
            return
        answer = self._not_begun(job)
        if answer is not None:
            self._errands.loose.append((job.job_id, answer))
            return
        self.step("before start")
        try:
            self.journal.begin(
                job, body=body, signature=signature, former=self._answered, now=datetime.now(UTC)
            )
        except SpoolFull as error:
            self._tell_unrecorded()
            log.error("journal.full", sentence=str(error))
            refused = TryLater(_SPOOL_FULL, code="agent.disk_full")
            self._errands.loose.append((job.job_id, calls.failure(refused)))
            return
        self._answered = None
        self.step("started")
        self._finish(job)

    def _not_begun(self, job: Job) -> dict[str, Any] | None:
        """The answer to a write that is not begun; None when it may be."""
        holds = self._why_no_writes(stopped=guard.is_stopped(self.folder))
        if holds or not self._has_finished:
            return calls.failure(TryLater(holds or _FIRST_COMES, code="agent.holds"))
        refused = self._refusal(job)
        if refused is not None:
            return calls.failure(refused)
        return guard.card_refusal(job)

    def _finish(self, job: Job) -> None:
        """Put the question to the books; the answer is on record with what is begun next."""
        self._answered = job.job_id, self._answer(job)
        self.step("written")

    def _record(self) -> None:
        """Put the answer of the latest write on record."""
        if self._answered is None:
            return
        try:
            self.journal.end(*self._answered, now=datetime.now(UTC))
            self._answered = None
        except SpoolFull:
            self._tell_unrecorded()
        self.step("answered")

    def _tell_unrecorded(self) -> None:
        """The books have it and the portal may know; this job stays begun in the journal, and is
        asked about again at the next start."""
        self._spool_full = True
        if self._answered is not None:
            self._errands.loose.append(self._answered)
            self._answered = None

    def _answer(self, job: Job) -> dict[str, Any]:
        try:
            answer = calls.call(self.books.reach(), job.name, job.arguments)
            if job.name == "self_test" and "value" in answer:
                return sealing.sealed(answer, job, key=self._key, now=self.portal.now())
            return answer
        except IntegrationError as error:
            return calls.failure(error)
        except Exception:
            log.exception("job.failed_inside", call=job.name)
            return calls.failure(OutcomeUnknown(_INSIDE, code="agent.inside"))

    def _refusal(self, job: Job) -> IntegrationError | None:
        refused = guard.refusal(
            job,
            company_number=self.kept.company_number,
            epoch=self.kept.epoch,
            now=self.portal.now(),
        )
        return refused or self.books.fit(job, self.portal)

    def _tell(self) -> None:
        """Tell the portal every answer it does not have yet."""
        untold = self._errands.untold()
        if untold.all:
            self.step("before report")
            tell(self.portal, untold)
            self.step("reported")
            self._errands.is_told(untold)

    def _why_no_writes(self, *, stopped: bool) -> str:
        if self._spool_full and not self._has_room():
            return _SPOOL_FULL
        chosen = settings.read(self.folder)
        hold = guard.held(self.folder)
        return guard.why_no_writes(chosen, stopped=stopped, hold=hold, now=self.clock())

    def _has_room(self) -> bool:
        try:
            self.journal.prune(datetime.now(UTC))
        except SpoolFull:
            return False
        self._spool_full = False
        return True

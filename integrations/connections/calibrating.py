"""The worker's part of a calibration: look at the test company and keep what changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models.functions import Now

from integrations.canonical.errors import IntegrationError, NeverWorks
from integrations.connections.agents.connector import ASKED
from integrations.connections.clients import Opened, open_connection, sage_snapshot
from integrations.connections.models import Calibration, CalibrationStep
from integrations.sagepro import layout as layouts
from integrations.sagepro.calibration.differences import MOST_ROWS, Changes, changes, in_words
from integrations.sagepro.calibration.keyed import keyed_from_json
from integrations.sagepro.calibration.observation import (
    Observation,
    rows_that_matter,
    to_json,
)
from integrations.sagepro.calibration.snapshot import Snapshot
from integrations.sagepro.profile import PostingProfile
from tenants.models import WorkKind
from tenants.scope import tenant_transaction
from tenants.work import ring

Step = CalibrationStep.State
# An agent's answer rings; this catches one whose bell was lost, and an agent gone silent.
_LOOK_AGAIN = timedelta(seconds=15)
# Tables that inference needs whole: the chart of accounts, the calendar, the counters.
_WHOLE = ("accounts", "periods", "counters", "companies")


@dataclass(frozen=True)
class _Job:
    tenant_id: UUID
    step_id: UUID
    calibration_id: UUID
    connection_id: UUID
    transaction: str
    keyed: dict[str, Any]


def run_step(*, tenant_id: UUID, step_id: UUID) -> None:
    """Do one requested look, once. A step that somebody else has taken is left alone.

    Never raises an IntegrationError; any other mistake ends the step too, and is raised.
    Call outside of transactions.
    """
    job = _take(tenant_id, step_id)
    if job is None:
        return
    try:
        opened = open_connection(tenant_id=tenant_id, connection_id=job.connection_id)
        _keep(job, opened, sage_snapshot(opened))
    except IntegrationError as error:
        if error.code == ASKED:
            _wait_for_agent(job)
            return
        _fail(job, f"{error.sentence} {error.remedy}".strip())
    except Exception:
        _fail(job, "Tieout could not finish this look; our staff can see why.")
        raise


def waiting_steps(connection_id: UUID) -> list[UUID]:
    """Looks that wait for a worker, or for an agent's answer. Inside the transaction."""
    waiting = CalibrationStep.objects.filter(
        calibration__connection_id=connection_id, state=Step.QUEUED
    )
    return list(waiting.values_list("id", flat=True))


def _wait_for_agent(job: _Job) -> None:
    """The agent has been asked: the look is taken when the answer is here."""
    with tenant_transaction(job.tenant_id):
        running = CalibrationStep.objects.filter(pk=job.step_id, state=Step.RUNNING)
        if running.update(state=Step.QUEUED):
            ring(
                WorkKind.CALIBRATE,
                tenant_id=job.tenant_id,
                subject_id=job.step_id,
                after=_LOOK_AGAIN,
            )


def _take(tenant_id: UUID, step_id: UUID) -> _Job | None:
    with tenant_transaction(tenant_id):
        rows = CalibrationStep.objects.filter(pk=step_id, state=Step.QUEUED)
        if not rows.update(state=Step.RUNNING):
            return None
        step = CalibrationStep.objects.select_related("calibration").get(pk=step_id)
        return _Job(
            tenant_id,
            step_id,
            step.calibration_id,
            step.calibration.connection_id,
            step.transaction,
            step.keyed,
        )


def _keep(job: _Job, opened: Opened, after: Snapshot) -> None:
    before = _before(job)
    seen = changes(before, after) if before else {}
    if before is not None:
        _check(seen)
    observation: dict[str, Any] | None = None
    if before is not None:
        profile = PostingProfile.from_json(opened.settings["profile"])
        keyed = keyed_from_json(job.keyed)
        whole = [profile.physical_table(name) for name in _WHOLE]
        matter = rows_that_matter(before, keyed, seen, whole=whole)
        observation = to_json(Observation(keyed, seen, matter, after.layout))
    with tenant_transaction(job.tenant_id):
        _end(job, Step.DONE, observation=observation, differences=in_words(seen))
        Calibration.objects.filter(pk=job.calibration_id, state=Calibration.State.OPEN).update(
            snapshot=after.to_bytes(),
            layout=layouts.to_json(after.layout),
            skipped=list(after.skipped),
        )


def _before(job: _Job) -> Snapshot | None:
    """The last snapshot; None for a first look."""
    if job.transaction == CalibrationStep.FIRST_LOOK:
        return None
    with tenant_transaction(job.tenant_id):
        kept = Calibration.objects.values_list("snapshot", flat=True).get(pk=job.calibration_id)
    if kept is None:
        raise NeverWorks("The calibration was ended meanwhile.", code="calibration.ended")
    return Snapshot.from_bytes(bytes(kept))


def _check(seen: Changes) -> None:
    size = sum(change.size for change in seen.values())
    if not size:
        raise NeverWorks(
            "Nothing has changed in the company since the last look.",
            code="calibration.nothing_changed",
            remedy="Save or post the transaction in Sage, then say again that you have keyed it.",
        )
    if size > MOST_ROWS:
        raise NeverWorks(
            f"{size:,} rows have changed since the last look, more than one transaction changes.",
            code="calibration.too_much_changed",
            remedy="Make sure that nobody else works in the test company, and take the first "
            "look again.",
        )


def _fail(job: _Job, sentence: str) -> None:
    with tenant_transaction(job.tenant_id):
        _end(job, Step.FAILED, sentence=sentence[:500])


def _end(job: _Job, state: str, **values: Any) -> None:
    rows = CalibrationStep.objects.filter(pk=job.step_id, state=Step.RUNNING)
    rows.update(state=state, finished_at=Now(), **values)

"""Calibrating a Sage company: what a person starts, says, answers and accepts.

Inside the open company's transaction; a worker does the looking. Progress is kept in rows, so
it can be left and resumed. Raises NotPossible with a sentence for whatever cannot be done.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models.functions import Now
from django.utils import timezone

from integrations.canonical.posting import JOURNALS, TAKES_BACK, PostingKind
from integrations.connections import profiles
from integrations.connections.agents import jobs
from integrations.connections.models import (
    Calibration,
    CalibrationStep,
    Connection,
    ProfileVersion,
)
from integrations.connections.rows import locked_connection, record_change
from integrations.sagepro.calibration.inference import Proposal, infer
from integrations.sagepro.calibration.keyed import Keyed, keyed_to_json
from integrations.sagepro.calibration.observation import from_json
from integrations.sagepro.calibration.transactions import TASKS
from tenants.errors import NotPossible
from tenants.models import Environment, WorkKind
from tenants.scope import current_tenant_id
from tenants.work import ring

State, Step = Calibration.State, CalibrationStep.State
ONLY_TEST_COMPANIES = (
    "Calibration is for a test company. Connect a copy of the books in Dev or QA, calibrate "
    "there, and take the result over in the posting profile of Production."
)
# A look without a result after this long was lost with its worker.
_LOST_AFTER = timedelta(minutes=5)


def may_calibrate(connection: Connection) -> bool:
    """Whether this connection is of an environment whose books are no real ones."""
    return connection.environment.kind != Environment.Kind.PRODUCTION


def open_calibration(connection_id: UUID) -> Calibration | None:
    """The calibration under way, if there is one."""
    return Calibration.objects.filter(connection_id=connection_id, state=State.OPEN).first()


def steps(calibration: Calibration) -> list[CalibrationStep]:
    """Every look so far, oldest first."""
    return list(CalibrationStep.objects.filter(calibration=calibration))


def propose(calibration: Calibration, connection: Connection) -> Proposal:
    """What all that was keyed says about the posting profile. The last of each kind counts."""
    done: dict[str, dict[str, Any]] = {}
    for step in steps(calibration):
        if step.state == Step.DONE and step.observation:
            done.pop(step.transaction, None)
            done[step.transaction] = step.observation
    found = [from_json(kept, layout=calibration.layout) for kept in done.values()]
    return infer(found, profiles.in_force(connection), answers=calibration.answers)


def start(*, connection_id: UUID, actor: str) -> Calibration:
    """Begin, and have a worker take the first look; what is under way is given back instead."""
    connection = _locked(connection_id)
    found = open_calibration(connection_id)
    if found is not None:
        return found
    made = Calibration.objects.create(connection=connection, started_by=actor)
    _look(made, CalibrationStep.FIRST_LOOK, keyed={}, actor=actor)
    record_change("connection.calibration_started", connection, actor)
    return made


def look_again(*, connection_id: UUID, actor: str) -> CalibrationStep:
    """Take a new first look, because the company was changed by something else meanwhile."""
    _locked(connection_id)
    calibration = _ready(connection_id)
    return _look(calibration, CalibrationStep.FIRST_LOOK, keyed={}, actor=actor)


def have_keyed(*, connection_id: UUID, keyed: Keyed, actor: str) -> CalibrationStep:
    """A person says what they keyed; a worker looks at what it did."""
    _locked(connection_id)
    calibration = _ready(connection_id)
    if calibration.snapshot is None:
        raise NotPossible("The company has not been looked at yet. Take the first look again.")
    _check(keyed)
    return _look(calibration, keyed.transaction, keyed=keyed_to_json(keyed), actor=actor)


def answer(*, connection_id: UUID, key: str, value: str, actor: str) -> None:
    """Keep a person's answer to a question that is asked now."""
    connection = _locked(connection_id)
    calibration = _ready(connection_id)
    asked = {each.key: each for each in propose(calibration, connection).questions}
    if key not in asked or value not in dict(asked[key].choices):
        raise NotPossible("This is not among the questions asked now. Look at the page again.")
    calibration.answers = {**calibration.answers, key: value}
    calibration.save(update_fields=["answers"])
    record_change("connection.calibration_answered", connection, actor, question=key, answer=value)


def accept(*, connection_id: UUID, actor: str) -> ProfileVersion:
    """Put the proposed profile in force as a new version and end the calibration."""
    connection = _locked(connection_id)
    calibration = _ready(connection_id)
    proposal = propose(calibration, connection)
    if proposal.profile is None or proposal.questions:
        raise NotPossible("Questions are still open, so there is no profile to accept yet.")
    made = profiles.save_version(
        connection_id=connection_id,
        profile=proposal.profile.as_json(),
        based_on=profiles.version_in_force(connection),
        actor=actor,
        note="Found by calibration",
        origin=ProfileVersion.Origin.CALIBRATED,
    )
    _end(calibration, State.ACCEPTED)
    return made


def start_over(*, connection_id: UUID, actor: str) -> None:
    """Put the calibration under way aside; the next one begins with a first look."""
    connection = _locked(connection_id)
    calibration = open_calibration(connection_id)
    if calibration is None:
        raise NotPossible("No calibration is under way.")
    _end(calibration, State.ABANDONED)
    record_change("connection.calibration_abandoned", connection, actor)


def running(found: Sequence[CalibrationStep]) -> CalibrationStep | None:
    """The look that a worker does now or will do next."""
    waiting = {Step.QUEUED, Step.RUNNING}
    return next((step for step in found if step.state in waiting), None)


def _locked(connection_id: UUID) -> Connection:
    connection = locked_connection(connection_id)
    if connection.kind != Connection.Kind.SAGEPRO:
        raise NotPossible("Only a Sage Pro company is calibrated.")
    if not may_calibrate(connection):
        raise NotPossible(ONLY_TEST_COMPANIES)
    return connection


def _ready(connection_id: UUID) -> Calibration:
    """The calibration under way, when no look is."""
    calibration = open_calibration(connection_id)
    if calibration is None:
        raise NotPossible("No calibration is under way. Start one first.")
    rows = CalibrationStep.objects.filter(
        calibration=calibration, state__in=[Step.QUEUED, Step.RUNNING]
    )
    rows.filter(requested_at__lt=timezone.now() - _LOST_AFTER).update(
        state=Step.FAILED, finished_at=Now(), sentence="The look was lost with its worker."
    )
    if rows.exists():
        raise NotPossible("A worker is looking at the company now. Wait until it has finished.")
    return calibration


def _look(
    calibration: Calibration, transaction: str, *, keyed: dict[str, object], actor: str
) -> CalibrationStep:
    # What an agent told before the transaction was keyed is no look at what it did.
    jobs.forget_reads(calibration.connection_id)
    step = CalibrationStep.objects.create(
        calibration=calibration, transaction=transaction, keyed=keyed, requested_by=actor
    )
    ring(WorkKind.CALIBRATE, tenant_id=current_tenant_id(), subject_id=step.id)
    return step


def _check(keyed: Keyed) -> None:
    parts = sum((part.amount for part in keyed.parts), start=type(keyed.amount)(0))
    proves = TASKS[keyed.transaction].proves
    is_money = proves is not None
    if keyed.amount <= 0 or any(part.amount <= 0 for part in keyed.parts):
        raise NotPossible("An amount is above zero.", field="amount")
    if is_money and keyed.parts and parts != keyed.amount:
        raise NotPossible(
            f"The invoices add up to {parts}, and the money is {keyed.amount}.", field="amount"
        )
    if is_money and not keyed.reference:
        raise NotPossible("Type the reference as you keyed it.", field="reference")
    _check_named(keyed, proves)


def _check_named(keyed: Keyed, proves: PostingKind | None) -> None:
    """What only some kinds need, by the name of its field."""
    if proves in TAKES_BACK and not keyed.takes_back:
        raise NotPossible("Type the reference of what was taken back.", field="takes_back")
    if proves is PostingKind.CHARGEBACK and keyed.fee <= 0:
        raise NotPossible("Type the bank's fee, above zero.", field="fee")
    if proves is PostingKind.APPLICATION and not keyed.credit:
        raise NotPossible("Type the number of the open credit as Sage shows it.", field="credit")
    if proves in JOURNALS and not (keyed.debit_account and keyed.credit_account):
        raise NotPossible("Type both accounts of the journal.", field="debit_account")
    if proves in JOURNALS and keyed.debit_account == keyed.credit_account:
        raise NotPossible("A journal moves money between two accounts.", field="credit_account")


def _end(calibration: Calibration, state: str) -> None:
    rows = Calibration.objects.filter(pk=calibration.pk, state=State.OPEN)
    if not rows.update(state=state, ended_at=Now(), snapshot=None):
        raise NotPossible("Somebody else has ended this calibration.")

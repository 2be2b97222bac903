"""Calibration behind an agent: no worker waits, and every look is a fresh one."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from integrations.connections import calibrating, calibrations
from integrations.connections.models import CalibrationStep
from integrations.sagepro.agent.worker import Worker
from tenants.models import DueWork
from tests.agent.scene import AgentScene, build
from tests.sagepro.calibrating import FULL
from tests.sagepro.clerk import Clerk
from tests.sagepro.companies import SampleCompany

ACTOR = "it@acme.example"


@pytest.fixture
def scene(db: None, portal_url: str, sage: SampleCompany, tmp_path: Path) -> Iterator[AgentScene]:
    made = build(portal_url, sage_dsn=sage.dsn, folder=tmp_path, is_dev=True)
    yield made
    made.close()


@pytest.fixture
def worker(scene: AgentScene) -> Worker:
    made = scene.worker(scene.pair())
    made.once(wait=0)
    return made


def _work(scene: AgentScene) -> None:
    """What workers do whose bells have rung; looks that wait for an agent ring again later."""
    rung = DueWork.objects.filter(kind="calibrate").extra(where=["due_at <= clock_timestamp()"])
    for due in list(rung):
        DueWork.objects.filter(pk=due.pk).delete()
        calibrating.run_step(tenant_id=scene.tenant.id, step_id=due.subject_id)


def _steps(scene: AgentScene) -> list[tuple[str, str, str]]:
    with scene.inside():
        return [(s.transaction, s.state, s.sentence) for s in CalibrationStep.objects.all()]


def test_a_test_company_behind_an_agent_is_calibrated_by_its_agent(
    scene: AgentScene, worker: Worker, sage: SampleCompany
) -> None:
    with scene.inside():
        calibrations.start(connection_id=scene.connection_id, actor=ACTOR)
    _work(scene)
    assert _steps(scene) == [("first_look", "queued", "")]
    worker.once(wait=0)
    _work(scene)
    assert _steps(scene) == [("first_look", "done", "")]

    Clerk(sage.dsn).key(FULL)
    with scene.inside():
        calibrations.have_keyed(connection_id=scene.connection_id, keyed=FULL, actor=ACTOR)
    _work(scene)
    worker.once(wait=0)
    _work(scene)
    assert _steps(scene)[1] == ("full", "done", "")
    with scene.inside():
        step = CalibrationStep.objects.get(transaction="full")
        assert any(line.startswith("arcash: a new row") for line in step.differences)


def test_the_command_asks_the_agent_and_goes_on_when_it_has_answered(
    scene: AgentScene, worker: Worker
) -> None:
    def command(*words: str) -> str:
        told = StringIO()
        given = ["--company", scene.tenant.slug, "--connection", "Northfield", *words]
        call_command("calibrate", *given, stdout=told)
        return told.getvalue()

    assert command("start").startswith("first_look: queued")
    assert "The agent on the company's network has been asked." in command("show")
    worker.once(wait=0)
    assert command("show").startswith("first_look: done")


def test_an_agent_that_is_silent_fails_the_look_with_a_sentence(scene: AgentScene) -> None:
    with scene.inside():
        calibrations.start(connection_id=scene.connection_id, actor=ACTOR)
    _work(scene)
    assert _steps(scene) == [
        (
            "first_look",
            "failed",
            "No agent is paired with this company yet. Pair one on the connection's page.",
        )
    ]

"""An agent that is struck at any step, cut off or out of disk: nothing doubled, nothing half."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from integrations.canonical.posting import PostingOutcome
from integrations.connections.models import AgentJob
from integrations.sagepro.agent.journal import Journal, SpoolFull
from integrations.sagepro.agent.portal import Portal, PortalAway
from integrations.sagepro.agent.settings import STOP
from integrations.sagepro.agent.worker import Worker
from integrations.sagepro.sample.books import Changes, changes
from tests.agent.scene import AgentScene
from tests.architecture.sources import ROOT
from tests.sagepro.companies import SampleCompany
from tests.sagepro.postings import receipt

HANDED_OVER = PostingOutcome.HANDED_OVER
STEPS = ("before start", "started", "written", "answered", "before report", "reported")
# What one receipt of 740.00 does: these tables and no others, each once.
ONE_RECEIPT = {"arcash": 1, "ardist": 2, "ptpost": 1}


class Killed(BaseException):
    """The process ends here, without a chance to clean up."""


def _strike(scene: AgentScene, home: Path, at: str) -> None:
    """An agent of this folder is killed at that step of its work."""

    def step(now: str) -> None:
        if now == at:
            raise Killed

    struck = scene.worker(home, step=step)
    with pytest.raises(Killed):
        struck.once(wait=0)
    struck.journal.close()


def _added(found: Changes) -> dict[str, int]:
    return {table: len(rows) for table, rows in found.added.items()}


@pytest.mark.parametrize("at", STEPS)
def test_an_agent_killed_at_any_step_posts_once(
    at: str, scene: AgentScene, sage: SampleCompany
) -> None:
    home = scene.pair()
    scene.worker(home).examine()
    before = sage.books()
    asks = scene.connector()
    asks.post_if_absent(receipt())
    _strike(scene, home, at)
    _lease_over(scene)
    again = scene.worker(home)
    again.once(wait=0)
    outcome = asks.post_if_absent(receipt()).outcome
    assert outcome in {PostingOutcome.POSTED, PostingOutcome.EXISTS}
    assert _added(changes(before, sage.books())) == ONE_RECEIPT
    assert [entry.reported_at != "" for entry in again.journal.entries(limit=9)] == [True]
    assert again.journal.unfinished() == []


def test_what_was_begun_is_finished_though_its_job_has_expired(
    scene: AgentScene, sage: SampleCompany
) -> None:
    home = scene.pair()
    asks = scene.connector()
    asks.post_if_absent(receipt())
    _strike(scene, home, "written")
    with scene.inside():
        job = AgentJob.objects.get()
        AgentJob.objects.update(expires_at=job.created_at, lease_until=job.created_at)
    again = scene.worker(home)
    assert again.once(wait=0) == 0
    assert asks.post_if_absent(receipt()).outcome is PostingOutcome.EXISTS


@pytest.mark.parametrize("at", ["started", "written"])
def test_what_was_begun_rests_while_the_switch_is_set(
    at: str, scene: AgentScene, sage: SampleCompany
) -> None:
    home = scene.pair()
    scene.worker(home).examine()
    before = sage.books()
    asks = scene.connector()
    asks.post_if_absent(receipt())
    _strike(scene, home, at)
    stands = sage.books()
    (home / STOP).touch()
    again = scene.worker(home)
    again.once(wait=0)
    assert sage.books() == stands
    assert asks.post_if_absent(receipt()).outcome is HANDED_OVER
    (home / STOP).unlink()
    again.once(wait=0)
    assert asks.post_if_absent(receipt()).outcome in {
        PostingOutcome.POSTED,
        PostingOutcome.EXISTS,
    }
    assert _added(changes(before, sage.books())) == ONE_RECEIPT


def test_a_process_killed_for_real_leaves_a_question_and_no_lock(
    scene: AgentScene, sage: SampleCompany
) -> None:
    """The very program, killed by the system between the books and the report."""
    home = scene.pair()
    scene.worker(home).examine()
    before = sage.books()
    asks = scene.connector()
    asks.post_if_absent(receipt())
    died = subprocess.run([sys.executable, "-c", _DIES, str(home)], cwd=ROOT, check=False)
    assert died.returncode == -signal.SIGKILL
    assert _added(changes(before, sage.books())) == ONE_RECEIPT
    assert asks.post_if_absent(receipt()).outcome is HANDED_OVER
    program = [sys.executable, "-m", "integrations.sagepro.agent", "--home", str(home), "run"]
    running = subprocess.Popen(program, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    try:
        assert running.stderr is not None
        for line in running.stderr:
            if '"answers.told"' in line:
                break
    finally:
        running.terminate()
        running.communicate()
    assert running.returncode == 0
    assert asks.post_if_absent(receipt()).outcome is PostingOutcome.EXISTS
    assert _added(changes(before, sage.books())) == ONE_RECEIPT


_DIES = """
import os, signal, sys
from pathlib import Path
from integrations.sagepro.agent.running import at_work
def step(now):
    if now == "written":
        os.kill(os.getpid(), signal.SIGKILL)
with at_work(Path(sys.argv[1])) as worker:
    worker.step = step
    worker.once(wait=0)
"""


def _lease_over(scene: AgentScene) -> None:
    with scene.inside():
        AgentJob.objects.update(lease_until=None)


@contextmanager
def _full(worker: Worker, *statements: str) -> Iterator[None]:
    """A disk that takes no more of these statements."""
    do = worker.journal._do

    def refuse(statement: str, *values: object) -> None:
        if statement.startswith(statements):
            raise SpoolFull("The agent's journal cannot be written (database or disk is full).")
        do(statement, *values)

    worker.journal._do = refuse  # type: ignore[method-assign]
    yield
    worker.journal._do = do  # type: ignore[method-assign]


def test_a_full_disk_before_the_start_writes_nothing(
    scene: AgentScene, sage: SampleCompany
) -> None:
    worker = scene.worker(scene.pair())
    worker.examine()
    before = sage.books()
    asks = scene.connector()
    asks.post_if_absent(receipt())
    with _full(worker, "INSERT", "DELETE"):
        worker.once(wait=0)
        with pytest.raises(Exception, match="disk is full") as told:
            asks.post_if_absent(receipt())
        assert getattr(told.value, "code", "") == "agent.disk_full"
        worker.once(wait=0)
        with pytest.raises(Exception, match="disk is full"):
            asks.post_if_absent(receipt())
        assert sage.books() == before
    worker.once(wait=0)
    assert asks.post_if_absent(receipt()).outcome is HANDED_OVER
    worker.once(wait=0)
    assert asks.post_if_absent(receipt()).outcome is PostingOutcome.POSTED


def test_a_disk_that_fills_while_writing_still_tells_what_stands_in_the_books(
    scene: AgentScene, sage: SampleCompany
) -> None:
    home = scene.pair()
    worker = scene.worker(home)
    asks = scene.connector()
    asks.post_if_absent(receipt())
    with _full(worker, "UPDATE"):
        worker.once(wait=0)
    assert asks.post_if_absent(receipt()).outcome is PostingOutcome.POSTED
    again = scene.worker(home)
    again.once(wait=0)
    assert [entry.answer[:27] for entry in again.journal.entries(limit=9)] == [
        '{"value":{"evidence":{"arca'
    ]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only where the system has one")
def test_a_journal_that_cannot_be_opened_says_so(tmp_path: Path) -> None:
    (tmp_path / "journal.sqlite").symlink_to("/dev/full")
    with pytest.raises(SpoolFull, match="journal cannot be written"):
        Journal(tmp_path)


def test_a_connection_cut_before_the_report_is_made_good_later(
    scene: AgentScene, sage: SampleCompany
) -> None:
    home = scene.pair()
    asks = scene.connector()
    asks.post_if_absent(receipt())
    worker = scene.worker(home)
    portal = worker.portal

    def cut(now: str) -> None:
        if now == "before report":
            worker.portal = Portal("http://127.0.0.1:9", secret=portal.secret)

    worker.step = cut
    with pytest.raises(PortalAway):
        worker.once(wait=0)
    worker.step, worker.portal = (lambda _: None), portal
    assert asks.post_if_absent(receipt()).outcome is HANDED_OVER
    assert worker.once(wait=0) == 0
    assert asks.post_if_absent(receipt()).outcome is PostingOutcome.POSTED


def test_the_agent_runs_without_django() -> None:
    """Nor does it import anything of ours but the shared words and the adapter."""
    script = (
        "import sys, importlib.abc\n"
        "class Wall(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] in {'django', 'tenants', 'portal', 'django_q'}:\n"
        "            raise ImportError(name)\n"
        "sys.meta_path.insert(0, Wall())\n"
        "import integrations.sagepro.agent.__main__\n"
        "ours = {n.split('.')[1] for n in sys.modules if n.startswith('integrations.')}\n"
        "print(sorted(ours))\n"
    )
    said = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        cwd=ROOT, check=True, capture_output=True, text=True, env={"PATH": os.environ["PATH"]},
    )  # fmt: skip
    assert said.stdout.strip() == "['canonical', 'matching', 'sagepro']"

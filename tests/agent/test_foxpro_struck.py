"""A FoxPro site behind an agent, struck on the way: nothing half, nothing double."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.canonical.errors import IntegrationError
from integrations.canonical.posting import PostingOutcome
from integrations.connections.agents.connector import AgentConnector
from integrations.connections.models import Agent, AgentJob
from integrations.sagepro.sample.books import changes
from tests.agent.foxpro import FoxProSite, foxpro_site_of_agent
from tests.agent.scene import Patient
from tests.sagepro.dbf.company01 import live_bytes
from tests.sagepro.foxpro import model
from tests.sagepro.foxpro.company import foxpro_company, foxpro_template
from tests.sagepro.postings import receipt

__all__ = ["foxpro_company", "foxpro_site_of_agent", "foxpro_template"]
HANDED_OVER = PostingOutcome.HANDED_OVER
STEPS = ("before start", "started", "written", "answered", "before report", "reported")
# What one receipt of 740.00 adds: these rows and no others, each once.
ONE_RECEIPT = {"arcash": 1, "ardist": 2, "ptpost": 1}


class Killed(BaseException):
    """The process ends here, without a chance to clean up."""


@pytest.fixture
def at_site(foxpro_site_of_agent: FoxProSite) -> Iterator[FoxProSite]:
    yield foxpro_site_of_agent
    _room(resource.RLIM_INFINITY)


@pytest.fixture
def asks(at_site: FoxProSite) -> AgentConnector:
    return at_site.scene.connector()


def _killer(at: str) -> Callable[[str], None]:
    def step(now: str) -> None:
        if now == at:
            raise Killed

    return step


def _room(most: int) -> None:
    """No file of this process grows beyond so many bytes: a full disk, to whoever writes."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))


@pytest.mark.parametrize("meanwhile", ["sage rests", "sage runs"])
@pytest.mark.parametrize("at", STEPS)
def test_an_agent_killed_at_any_step_hands_over_once(
    at: str, meanwhile: str, at_site: FoxProSite, asks: AgentConnector
) -> None:
    before = at_site.company.books()
    asks.post_if_absent(receipt())
    struck = at_site.scene.worker(at_site.home, step=_killer(at))
    with pytest.raises(Killed):
        struck.once(wait=0)
    struck.journal.close()
    if meanwhile == "sage runs":
        at_site.company.run_program()
    with at_site.scene.inside():
        AgentJob.objects.update(lease_until=None)
    at_site.worker.journal.close()
    at_site.worker = at_site.scene.worker(at_site.home)
    patient = Patient(asks, at_site.turn)
    outcome = patient.post_if_absent(receipt()).outcome
    assert outcome in {PostingOutcome.POSTED, PostingOutcome.EXISTS}
    found = changes(before, at_site.company.books())
    assert {table: len(rows) for table, rows in found.added.items()} == ONE_RECEIPT
    assert found.changed["armast"]["10432"]["balance"] == ("740.0000", "")
    assert at_site.worker.journal.unfinished() == []


def test_a_full_disk_at_the_site_hands_nothing_over_and_says_so(
    at_site: FoxProSite, asks: AgentConnector
) -> None:
    before, untouched = at_site.company.books(), live_bytes(at_site.folder)
    size = (at_site.folder / "PTPOST01.DBF").stat().st_size
    asks.post_if_absent(receipt())

    def fill(now: str) -> None:
        if now == "started":
            _room(size)
        elif now == "written":
            _room(resource.RLIM_INFINITY)

    at_site.worker.step = fill
    at_site.worker.once(wait=0)
    with pytest.raises(IntegrationError) as full:
        asks.post_if_absent(receipt())
    assert full.value.code == "sage.disk_full"
    at_site.company.run_program()
    assert at_site.company.books() == before
    assert live_bytes(at_site.folder) == untouched
    at_site.worker.step = lambda _: None
    assert Patient(asks, at_site.turn).post_if_absent(receipt()).outcome is PostingOutcome.POSTED
    found = changes(before, at_site.company.books())
    assert {table: len(rows) for table, rows in found.added.items()} == ONE_RECEIPT


def test_an_agent_that_is_away_is_asked_nothing_and_catches_up_in_order(
    at_site: FoxProSite, asks: AgentConnector
) -> None:
    asks.post_if_absent(receipt("sale-1", "100.00"))
    at_site.worker.once(wait=0)
    asks.post_if_absent(receipt("sale-1", "100.00"))
    with at_site.scene.inside():
        Agent.objects.update(last_seen_at=timezone.now() - timedelta(minutes=5))
    with pytest.raises(IntegrationError) as away:
        asks.post_if_absent(receipt("sale-2", "200.00"))
    assert away.value.code == "agent.offline"
    at_site.company.run_program()
    patient = Patient(asks, at_site.turn)
    at_site.worker.once(wait=0)
    outcomes = [
        patient.post_if_absent(receipt(key, amount)).outcome
        for key, amount in (("sale-1", "100.00"), ("sale-2", "200.00"))
    ]
    assert outcomes == [PostingOutcome.POSTED, PostingOutcome.POSTED]
    receipts = at_site.company.books()["arcash"]
    paid = [row["paidamt"] for row in receipts if row.get("refno", "").startswith("PT")]
    assert sorted(paid) == ["100.0000", "200.0000"]


@pytest.mark.parametrize("at", ["take", "do N", "do R", "done R", "do D", "do C", "do J", "finish"])
def test_sages_program_killed_at_a_step_goes_on_and_the_agent_tells_once(
    at: str, at_site: FoxProSite, asks: AgentConnector
) -> None:
    before = at_site.company.books()
    asks.post_if_absent(receipt())
    at_site.worker.once(wait=0)

    def strike(now: str) -> None:
        if now == at:
            raise model.Killed

    with pytest.raises(model.Killed):
        at_site.company.run_program(before=strike)
    assert asks.post_if_absent(receipt()).outcome is HANDED_OVER
    outcome = Patient(asks, at_site.turn).post_if_absent(receipt()).outcome
    assert outcome is PostingOutcome.POSTED
    found = changes(before, at_site.company.books())
    assert {table: len(rows) for table, rows in found.added.items()} == ONE_RECEIPT

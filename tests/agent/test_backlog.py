"""More work than one answer hands over: the next is asked for while this is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from integrations.canonical.posting import PostingOutcome, PostingRequest
from integrations.connections.agents import pairing
from integrations.connections.models import AgentJob
from integrations.sagepro.agent.portal import PairingEnded, Portal, PortalAway
from integrations.sagepro.agent.worker import AT_ONCE, Worker
from integrations.sagepro.sample.books import Changes, changes
from tests.agent.scene import AgentScene
from tests.sagepro.companies import SampleCompany
from tests.sagepro.postings import receipt

# Two full handings and a rest.
MANY = 2 * AT_ONCE + 3
S = AgentJob.State


class Killed(BaseException):
    """The process ends here, without a chance to clean up."""


@pytest.fixture
def home(scene: AgentScene) -> Path:
    """Of an agent that has been at the books before: they know whose turn it is to write."""
    home = scene.pair()
    scene.worker(home).examine()
    return home


def _nth(step: str, number: int, act: Callable[[], None]) -> Callable[[str], None]:
    """Acts when the agent comes to `step` for that time."""
    seen: Counter[str] = Counter()

    def at(now: str) -> None:
        seen[now] += 1
        if now == step and seen[now] == number:
            act()

    return at


def _die() -> None:
    raise Killed


def _hand_over(scene: AgentScene, count: int = MANY) -> list[PostingRequest]:
    asked = [receipt(f"sale-{n}", "1.00", invoices={"10432": "1.00"}) for n in range(count)]
    for one in asked:
        assert scene.connector().post_if_absent(one).outcome is PostingOutcome.HANDED_OVER
    return asked


def _outcomes(scene: AgentScene, asked: list[PostingRequest]) -> Counter[PostingOutcome]:
    return Counter(scene.connector().post_if_absent(one).outcome for one in asked)


def _added(found: Changes) -> dict[str, int]:
    return {table: len(rows) for table, rows in found.added.items()}


def _states(scene: AgentScene) -> Counter[str]:
    with scene.inside():
        rows = AgentJob.objects.exclude(name="examine").values_list("state", flat=True)
        return Counter(rows)


def _work(worker: Worker) -> list[int]:
    done: list[int] = []
    while done[-1:] != [0]:
        done.append(worker.once(wait=0))
    return done


def _of(count: int) -> dict[str, int]:
    return {"arcash": count, "ardist": 2 * count, "ptpost": count}


def test_a_backlog_is_drained_in_order_twenty_at_a_time(
    home: Path, scene: AgentScene, sage: SampleCompany
) -> None:
    worker = scene.worker(home)
    asked = _hand_over(scene)
    before = sage.books()
    assert _work(worker) == [AT_ONCE, AT_ONCE, 3, 0]
    assert _states(scene) == {S.ANSWERED: MANY}
    assert _outcomes(scene, asked) == {PostingOutcome.POSTED: MANY}
    assert _added(changes(before, sage.books())) == _of(MANY)
    entries = worker.journal.entries(limit=MANY + 1)
    assert [one.sequence for one in entries] == list(range(MANY, 0, -1))
    assert all(one.answered_at and one.reported_at for one in entries)
    began = sorted((one.started_at, one.sequence) for one in entries)
    assert [sequence for _, sequence in began] == list(range(1, MANY + 1))


def test_while_one_batch_is_written_the_former_is_told_and_the_next_is_with_the_agent(
    home: Path, scene: AgentScene, sage: SampleCompany
) -> None:
    worker = scene.worker(home)
    _hand_over(scene)
    assert worker.once(wait=0) == AT_ONCE
    assert _states(scene) == {S.WAITING: 3, S.TAKEN: 2 * AT_ONCE}
    assert worker.once(wait=0) == AT_ONCE
    assert _states(scene) == {S.ANSWERED: AT_ONCE, S.TAKEN: AT_ONCE + 3}
    assert worker.once(wait=0) == 3
    assert _states(scene) == {S.ANSWERED: MANY}


@pytest.mark.parametrize("number", [2, AT_ONCE, AT_ONCE + 1])
@pytest.mark.parametrize("step", ["before start", "started", "written"])
def test_an_agent_killed_in_a_backlog_posts_each_once(
    step: str, number: int, home: Path, scene: AgentScene, sage: SampleCompany
) -> None:
    worker = scene.worker(home, step=_nth(step, number, _die))
    asked = _hand_over(scene, AT_ONCE + 2)
    before = sage.books()
    with pytest.raises(Killed):
        _work(worker)
    # With it ends what it says to the portal beside its work.
    worker.close()
    worker.journal.close()
    begun = number - 1 if step == "before start" else number
    written = number if step == "written" else number - 1
    assert _added(changes(before, sage.books())) == _of(written)
    with scene.inside():
        AgentJob.objects.update(lease_until=None)
    again = scene.worker(home)
    assert len(again.journal.entries(limit=99)) == begun
    _work(again)
    found = _outcomes(scene, asked)
    assert found[PostingOutcome.POSTED] + found[PostingOutcome.EXISTS] == AT_ONCE + 2
    assert _added(changes(before, sage.books())) == _of(AT_ONCE + 2)
    assert again.journal.unfinished() == []
    assert again.journal.untold() == []


def test_what_came_of_a_write_is_on_record_once_the_next_is_begun(
    home: Path, scene: AgentScene
) -> None:
    worker = scene.worker(home, step=_nth("started", 3, _die))
    _hand_over(scene, 5)
    with pytest.raises(Killed):
        worker.once(wait=0)
    worker.journal.close()
    entries = scene.worker(home).journal.entries(limit=9)
    told = [(one.sequence, one.answered_at != "") for one in reversed(entries)]
    assert told == [(1, True), (2, True), (3, False)]


class _Cut(Portal):
    """A portal whose line is cut when the agent asks for more beside its work."""

    handed = 0

    def call(self, name: str, given: Any, *, wait: int = 0) -> dict[str, Any]:
        if name == "jobs":
            self.handed += 1
            if self.handed == 2:
                raise PortalAway("The line is cut.")
        return super().call(name, given, wait=wait)


def test_a_line_that_is_cut_beside_the_work_loses_and_doubles_nothing(
    home: Path, scene: AgentScene, sage: SampleCompany
) -> None:
    worker = scene.worker(home)
    worker.portal = _Cut(scene.url, secret=worker.portal.secret)
    asked = _hand_over(scene)
    before = sage.books()
    with pytest.raises(PortalAway, match="cut"):
        worker.once(wait=0)
    with scene.inside():
        AgentJob.objects.filter(state=S.TAKEN).update(lease_until=None)
    _work(worker)
    assert _outcomes(scene, asked) == {PostingOutcome.POSTED: MANY}
    assert _added(changes(before, sage.books())) == _of(MANY)


def test_an_agent_revoked_in_a_backlog_begins_no_other_batch(
    home: Path, scene: AgentScene, sage: SampleCompany
) -> None:
    worker = scene.worker(home)
    _hand_over(scene)
    before = sage.books()
    assert worker.once(wait=0) == AT_ONCE
    with scene.inside():
        pairing.revoke(
            connection_id=scene.connection_id, actor="it@acme.example", now=timezone.now()
        )
    with pytest.raises(PairingEnded):
        _work(worker)
    written = _added(changes(before, sage.books()))["arcash"]
    # The call that was refused ran beside the second batch, which it ended where it stood.
    assert AT_ONCE <= written <= 2 * AT_ONCE
    assert worker.journal.unfinished() == []
    assert sage.books()  # nothing of it is locked


def test_the_switch_on_its_own_computer_ends_a_batch_in_the_middle(
    home: Path, scene: AgentScene, sage: SampleCompany
) -> None:
    worker = scene.worker(home, step=_nth("started", 4, (home / "STOP").touch))
    _hand_over(scene)
    before = sage.books()
    worker.once(wait=0)
    assert _added(changes(before, sage.books())) == _of(4)


def test_amounts_of_a_backlog_add_up(home: Path, scene: AgentScene, sage: SampleCompany) -> None:
    worker = scene.worker(home)
    _hand_over(scene)
    before = sage.books()
    _work(worker)
    found = changes(before, sage.books())
    was, now = found.changed["armast"]["10432"]["balance"]
    assert Decimal(was) - Decimal(now) == Decimal(MANY)

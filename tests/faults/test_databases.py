"""Faults of the databases: answers lost, sessions ended, two drains, an earlier state restored."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from portal.launch import databases
from tests import database_plugin
from tests.faults.scene import Scene
from tests.faults.stories import AMOUNT, Delivery
from tests.faults.sweep import Verdict
from tests.faults.workers import APPLICATION, Job, Workers, workers
from tests.sagepro.cutting_proxy import CuttingProxy

pytestmark = pytest.mark.fault
ONCE = Verdict(1)


def test_an_answer_lost_at_any_commit_of_ours_changes_nothing(
    story: Delivery, database_of_worker: str, tmp_path: Path
) -> None:
    """Each COMMIT of one delivery is cut once before and once after PostgreSQL hears of it."""
    dsn = database_plugin.server_url(role=databases.APP, database=database_of_worker)
    with (
        CuttingProxy(dsn, folder=tmp_path, reaches_server=True) as proxy,
        workers(DATABASE_URL=proxy.dsn) as staff,
    ):
        for number in range(1, 30):
            for reaches_server in (True, False):
                proxy.cut_only(number, reaches_server=reaches_server)
                staff.wait(staff.start(story.prepare()))
                story.take_over()
                assert story.verdict() == ONCE, f"cut at COMMIT {number}"
            if proxy.cuts < 2 * number:
                break
    assert proxy.cuts >= 12, "begin, claim, intend and record commit, and what is around them"


def test_sessions_ended_at_random_change_nothing(story: Delivery, staff: Workers) -> None:
    """In both databases, by their administrator, while two workers deliver at once."""
    effects, before = [], story.scene.totals()
    for _ in range(6):
        drain = story.prepare()
        effects.append(story.effect_id)
    job = Job("deliver", drain.arguments)
    with _killer(story.scene, random.Random(7)) as kills:
        for _ in range(4):
            for process in [staff.start(job), staff.start(job)]:
                staff.wait(process)
    assert kills, "the killer never hit: the test proved nothing"
    story.take_over()
    moved = story.scene.totals().since(before)
    assert (moved.receipts, moved.paid, moved.balance) == (6, 6 * AMOUNT, Decimal(0))
    assert [story.scene.problems(effect) for effect in effects if effect] == [[]] * 6


@contextmanager
def _killer(scene: Scene, dice: random.Random) -> Iterator[list[int]]:
    """Ends sessions of workers now and then, for as long as this lasts."""
    stop, kills = threading.Event(), list[int]()
    end_one = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE application_name = %s AND datname = ANY (%s) ORDER BY random() LIMIT 1"
    )

    def kill() -> None:
        with psycopg.connect(scene.world.sage_dsn, autocommit=True) as above:
            while not stop.wait(dice.uniform(0.02, 0.2)):
                ended = above.execute(end_one, [APPLICATION, scene.databases])
                kills.extend([1] * ended.rowcount)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield kills
    finally:
        stop.set()
        thread.join()


def test_two_drains_at_once_post_each_payment_once(story: Delivery, staff: Workers) -> None:
    before = story.scene.totals()
    effects = []
    for _ in range(8):
        drain = story.prepare()
        effects.append(story.effect_id)
    job = Job("deliver", drain.arguments)
    both = [staff.start(job), staff.start(job)]
    assert [staff.wait(process) for process in both] == [True, True]
    story.take_over()
    moved = story.scene.totals().since(before)
    assert (moved.receipts, moved.paid, moved.records) == (8, 8 * AMOUNT, 8)
    assert [story.scene.problems(effect) for effect in effects if effect] == [[]] * 8


def test_a_worker_frozen_in_our_database_is_thrown_out_by_its_own_limit(story: Delivery) -> None:
    """Nobody ends its session here: `idle_in_transaction_session_timeout` does."""
    with workers(DATABASE_IDLE_MS="300") as staff:
        points = staff.record(story.prepare())
        story.take_over()
        intends = [n for n, (file, *_) in enumerate(points, 1) if file.endswith("protocol.py")]
        frozen = staff.stop(story.prepare(), intends[len(intends) // 2])
        assert frozen is not None
        assert story.effect_id is not None
        story.scene.wait_for(story.effect_id)
        story.take_over()
        assert story.verdict() == ONCE
        staff.go_on(frozen)
    story.take_over()
    assert story.verdict() == ONCE

"""Looking through PayTrace: whatever happens meanwhile, every payment is found once."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
import time_machine

from integrations import pipeline
from integrations.connections.models import Connection
from integrations.events import backfills, counting
from integrations.events.models import Backfill, GatewayBatch, Source, SyncRun
from integrations.exceptions import queries as exceptions
from integrations.exceptions.models import ExceptionCase
from tenants.errors import NotPossible
from tenants.scope import tenant_transaction
from tests.walks.world import ACTOR, NOON, World

pytestmark = pytest.mark.walk

PACIFIC = "America/Los_Angeles"
TODAY = date(2026, 11, 20)


def _pay(world: World, **fields: object) -> str:
    return world.pay(
        **{"amount": "740.00", "invoice_id": "10432", "customer_id": "ACME01", **fields}
    )


def _found(world: World) -> list[tuple[str, str, str]]:
    return [(one["kind"], one["state"], one["found_by"]) for one in world.effects()]


def _meter(world: World) -> tuple[int, int, int, int]:
    with tenant_transaction(world.tenant.id):
        newest = counting.meters(connection_id=world.gateway_id, zone=PACIFIC, first_day=TODAY)[0]
    return newest.told, newest.by_notice, newest.by_sync, newest.unseen


def _runs(world: World, source: Source) -> list[tuple[str, str]]:
    with tenant_transaction(world.tenant.id):
        rows = SyncRun.objects.filter(source=source).order_by("started_at")
        return [(str(row.first_day), row.state) for row in rows]


def _later(world: World, **delta: float) -> datetime:
    moment = NOON + timedelta(**delta)
    world.simulator.control("clock", now=moment.isoformat())
    return moment


def test_what_an_export_hides_for_a_while_is_found_once_and_counted(world: World) -> None:
    world.simulator.control("faults", kind="export_lag", seconds=600)
    told = _pay(world)
    world.poll()
    assert _found(world) == []
    assert _meter(world) == (0, 0, 0, 0)
    with time_machine.travel(_later(world, minutes=11), tick=True):
        untold = _pay(world, invoice_id="99999")
        world.simulator.control("faults", kind="export_lag", seconds=0)
        world.poll()
        assert _found(world) == [("sale", "posted", "sync"), ("sale", "parked", "sync")]
        assert _meter(world) == (2, 0, 2, 0)
        # A notice that comes after sync had found its payment was late, not lost.
        world.notify(told)
        world.work()
        assert _meter(world) == (2, 1, 1, 0)
        assert world.effect(untold).found_by == "sync"
        before = world.effects(), world.ledger(), world.changed()
        for _ in range(3):
            world.poll()
        assert (world.effects(), world.ledger(), world.changed()) == before


def test_a_payment_that_appears_behind_the_watermark_is_found_by_overlap_by_night_or_by_its_batch(
    world: World,
) -> None:
    by_overlap = _pay(world, created_at=(NOON - timedelta(hours=29)).isoformat())
    world.poll()
    assert world.effect(by_overlap).state == "posted"
    by_batch = _pay(
        world,
        created_at=(NOON - timedelta(days=12)).isoformat(),
        state="settled",
        settled_at=(NOON - timedelta(hours=1)).isoformat(),
        batch_number=999,
        invoice_id="99999",
    )
    # A number that came round again: another day, another batch.
    _pay(
        world,
        created_at=(NOON - timedelta(days=1)).isoformat(),
        state="settled",
        settled_at=(NOON - timedelta(days=1)).isoformat(),
        batch_number=999,
        invoice_id="99999",
    )
    world.poll()
    assert len(_found(world)) == 2
    world.poll_now()
    assert world.effect(by_batch).state == "parked"
    with tenant_transaction(world.tenant.id):
        kept = GatewayBatch.objects.order_by("settled_on")
        told = [(b.number, str(b.settled_on), b.transaction_count, b.listed) for b in kept]
    assert told == [("999", "2026-11-19", 1, None), ("999", "2026-11-20", 1, 1)]
    with time_machine.travel(_later(world, days=4, hours=10), tick=True):
        world.poll()
        created_at = (NOON + timedelta(hours=1)).isoformat()
        by_night = _pay(world, created_at=created_at, invoice_id="99999")
        world.poll()
        assert len(_found(world)) == 3
    with time_machine.travel(_later(world, days=5, hours=10), tick=True):
        world.poll()
    assert world.effect(by_night).state == "parked"


def test_an_outage_in_the_middle_leaves_what_was_read_before_it_done(world: World) -> None:
    world.poll()
    with time_machine.travel(_later(world, days=3), tick=True):
        world.simulator.control("faults", kind="http_500", path_prefix="/v1/batches", count=1)
        _pay(world)
        world.poll()
        assert _runs(world, Source.TRANSACTIONS)[-1] == ("2026-11-19", "done")
        assert _runs(world, Source.BATCHES)[-1][1] == "failed"
        assert _found(world) == [("sale", "posted", "sync")]
        world.wait_over()
        assert _runs(world, Source.BATCHES)[-1][1] == "done"


def test_past_days_are_read_when_asked_for_and_go_on_where_they_stopped(world: World) -> None:
    old = [
        _pay(world, created_at=(NOON - timedelta(days=days)).isoformat(), invoice_id="99999")
        for days in (20, 10)
    ]
    world.poll()
    assert _found(world) == []
    job = world.backfill(first=date(2026, 10, 30), last=date(2026, 11, 12), run=False)
    with pytest.raises(NotPossible, match="are being read already"):
        world.backfill(first=date(2026, 11, 1), last=date(2026, 11, 2))
    world.simulator.control(
        "faults", kind="http_500", path_prefix="/v1/transactions/export/by_date", count=1
    )
    world.work()
    assert _job(world, job) == ("running", "2026-10-30", 0, "PayTrace is busy or down.")
    world.within(lambda: backfills.pause(job, actor=ACTOR))
    world.wait_over()
    assert _job(world, job)[:2] == ("paused", "2026-10-30")
    world.within(lambda: backfills.resume(job, actor=ACTOR))
    assert _job(world, job) == ("done", "2026-11-13", 2, "")
    assert [world.effect(one).state for one in old] == ["parked", "parked"]
    done = backfills.progress(job)
    assert (done.days, done.days_done, done.percent, done.estimate) == (14, 14, 100, None)
    with pytest.raises(NotPossible, match="It has ended"):
        world.within(lambda: backfills.cancel(job, actor=ACTOR))
    other = world.backfill(first=date(2026, 11, 1), last=date(2026, 11, 2), run=False)
    world.within(lambda: backfills.cancel(other, actor=ACTOR))
    world.work()
    assert _job(world, other)[:2] == ("cancelled", "2026-11-01")


def test_past_days_bring_their_batches_and_what_those_alone_tell(world: World) -> None:
    """A payment made before the first of the days is found by the batch that settled it."""
    at = NOON - timedelta(days=20)
    before = _pay(
        world,
        created_at=(at - timedelta(hours=30)).isoformat(),
        state="settled",
        settled_at=at.isoformat(),
        batch_number=17,
        invoice_id="99999",
    )
    world.poll_now()
    with tenant_transaction(world.tenant.id):
        assert GatewayBatch.objects.count() == 0
        account = Connection.objects.get(id=world.gateway_id)
        account.capabilities = {"batches": {"available": False, "sentence": "Not allowed."}}
        account.save(update_fields=["capabilities"])
    assert _job(world, world.backfill(first=at.date(), last=at.date()))[2] == 0
    with tenant_transaction(world.tenant.id):
        account.capabilities = {}
        account.save(update_fields=["capabilities"])
    assert _job(world, world.backfill(first=at.date(), last=at.date()))[:3] == (
        "done", "2026-11-01", 1,
    )  # fmt: skip
    with tenant_transaction(world.tenant.id):
        batch = GatewayBatch.objects.get()
    assert (batch.number, str(batch.settled_on), batch.transaction_count) == ("17", "2026-10-31", 1)
    assert world.effect(before).state == "parked"


def _job(world: World, job: Backfill) -> tuple[str, str, int, str]:
    with tenant_transaction(world.tenant.id):
        job.refresh_from_db()
    return job.state, str(job.next_day), job.new, job.sentence


def test_an_unreadable_record_stops_no_other_asks_a_person_and_resolves_by_itself(
    world: World,
) -> None:
    bad = _pay(world)
    good = _pay(world, invoice_id="99999")
    export = {"path_prefix": "/v1/transactions/export", "count": 50}
    world.simulator.control("faults", kind="unreadable_record", **export)
    world.poll()
    assert _found(world) == [("unreadable", "parked", "sync"), ("sale", "parked", "sync")]
    assert world.effect(good).reason_code == "invoice_not_found"
    asked = world.effect(bad, "unreadable")
    assert asked.sentence == (
        f"PayTrace tells record {bad} of November 20, 2026, and its amount cannot be read. Its "
        "amount is not known. Nothing was posted for it; everything else of that day is taken in."
    )
    assert {state for _, state in _runs(world, Source.TRANSACTIONS)} == {"done"}
    with tenant_transaction(world.tenant.id):
        (meter, *_) = counting.meters(connection_id=world.gateway_id, zone=PACIFIC, first_day=TODAY)
        assert exceptions.unreadable_by_connection([world.gateway_id]) == {world.gateway_id: 1}
        kept = ExceptionCase.objects.get(effect_id=asked.id).evidence
    assert (meter.told, meter.unseen, meter.oldest_unseen_at) == (2, 1, NOON)
    assert kept["record"]["amount"] == "seven hundred"
    # Told again, by sync, by notice and when a person looks again: it is the same question.
    world.notify(bad)
    world.poll()
    world.within(lambda: pipeline.retry(effect_id=asked.id, actor=ACTOR))
    assert world.open_cases() == ["unreadable_record", "invoice_not_found"]
    assert world.notices() == {"read": 1}
    # Mended at PayTrace: a later look takes it in, and the question has answered itself.
    world.simulator.control("faults", kind="none")
    with time_machine.travel(_later(world, days=30), tick=True):
        world.within(lambda: pipeline.retry(effect_id=asked.id, actor=ACTOR))
    assert world.effect(bad).state == "posted"
    after = world.effect(bad, "unreadable")
    assert (after.state, after.sentence) == (
        "noted", "PayTrace tells this record in full now.",
    )  # fmt: skip
    assert world.open_cases() == ["invoice_not_found"]


def test_a_record_without_a_number_is_found_again_by_its_contents_and_its_day(
    world: World,
) -> None:
    _pay(world)
    world.simulator.control(
        "faults", kind="nameless_record", path_prefix="/v1/transactions/export/by_date", count=50
    )
    world.poll()
    world.poll()
    assert _found(world) == [("unreadable", "parked", "sync")]
    with tenant_transaction(world.tenant.id):
        assert world.case().sentence == (
            "PayTrace tells a record without a readable number of November 20, 2026, and its "
            "number cannot be read. It is over 740.00 USD. Nothing was posted for it; everything "
            "else of that day is taken in."
        )
    world.simulator.control("faults", kind="none")
    with time_machine.travel(_later(world, days=30), tick=True):
        world.poll_now()
    assert sorted(_found(world)) == [("sale", "posted", "sync"), ("unreadable", "noted", "sync")]
    assert world.open_cases() == []

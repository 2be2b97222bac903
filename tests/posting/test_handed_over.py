"""What is handed over waits without lease and attempts, and its answer brings it back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.utils import timezone

from integrations import pipeline
from integrations.canonical.errors import TryLater
from integrations.canonical.posting import PostingOutcome, PostingResult, Refusal
from integrations.connections.models import Connection
from integrations.pipeline import resume, walking
from integrations.pipeline.answer import answer_came
from integrations.pipeline.deliver import Drain, post_one
from integrations.posting import claiming, invariants, outbox, protocol
from integrations.posting.models import Effect, EffectState, LedgerEntry, PostingAttempt
from integrations.workflows.gathering import Company
from tenants.errors import NotPossible
from tenants.models import DueWork
from tenants.scope import tenant_transaction
from tests import factories
from tests.posting.later import LaterCompany

HANDED_OVER = PostingResult(PostingOutcome.HANDED_OVER)
POSTED = PostingResult(PostingOutcome.POSTED, sage_reference="Receipt on invoice 10432")
EXISTS = PostingResult(PostingOutcome.EXISTS, sage_reference="Receipt on invoice 10432")


@dataclass
class Story:
    """One payment that is ready, and a company that writes later."""

    books: factories.Books
    effect: Effect
    sage: LaterCompany = field(default_factory=LaterCompany)

    @contextmanager
    def inside(self) -> Iterator[None]:
        with tenant_transaction(self.books.tenant.id):
            yield

    def drain(self) -> list[str]:
        """Post what is due now; which keys Sage was asked about."""
        before = len(self.sage.asked)
        began_at = _database_now()
        drain = Drain(self.books.tenant.id, self.books.sage, self.sage, began_at, time.monotonic())
        with self.inside():
            claimed = claiming.claim(company_id=self.books.sage.id, since=began_at, limit=10)
        for one in claimed:
            post_one(one, drain=drain)
        return self.sage.asked[before:]

    def answer(self, result: PostingResult) -> None:
        """The answer arrives at the portal."""
        self.sage.answers[self.effect.effect_key] = result
        with self.inside():
            answer_came(
                tenant_id=self.books.tenant.id,
                company_id=self.books.sage.id,
                effect_key=self.effect.effect_key,
            )

    def pass_time(self, minutes: int) -> None:
        with self.inside():
            Effect.objects.update(state_since=F("state_since") - timedelta(minutes=minutes))

    def facts(self) -> dict[str, Any]:
        """Where it stands, whole."""
        with self.inside():
            now = Effect.objects.get(id=self.effect.id)
            asked = PostingAttempt.objects.filter(effect_id=now.id).order_by("number")
            return {
                "state": now.state,
                "attempts": now.attempts,
                "leased": now.lease_until is not None,
                "asked": [(one.outcome, one.ended_at is not None) for one in asked],
                "ledger": LedgerEntry.objects.filter(effect_id=now.id).count(),
            }

    def bell(self) -> bool:
        """Whether the company's drain is due."""
        row = DueWork.objects.filter(kind="deliver", subject_id=self.books.sage.id).first()
        return row is not None and row.due_at is not None and row.due_at <= _database_now()


def _database_now() -> Any:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


@pytest.fixture
def story(db: None) -> Story:
    books = factories.company()
    with tenant_transaction(books.tenant.id):
        effect = factories.effect(books, state=EffectState.READY)
        request = factories.request_of(effect)
        Effect.objects.filter(id=effect.id).update(payload=request.as_json())
    return Story(books, effect)


WAITING = {
    "state": "handed_over",
    "attempts": 0,
    "leased": False,
    "asked": [("handed_over", False)],
    "ledger": 0,
}
DONE = {
    "state": "posted",
    "attempts": 1,
    "leased": False,
    "asked": [("posted", True)],
    "ledger": 1,
}


def test_it_waits_until_its_answer_rings_and_is_asked_about_once_more(story: Story) -> None:
    key = story.effect.effect_key
    assert story.drain() == [key]
    assert story.facts() == WAITING
    assert story.drain() == []
    story.answer(POSTED)
    assert story.bell()
    assert story.drain() == [key]
    assert story.facts() == DONE
    with story.inside():
        assert invariants.breaks() == []


def test_an_answer_that_comes_before_the_hand_over_is_recorded_is_not_lost(story: Story) -> None:
    with story.inside():
        (claimed,) = claiming.claim(company_id=story.books.sage.id, since=_database_now(), limit=1)
        asked = protocol.intend(claimed)
    assert asked is not None
    story.answer(EXISTS)
    with story.inside():
        protocol.record_result(asked, HANDED_OVER)
    assert story.facts() == WAITING
    assert story.drain() == [story.effect.effect_key]
    assert story.facts() == DONE | {"asked": [("exists", True)]}


def test_a_look_every_few_minutes_finds_what_no_bell_told(story: Story) -> None:
    story.drain()
    with story.inside():
        wait = claiming.next_due(company_id=story.books.sage.id)
    assert wait is not None
    assert timedelta(minutes=4) < wait <= claiming.LOOK_AFTER_HAND_OVER
    for _ in range(3):
        story.pass_time(6)
        assert story.drain() == [story.effect.effect_key]
        assert story.facts() == WAITING
    story.sage.answers[story.effect.effect_key] = POSTED
    story.pass_time(6)
    story.drain()
    assert story.facts() == DONE


def test_a_drain_that_comes_to_rest_rings_for_the_next_look(story: Story) -> None:
    story.drain()
    DueWork.objects.all().delete()
    with story.inside():
        resume.come_back(story.books.sage)
    row = DueWork.objects.get(kind="deliver")
    assert row.due_at is not None
    assert timedelta(minutes=4) < row.due_at - _database_now() <= timedelta(minutes=5)


def test_a_refusal_that_comes_later_goes_where_a_refusal_goes(story: Story) -> None:
    story.drain()
    refusal = Refusal("invoice_paid", "Invoice 10432 is paid.", "invoice", "Choose another.")
    story.answer(PostingResult(PostingOutcome.REFUSED, refusal=refusal))
    story.drain()
    told = {"state": "parked", "attempts": 1, "asked": [("refused", True)]}
    assert story.facts() == WAITING | told


def test_a_claim_given_back_is_taken_by_the_next_drain(story: Story) -> None:
    story.drain()
    story.answer(POSTED)
    with story.inside():
        (claimed,) = claiming.claim(company_id=story.books.sage.id, since=_database_now(), limit=1)
        assert protocol.give_back(claimed)
    assert story.facts() == WAITING
    story.drain()
    assert story.facts() == DONE


def test_a_worker_that_dies_while_looking_leaves_the_same_open_attempt(story: Story) -> None:
    story.drain()
    story.answer(POSTED)
    with story.inside():
        (claimed,) = claiming.claim(company_id=story.books.sage.id, since=_database_now(), limit=1)
        assert protocol.intend(claimed)
        Effect.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    story.drain()
    assert story.facts() == DONE | {"attempts": 2}


@pytest.mark.parametrize("answer", [PostingResult(PostingOutcome.WAIT), None])
def test_what_was_handed_over_stays_a_question_while_sage_is_away_or_busy(
    story: Story, answer: PostingResult | None
) -> None:
    """Nobody may decide around it: it may be in the books by now."""
    story.drain()
    key = story.effect.effect_key
    story.sage.answers[key] = answer or TryLater("Sage is away.", code="sage.unreachable")
    story.pass_time(6)
    assert story.drain() == [key]
    asked_before = [("unknown", True)]
    assert story.facts() == WAITING | {"state": "unknown", "asked": asked_before}
    story.sage.answers[key] = POSTED
    story.pass_time(1)
    assert story.drain() == [key]
    assert story.facts() == DONE | {"asked": [*asked_before, ("posted", True)]}


def test_a_person_is_told_why_nothing_can_be_decided_now(story: Story) -> None:
    story.drain()
    with pytest.raises(NotPossible) as refused, story.inside():
        pipeline.dismiss(effect_id=story.effect.id, actor="alice@acme.example", reason="enough")
    assert refused.value.sentence == (
        "This payment has been handed over to be written into Sage, and its answer has not come "
        "yet. Decide once it is here; nothing can be changed until then."
    )
    assert story.facts() == WAITING


def test_a_void_of_what_is_handed_over_waits_and_says_so(story: Story) -> None:
    story.drain()
    with story.inside():
        void = factories.effect(
            story.books,
            kind="void",
            transaction_id=story.effect.transaction_id,
            gateway_state="voided",
        )
    walking.walk_effect(void.id, tenant_id=story.books.tenant.id, company=Company(story.sage))
    with story.inside():
        waits = Effect.objects.get(id=void.id)
    assert (waits.state, waits.reason_code) == ("waiting_parent", "parent_handed_over")
    assert waits.sentence.startswith("The payment has been handed over")
    story.answer(POSTED)
    story.drain()
    with story.inside():
        assert Effect.objects.get(id=void.id).state == "new"


def test_what_is_withdrawn_while_handed_over_leaves_no_open_question(story: Story) -> None:
    story.drain()
    with story.inside():
        assert outbox.withdraw(story.effect.id, sentence="Voided before it reached Sage.")
    told = {"state": "withdrawn", "asked": [("withdrawn", True)]}
    assert story.facts() == WAITING | told


def test_an_answer_nobody_waits_for_rings_nothing(story: Story) -> None:
    story.drain()
    story.answer(POSTED)
    story.drain()
    DueWork.objects.update(due_at=None)
    story.answer(POSTED)
    with story.inside():
        answer_came(
            tenant_id=story.books.tenant.id,
            company_id=story.books.sage.id,
            effect_key="paytrace:unknown",
        )
        assert Connection.objects.count() == 2
    assert not story.bell()
    assert story.facts() == DONE

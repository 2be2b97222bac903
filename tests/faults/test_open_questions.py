"""What was asked and not answered stays a question, whatever is restored or in use meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID

import pytest

from integrations.canonical.posting import PostingOutcome, PostingResult
from integrations.posting import claiming, protocol
from integrations.posting.models import Effect, PostingAttempt
from tenants.scope import tenant_transaction
from tests.faults.stories import Delivery
from tests.faults.sweep import Verdict

pytestmark = pytest.mark.fault
ONCE = Verdict(1)
# A later drain may take up what an earlier one left waiting.
_NEXT_DRAIN = datetime(2100, 1, 1, tzinfo=UTC)


def test_a_restored_database_of_either_side_posts_nothing_twice(story: Delivery) -> None:
    """Ours forgets the posting, then Sage's side table too: the books still answer `exists`."""
    story.prepare()
    story.take_over()
    assert story.verdict() == ONCE
    assert story.effect_id is not None
    for restore_sage in (False, True):
        story.scene.restore_ours(story.effect_id)
        if restore_sage:
            story.scene.restore_our_record_in_sage()
        story.take_over()
        assert story.verdict().times == 1
        assert story.scene.problems(story.effect_id) == []
        assert _outcomes(story) == ["exists"]


def test_nobody_decides_about_a_question_that_was_not_answered(story: Delivery) -> None:
    """A worker died while Sage answered. Neither a claim given back nor a record that was in
    use says what is in the books, so the payment stays a question."""
    story.prepare()
    _ask(story)
    story.scene.is_gone()
    with _claimed(story) as claimed:
        assert protocol.give_back(claimed)
    assert _state(story) == "unknown"
    with _asked_again(story) as asked:
        recorded = protocol.record_result(asked, PostingResult(PostingOutcome.WAIT))
    assert (recorded.state, recorded.code) == ("unknown", protocol.RECORD_IN_USE)
    assert _outcomes(story) == ["unknown", "unknown"]
    with _claimed(story) as claimed:
        assert protocol.give_back(claimed)
    assert _state(story) == "unknown"


def test_a_first_question_that_found_a_record_in_use_just_waits(story: Delivery) -> None:
    story.prepare()
    with _asked_again(story) as asked:
        recorded = protocol.record_result(asked, PostingResult(PostingOutcome.WAIT))
    assert recorded.state == "waiting_erp"
    with _claimed(story) as claimed:
        assert protocol.give_back(claimed)
    assert _state(story) == "ready"


def _ask(story: Delivery) -> None:
    """As far as a worker that dies while Sage answers."""
    with _asked_again(story):
        pass


@contextmanager
def _asked_again(story: Delivery) -> Iterator[protocol.Asked]:
    story.scene.is_gone()
    with _claimed(story) as claimed:
        asked = protocol.intend(claimed)
        assert asked is not None
        yield asked


@contextmanager
def _claimed(story: Delivery) -> Iterator[claiming.Claimed]:
    world = story.scene.world
    with tenant_transaction(world.tenant.id):
        found = claiming.claim(company_id=world.company_id, since=_NEXT_DRAIN, limit=1)
        assert [one.effect_id for one in found] == [story.effect_id]
        yield found[0]


def _state(story: Delivery) -> str:
    with tenant_transaction(story.scene.world.tenant.id):
        return Effect.objects.get(id=_id(story)).state


def _outcomes(story: Delivery) -> list[str]:
    with tenant_transaction(story.scene.world.tenant.id):
        attempts = PostingAttempt.objects.filter(effect_id=_id(story)).order_by("number")
        return list(attempts.values_list("outcome", flat=True))


def _id(story: Delivery) -> UUID:
    assert story.effect_id is not None
    return story.effect_id

"""A bookkeeper in a walk: keys what the worksheet lists, and says so."""

from __future__ import annotations

from dataclasses import replace

from integrations import pipeline
from integrations.canonical.posting import PostingRequest
from integrations.connections.models import WorksheetEntry
from integrations.sagepro.sample.profile import sample_profile
from tests.sagepro.bookkeeper import Bookkeeper
from tests.walks.world import ACTOR, World


def entries(world: World) -> list[WorksheetEntry]:
    """Everything that was ever listed, oldest first."""
    found = world.within(lambda: list(WorksheetEntry.objects.order_by("created_at")))
    assert isinstance(found, list)
    return found


def states(world: World) -> list[tuple[str, str]]:
    return [(entry.state, entry.problem) for entry in entries(world)]


def key_waiting(world: World, *, marker: str = "") -> None:
    """Type in what waits, under another reference if it is told."""
    person = Bookkeeper(world.sage_dsn)
    for entry in entries(world):
        if entry.state == WorksheetEntry.State.WAITING:
            request = PostingRequest.from_json(entry.request)
            typed = replace(request, marker=marker or request.marker)
            assert person.key(typed, profile=sample_profile()) == ""


def say_keyed(world: World) -> None:
    ids = [entry.id for entry in entries(world)]
    world.within(lambda: pipeline.keyed(company_id=world.company_id, entry_ids=ids, actor=ACTOR))

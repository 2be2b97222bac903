"""Asks every address once, to learn what can be put in there."""

from __future__ import annotations

from collections import defaultdict

from tests.canary.asked import NOTED
from tests.canary.interfaces import Interface, Names, interfaces, shown_by
from tests.canary.places import places
from tests.canary.sending import Sender
from tests.isolation.addresses import Address
from tests.isolation.scene import Scene

MIDDLEWARE = "tests.canary.asked.NoteWhatIsAsked"
"""Has to be the last one while this module asks."""


def learn(scene: Scene, urlconf: str | None = None) -> list[Interface]:
    """Every interface of the portal. Each request finds the scene as it was built."""
    known, sender = places(scene, urlconf), Sender(scene)
    pages: dict[str, bytes] = {}
    asked: dict[str, Names] = defaultdict(Names)
    seen: set[Address] = set()
    for place in known:
        # A form that is shown here is read here, so one of its kind is enough.
        is_like_one = place.reads_forms and place.address in seen
        seen.add(place.address)
        if place.shows_something and place.path not in pages and not is_like_one:
            pages[place.path] = sender.get(place).content
            asked[place.path].add(_noted())
        for sample in place.samples if place.reads_forms else ():
            sender.post(place, sample)
            asked[place.path].add(_noted())
            scene.database.restore_all()
    return interfaces(known, shown=shown_by(pages), asked=asked)


def _noted() -> Names:
    """What was asked since the last call."""
    names = Names(sorted(NOTED.typed), sorted(NOTED.queries), sorted(NOTED.files))
    NOTED.clear()
    return names

"""A card number typed into any field of any page, API call or address is found nowhere."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from tests.canary import learning
from tests.canary.cards import Cards
from tests.canary.interfaces import Interface, interfaces
from tests.canary.kept import leaks, leaks_in_database, leaks_in_mails
from tests.canary.logbook import Logbook
from tests.canary.places import places
from tests.canary.portal_door import Door
from tests.canary.whole import holes, without_fields
from tests.isolation.scene import Scene

THOROUGH = pytest.param(True, marks=[pytest.mark.slow, pytest.mark.timeout(900)], id="thorough")


@pytest.mark.parametrize("thorough", [pytest.param(False, id="fast"), THOROUGH])
def test_no_page_lets_one_in(
    *, thorough: bool, every: list[Interface], cards: Cards, scene: Scene
) -> None:
    with Logbook() as logbook:
        door = Door(scene, cards, thorough=thorough)
        door.wrong += holes(every)
        for one in every:
            door.plant(one)
        planted = cards.planted
        shown = [one for one in every if one.place.shows_something]
        door.look(shown if thorough else shown[::6])
        told = leaks("the log", logbook.read(), cards)
        kept = leaks_in_database(scene.database.url, cards)
        assert door.wrong + told + kept + leaks_in_mails(cards) == []
        assert planted >= (1_500 if thorough else 500)


def test_the_wall_is_what_keeps_them_out(cards: Cards, scene: Scene, settings: Settings) -> None:
    """The control: without it, this very search finds what the same requests left behind."""
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "CardWall" not in name]
    open_door = Door(scene, cards)
    making = [place for place in places(scene) if place.address.name == "key_create"]
    for one in interfaces(making, shown={}, asked={}):
        open_door.plant(one)
    kept = leaks_in_database(scene.database.url, cards)
    assert any(sentence.startswith("table tenants_apikey:") for sentence in kept)
    assert any(sentence.startswith("table tenants_auditevent:") for sentence in kept)


def test_what_is_added_tomorrow_is_found_with_its_fields(scene: Scene, settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.canary.tomorrow_urls"
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, learning.MIDDLEWARE]
    found = learning.learn(scene)
    assert {str(one): (set(one.typed), set(one.files)) for one in found} == {
        "tomorrow/asks": ({"note", "row0-memo", "proof"}, {"proof"}),
        "tomorrow/asks-on-another-way": ({"what", "reason"}, set()),
        "tomorrow/shows-a-form": ({"amount", "remark"}, set()),
        "tomorrow/reads-nothing": (set(), set()),
    }
    assert without_fields(found) == {"tomorrow/reads-nothing"}
    assert "tomorrow/reads-nothing: takes a form and has no field" in holes(found)

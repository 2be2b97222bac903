"""A card number typed into any field of any page, API call or address is found nowhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django import forms
from pytest_django import Settings

from tests.canary.cards import Cards
from tests.canary.interfaces import Interface, interfaces
from tests.canary.kept import leaks, leaks_in_database, leaks_in_mails
from tests.canary.portal_door import Door
from tests.isolation.scene import Scene

# By database: asking every page takes a while, and the scene is the same for every test.
_FOUND: dict[str, list[Interface]] = {}


@pytest.fixture
def every(scene: Scene) -> list[Interface]:
    name = scene.database.name
    if name not in _FOUND:
        _FOUND[name] = interfaces(scene, Door(scene, Cards("")).pages())
    return _FOUND[name]


@pytest.mark.parametrize(
    "thorough", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["fast", "thorough"]
)
def test_no_page_lets_one_in(
    *, thorough: bool, every: list[Interface], cards: Cards, scene: Scene, log: Callable[[], bytes]
) -> None:
    door = Door(scene, cards, thorough=thorough)
    for one in every:
        door.plant(one)
    planted = cards.planted
    door.pages()
    told = leaks("the log", log(), cards)
    kept = leaks_in_database(scene.database.url, cards)
    assert door.wrong + told + kept + leaks_in_mails(cards) == []
    assert planted >= (1_500 if thorough else 500)


def test_the_wall_is_what_keeps_them_out(
    every: list[Interface], cards: Cards, scene: Scene, settings: Settings
) -> None:
    """The control: without it, this very search finds what the same requests left behind."""
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "CardWall" not in name]
    open_door = Door(scene, cards)
    for one in every:
        if one.address.name == "key_create":
            open_door.plant(one)
    kept = leaks_in_database(scene.database.url, cards)
    assert any(sentence.startswith("table tenants_apikey:") for sentence in kept)
    assert any(sentence.startswith("table tenants_auditevent:") for sentence in kept)


def test_every_field_of_every_form_is_planted_in(every: list[Interface]) -> None:
    planted = {name.rpartition("-")[2] for one in every for name in one.typed + one.queries}
    planted |= {name for one in every for name in one.files}
    missing = {
        f"{form.__qualname__}.{name}"
        for form in _forms(forms.Form)
        if form.__module__.startswith("portal.")
        for name in form.base_fields
        if name not in planted
    }
    assert missing == set()


def _forms(kind: type[forms.Form]) -> Iterator[type[forms.Form]]:
    for each in kind.__subclasses__():
        yield each
        yield from _forms(each)

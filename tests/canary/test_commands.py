"""A card number in a text of any command is refused and not told again."""

from __future__ import annotations

import io
from argparse import Action
from collections.abc import Iterator

import pytest
from django.core.management import CommandError, call_command, get_commands, load_command_class

from tests.canary.cards import Cards
from tests.canary.kept import leaks, leaks_in_database


def _texts() -> Iterator[tuple[str, Action]]:
    """Every argument of our commands that takes a free text."""
    for name, app in sorted(get_commands().items()):
        if app != "portal":
            continue
        command = load_command_class(app, name)
        for action in command.create_parser("manage.py", name)._actions:
            is_text = action.type is None and action.nargs != 0 and not action.choices
            if is_text and action.dest not in _OF_DJANGO:
                yield name, action


_OF_DJANGO = {"settings", "pythonpath", "verbosity"}
# What each command needs beside the argument that is planted in.
NEEDED = {
    "calibrate": {"company": "acme", "connection": "Books", "what": "keyed"},
    "foxpro_site": {"company": "acme", "connection": "Books", "what": "prepare"},
}


@pytest.mark.parametrize(
    ("name", "argument"),
    [pytest.param(name, action, id=f"{name} {action.dest}") for name, action in _texts()],
)
def test_no_command_takes_one(
    db: None, superuser_url: str, cards: Cards, name: str, argument: Action
) -> None:
    given = {**NEEDED[name], argument.dest: cards.text(argument.dest)}
    if argument.dest == "part":
        given["part"] = [given["part"]]  # type: ignore[assignment]
    told = io.StringIO()
    what = given.pop("what")
    with pytest.raises(CommandError) as refused:
        call_command(name, what, stdout=told, stderr=told, **given)
    shown = f"{refused.value} {told.getvalue()}".encode()
    assert leaks("the command", shown, cards) + leaks_in_database(superuser_url, cards) == []


def test_the_arguments_are_found() -> None:
    assert {name for name, _ in _texts()} == set(NEEDED)
    assert len(list(_texts())) >= 15

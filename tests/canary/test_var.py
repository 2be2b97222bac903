"""Tieout as people start it: nothing that was planted at its doors stands in a file it writes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from portal.launch import database, places
from portal.launch.postgres import SUPERUSER
from portal.launch.processes import wait_until
from tests.canary.cards import Cards
from tests.canary.kept import leaks, leaks_in_database, leaks_in_files, whole_numbers_in
from tests.canary.started import Outside
from tests.canonical.card_samples import PUBLISHED
from tests.launch.checkout import Checkout, copy

pytestmark = [pytest.mark.timeout(600), pytest.mark.walk, pytest.mark.slow]


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Checkout]:
    """Outside pytest's folders, which an unprivileged database account cannot enter."""
    made = copy(tmp_path / "tieout")
    yield made
    made.remove()


# The gateway's own memory of what the test told it is no file of ours in a real installation,
# and drawings hold long numbers.
_NOT_OURS = ("simulator.sqlite*", "static")


def test_nothing_planted_in_a_started_tieout_stands_in_any_file(
    checkout: Checkout, cards: Cards
) -> None:
    started = checkout.start()
    facts = checkout.facts
    server = _folder_of(checkout)
    sage = _as_superuser(server, urlsplit(facts["sample_company_dsn"]).path.lstrip("/"))
    # The sample company holds card numbers of its own, which nobody may read.
    stood_before = leaks_in_database(sage, cards)
    assert stood_before != []
    outside = Outside(facts, cards)
    outside.send_notices()
    outside.ask()
    outside.sign_in()
    made = outside.pay()
    assert wait_until(lambda: set(made) <= outside.arrived(), seconds=90)
    wrong = leaks_in_database(_as_superuser(server, database.NAME), cards)
    wrong += [leak for told in outside.answers for leak in leaks("an answer", told, cards)]
    assert _told(leaks_in_database(sage, cards)) == _told(stood_before)
    printed = checkout.stop(started)
    wrong += leaks("what was printed", printed.encode(), cards)
    var = checkout.folder / "var"
    wrong += leaks_in_files(var, cards, but=_NOT_OURS)
    ours = [number for number in cards.numbers if number not in PUBLISHED]
    assert len(ours) > 20
    wrong += whole_numbers_in(server / "data", ours, cards)
    assert wrong == []
    assert {"log", "run.env"} <= {one.name for one in var.iterdir()}
    assert any((var / "log").iterdir())
    # The control: the same search finds what the gateway itself was told.
    assert leaks_in_files(var, cards, but=("static",)) != []


def _told(leaks: list[str]) -> list[str]:
    """Which numbers stand in which tables, whatever else was planted with the same last digits."""
    return [one.partition(", planted")[0] for one in leaks]


def _folder_of(checkout: Checkout) -> Path:
    """Where its database server lives."""
    return (checkout.state if places.runs_as_root() else checkout.folder / "var") / "database"


def _as_superuser(folder: Path, database: str) -> str:
    password = quote((folder / "superuser-password").read_text().strip(), safe="")
    socket = quote(str(places.socket_folder(folder)), safe="")
    return f"postgresql://{SUPERUSER}:{password}@/{database}?host={socket}"

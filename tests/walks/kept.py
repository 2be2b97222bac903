"""One built world kept aside per worker, and put back before every walk.

Setting a company up takes over a second and is the same each time: what it left in the
portal's database, in Sage and in the simulator is kept, and laid out again as it was.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import uuid4

from integrations.connections import clients
from tests import database_plugin, kept_rows
from tests.kept_rows import KeptRows
from tests.paytrace.simulator_process import Simulator
from tests.walks.world import World


@dataclass
class Shelf:
    """Builds a world once, and gives the same one again and again."""

    portal: str = field(repr=False)
    simulator: Simulator
    company_template: str
    folder: Path
    build: Callable[[str], World]
    sage: str = field(default_factory=lambda: f"sage_{uuid4().hex[:12]}")
    _world: World | None = None
    _rows: KeptRows | None = None

    @contextmanager
    def take(self) -> Iterator[World]:
        """The world, in an emptied database."""
        if self._world is None or self._rows is None:
            database_plugin.make_database(self.sage, template=self.company_template)
            self._world = self.build(database_plugin.superuser_url(self.sage))
            self._rows = self._keep()
        else:
            database_plugin.make_database(self.sage, template=f"{self.sage}_kept")
            _copy_sqlite(self._aside, self.simulator.state)
            kept_rows.lay_out(self.portal, self._rows)
        yield replace(self._world)
        clients.close_all()
        database_plugin.drop_database(self.sage)

    def close(self) -> None:
        database_plugin.drop_database(f"{self.sage}_kept")

    @property
    def _aside(self) -> Path:
        return self.folder / "kept.sqlite"

    def _keep(self) -> KeptRows:
        clients.close_all()  # a database in use cannot be cloned
        database_plugin.make_database(f"{self.sage}_kept", template=self.sage)
        _copy_sqlite(self.simulator.state, self._aside)
        return kept_rows.keep(self.portal)


def _copy_sqlite(source: Path, target: Path) -> None:
    """A whole SQLite file into another, which may be in use."""
    taken, given = sqlite3.connect(source), sqlite3.connect(target)
    try:
        taken.backup(given)
    finally:
        taken.close()
        given.close()

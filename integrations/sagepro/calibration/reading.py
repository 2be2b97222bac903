"""Taking a snapshot of a test company through SQL; nothing is written there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, TableClause, column, func, select, table

from integrations.sagepro.backends import fingerprint
from integrations.sagepro.calibration.gathering import gather
from integrations.sagepro.calibration.snapshot import Snapshot
from integrations.sagepro.layout import Layout, layout_of
from integrations.sagepro.profile import PostingProfile


def read_snapshot(connection: Connection, profile: PostingProfile) -> Snapshot:
    """Every table of the company's schema as it stands now, our own record left aside.

    Raises NeverWorks for a company without tables that this login may see.
    """
    return gather(_SqlTables(connection, profile))


@dataclass(frozen=True)
class _SqlTables:
    connection: Connection
    profile: PostingProfile

    def layout(self) -> Layout:
        schema = self.profile.database_schema
        found = dict(layout_of(fingerprint.read_all(self.connection, schema=schema)))
        found.pop(self.profile.physical_table("postings"), None)
        return found

    def count(self, table: str) -> int:
        found = self.connection.execute(select(func.count()).select_from(self._named(table)))
        return int(found.scalar_one())

    def rows(self, table: str, columns: Sequence[str]) -> Iterator[Sequence[object]]:
        of = self._named(table, columns)
        found = self.connection.execute(select(*(of.c[each] for each in columns)))
        return (tuple(values) for values in found)

    def _named(self, name: str, columns: Sequence[str] = ()) -> TableClause:
        schema = self.profile.database_schema or None
        return table(name, *map(column, columns), schema=schema)

"""Taking a snapshot of a test company through SQL; nothing is written there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Connection, TableClause, column, func, select, table

from integrations.sagepro.backends import fingerprint
from integrations.sagepro.calibration.gathering import gather
from integrations.sagepro.calibration.snapshot import Snapshot
from integrations.sagepro.layout import Layout, Shape, layout_of
from integrations.sagepro.profile import PostingProfile


def read_snapshot(connection: Connection, profile: PostingProfile) -> Snapshot:
    """Every table of the company's schema, and of that of the system tables, as it stands now; our
    own record is left aside.

    Raises NeverWorks for a company without tables that this login may see.
    """
    return gather(_SqlTables(connection, profile))


@dataclass(frozen=True)
class _SqlTables:
    connection: Connection
    profile: PostingProfile

    def layout(self) -> Layout:
        found = {name: columns for name, (_, columns) in self._tables.items()}
        found.pop(self.profile.physical_table("postings"), None)
        return found

    @cached_property
    def _tables(self) -> Mapping[str, tuple[str, Mapping[str, Shape]]]:
        """Table → its schema and columns: the company's own, and those of the system schema. Of
        two of one name the posting profile knows which is meant."""
        profile = self.profile
        found = self._of(profile.database_schema)
        if profile.system_schema:
            mapped = profile.by_schema().get(profile.system_schema, ())
            others = self._of(profile.system_schema).items()
            found |= {name: one for name, one in others if name in mapped or name not in found}
        return found

    def _of(self, schema: str) -> dict[str, tuple[str, Mapping[str, Shape]]]:
        seen = layout_of(fingerprint.read_all(self.connection, schema=schema))
        return {name: (schema, columns) for name, columns in seen.items()}

    def count(self, table: str) -> int:
        found = self.connection.execute(select(func.count()).select_from(self._named(table)))
        return int(found.scalar_one())

    def rows(self, table: str, columns: Sequence[str]) -> Iterator[Sequence[object]]:
        of = self._named(table, columns)
        found = self.connection.execute(select(*(of.c[each] for each in columns)))
        return (tuple(values) for values in found)

    def _named(self, name: str, columns: Sequence[str] = ()) -> TableClause:
        schema, _ = self._tables[name]
        return table(name, *map(column, columns), schema=schema or None)

"""A company whose rules are asked what they would write, and that is written by a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from integrations.sagepro.backends.books import Changeable, H, Row
from integrations.sagepro.backends.wrapped import Wrapped


@dataclass(frozen=True)
class Planned(Wrapped[H]):
    """What is written is let go: a rule that reads it back afterwards does not find it."""

    @classmethod
    def of(cls, company: Changeable[H]) -> Planned[H]:
        return cls(company, company.profile)

    def insert(self, connection: H, table: str, values: Row) -> None:
        """Somebody keys it."""

    def update(self, connection: H, table: str, where: Any, values: Row) -> int:
        """Somebody keys it; the record was read, so it is there."""
        del connection, table, where, values
        return 1

    def now(self, connection: H) -> datetime:
        """Any time: what a record would be stamped with is let go too."""
        del connection
        return datetime.min.replace(tzinfo=UTC)

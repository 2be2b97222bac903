"""A record of a long list, read only as far as it is wanted.

A list is looked through again and again, and nearly all of it is known. Number and state say
whether it is; reading the rest costs ten times as much. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from integrations.canonical.transactions import Record
from integrations.paytrace.record_fields import Reading, id_of
from integrations.paytrace.translate import state_of, to_record


@dataclass(frozen=True, slots=True)
class Listed:
    """One record as it arrived."""

    raw: object = field(repr=False)
    reading: Reading

    @property
    def key(self) -> tuple[str, str] | None:
        """Transaction id and state, the same that `read` gives; None where it has no number."""
        if not isinstance(self.raw, Mapping):
            return None
        transaction_id = id_of(self.raw, "transaction_id", "id")
        return (transaction_id, state_of(self.raw).value) if transaction_id else None

    def read(self) -> Record:
        """The whole record, or what there is of it where it cannot be read."""
        return to_record(self.raw, reading=self.reading)

"""A record that cannot be read is kept as it was told, for a person. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from integrations.canonical.errors import NeverWorks
from integrations.canonical.transactions import Unreadable
from integrations.paytrace import wire
from integrations.paytrace.record_fields import (
    IDS,
    UNREADABLE,
    Json,
    Reading,
    amount_of,
    created_at_of,
    id_of,
    moment_of,
)
from integrations.paytrace.redaction import redact

T = TypeVar("T")


@dataclass(eq=False)
class UnreadableRecord(NeverWorks):
    """One record cannot be read; `unreadable` is what there is of it."""

    unreadable: Unreadable = field(kw_only=True, repr=False)


def read_or_keep(raw: object, read: Callable[[Json], T], *, reading: Reading) -> T | Unreadable:
    """What `read` makes of the row; where it finds a field unreadable, the row as it was told."""
    if not isinstance(raw, Mapping):
        return Unreadable(reading.account, "", "record", _kept(raw))
    try:
        return read(raw)
    except NeverWorks as error:
        if error.code != UNREADABLE:
            raise
        return unreadable(raw, field=error.field, reading=reading)


def readable(one: T | Unreadable) -> T:
    """The record where it can be read. Raises UnreadableRecord with what there is of it."""
    if isinstance(one, Unreadable):
        raise UnreadableRecord(
            f"PayTrace record {one.record_id or 'without an id'} has no readable {one.field}.",
            code=UNREADABLE,
            field=one.field,
            unreadable=one,
        )
    return one


def unreadable(raw: Json, *, field: str, reading: Reading) -> Unreadable:
    """An unreadable row with what of it can be read: number, amount and time."""
    moments = ("created", "processed_date", "created_at", "when", "settled", "deposit_date")
    return Unreadable(
        account=reading.account,
        record_id=id_of(raw, *IDS),
        field=field,
        record=_kept(raw),
        amount=_tried(
            lambda: amount_of(raw, reading, "amount", "settle_amount", "requested_amount")
        ),
        created_at=_tried(lambda: created_at_of(raw, reading))
        or next((m for n in moments if (m := _moment_or_none(raw, n, reading))), None),
    )


def _moment_or_none(raw: Json, name: str, reading: Reading) -> datetime | None:
    return _tried(lambda: moment_of(raw, name, reading))


def _tried(read: Callable[[], T]) -> T | None:
    try:
        return read()
    except NeverWorks:
        return None


def _kept(raw: object) -> object:
    """As JSON that may be stored: exact numbers become text, what is secret is gone."""
    return wire.plain(redact(raw))

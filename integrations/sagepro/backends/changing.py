"""Changes beside payments: each is made once for its key, which stands in our own table."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from integrations.canonical.posting import marker_for
from integrations.canonical.stock import ChangeOutcome
from integrations.sagepro.backends import ledger
from integrations.sagepro.backends.books import Row
from integrations.sagepro.backends.company import SqlCompany


@dataclass(frozen=True)
class Change:
    """What our record holds of a change: its key, kind, and a hash of what was asked."""

    key: str
    kind: str
    payload_hash: str


def change(key: str, *, kind: str, contents: list[Any]) -> Change:
    """The change of that key; `contents` are texts, numbers and lists of them."""
    told = json.dumps([key, *contents])
    return Change(key, kind, hashlib.sha256(told.encode()).hexdigest())


def earlier(
    connection: Connection, company: SqlCompany, asked: Change
) -> tuple[ChangeOutcome, Row] | None:
    """What the key says already, with our record; None when nobody has used it."""
    marker = _marker(company, asked)
    records = ledger.find(connection, company, key=asked.key, marker=marker)
    if not records:
        return None
    record, is_ours = records[0], [row["effect_key"] for row in records] == [asked.key]
    if is_ours and record["state"] == ledger.WITHDRAWN:
        return ChangeOutcome.WITHDRAWN, record
    found = (record["kind"], record["payload_hash"])
    is_same = is_ours and found == (asked.kind, asked.payload_hash)
    return ChangeOutcome.EXISTS if is_same else ChangeOutcome.CONFLICT, record


def remember(connection: Connection, company: SqlCompany, asked: Change, **values: object) -> None:
    """Write our record. Raises Answered with WAIT if another writer was faster."""
    record = {
        "effect_key": asked.key,
        "marker": _marker(company, asked),
        "payload_hash": asked.payload_hash,
        "kind": asked.kind,
        "state": ledger.WRITTEN,
        **values,
    }
    ledger.add_or_wait(connection, company, record)


def plain(value: Decimal) -> str:
    """An amount or quantity as it is compared: 1 and 1.000 are the same."""
    return f"{value + Decimal(0):.4f}"


def _marker(company: SqlCompany, asked: Change) -> str:
    rule = company.profile.marker
    return marker_for(asked.key, rule.width, rule.prefix)

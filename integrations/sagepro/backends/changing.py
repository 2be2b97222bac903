"""Changes beside payments: each is made once for its key, which stands in our own table."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from integrations.canonical.posting import Hands, PostingOutcome, PostingResult, marker_for
from integrations.canonical.stock import ChangeOutcome
from integrations.sagepro.backends import ledger
from integrations.sagepro.backends.books import Changeable, H, Row
from integrations.sagepro.backends.plan import Answered


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
    connection: H, company: Changeable[H], asked: Change
) -> tuple[ChangeOutcome, Row] | None:
    """What the key says already, with our record; None when nobody has used it.

    Raises Answered with HANDED_OVER while Sage Pro's own program has it.
    """
    marker = _marker(company, asked)
    records = ledger.find(connection, company, key=asked.key, marker=marker)
    if not records:
        return None
    record, is_ours = records[0], [row["effect_key"] for row in records] == [asked.key]
    if is_ours and record["state"] == ledger.WITHDRAWN:
        return ChangeOutcome.WITHDRAWN, record
    found = (record["kind"], record["payload_hash"])
    is_same = is_ours and found == (asked.kind, asked.payload_hash)
    if is_same and record["state"] == ledger.UNDER_WAY:
        raise handed_over()
    return ChangeOutcome.EXISTS if is_same else ChangeOutcome.CONFLICT, record


def remember(connection: H, company: Changeable[H], asked: Change, **values: object) -> None:
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


def handed_over() -> Answered:
    """Sage Pro's own program has it; ask again for what became of it."""
    evidence = {
        "waiting_for": "The program inside Sage Pro has not written it yet.",
        "held_by": Hands.SAGE.value,
    }
    return Answered(PostingResult(PostingOutcome.HANDED_OVER, evidence=evidence))


def plain(value: Decimal) -> str:
    """An amount or quantity as it is compared: 1 and 1.000 are the same."""
    return f"{value + Decimal(0):.4f}"


def _marker(company: Changeable[Any], asked: Change) -> str:
    rule = company.profile.marker
    return marker_for(asked.key, rule.width, rule.prefix)

"""The last day to contest a case: told with its opening, or later and anew by any door.

What the opening fact says stays as it was told; every later word is a row of its own, and the
newest counts. A person's word is new when it says another day than the one that counts. A
disputes provider tells every case at each look, so its word is new only when it says another
than it said itself before: what it repeats never takes back what a person learnt since. Inside
the open company's transaction.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import OuterRef, QuerySet, Subquery

from integrations.canonical.transactions import (
    GatewayTransaction,
    TransactionState,
    TransactionType,
)
from integrations.events.models import ContestDeadline, GatewayFact

PERSON = GatewayFact.SeenBy.PERSON
_Said = Sequence[tuple[str, date]]
"""Who told which last day of a case, oldest first."""


@dataclass(frozen=True)
class Moved:
    """A case whose last day is another one now. Its id is that of its transaction."""

    transaction_id: str
    before: date | None
    """None where none was known."""
    after: date


def record(
    told: Sequence[GatewayTransaction],
    *,
    connection_id: uuid.UUID,
    seen_by: GatewayFact.SeenBy,
    told_by: str,
) -> list[Moved]:
    """Keep the last days that are news; those of cases whose day is another one now.

    Call it after the facts of `told` are recorded: what came with them is no news.
    """
    days = {
        one.transaction_id: one.respond_by
        for one in told
        if one.state is TransactionState.OPENED and one.respond_by is not None
    }
    words = _words(days, connection_id=connection_id) if days else {}
    moved = []
    for transaction_id, day in days.items():
        said = words.get(transaction_id, [])
        counts = said[-1][1] if said else None
        if not _is_news(day, said, seen_by=seen_by):
            continue
        ContestDeadline.objects.create(
            connection_id=connection_id, transaction_id=transaction_id, respond_by=day,
            seen_by=seen_by, told_by=told_by[:254],
        )  # fmt: skip
        if day != counts:
            moved.append(Moved(transaction_id, counts, day))
    return moved


def that_count(transaction_ids: Collection[str]) -> dict[tuple[uuid.UUID, str], date]:
    """The last day of each of these cases, by account and transaction; one statement."""
    newest = ContestDeadline.objects.filter(
        connection_id=OuterRef("connection_id"), transaction_id=OuterRef("transaction_id")
    ).order_by("-told_at", "-id")
    found = (
        _openings(transaction_ids)
        .annotate(newest=Subquery(newest.values("respond_by")[:1]))
        .values_list("connection_id", "transaction_id", "details__respond_by", "newest")
    )
    days = {(source, name): later or _day(first) for source, name, first, later in found}
    return {case: day for case, day in days.items() if day is not None}


def later_words(*, connection_id: uuid.UUID, transaction_id: str) -> list[ContestDeadline]:
    """What was told of a case's last day after its opening, oldest first."""
    found = ContestDeadline.objects.filter(
        connection_id=connection_id, transaction_id=transaction_id
    )
    return list(found.order_by("told_at", "id"))


def _is_news(day: date, said: _Said, *, seen_by: GatewayFact.SeenBy) -> bool:
    if seen_by == PERSON:
        return not said or said[-1][1] != day
    own = [known for who, known in said if who != PERSON]
    return not own or own[-1] != day


def _words(transaction_ids: Collection[str], *, connection_id: uuid.UUID) -> Mapping[str, _Said]:
    words: dict[str, list[tuple[str, date]]] = {}
    openings = _openings(transaction_ids).filter(connection_id=connection_id)
    for name, who, text in openings.values_list("transaction_id", "seen_by", "details__respond_by"):
        if (day := _day(text)) is not None:
            words.setdefault(name, []).append((who, day))
    later = ContestDeadline.objects.filter(
        connection_id=connection_id, transaction_id__in=transaction_ids
    ).order_by("told_at", "id")
    for name, who, day in later.values_list("transaction_id", "seen_by", "respond_by"):
        words.setdefault(name, []).append((who, day))
    return words


def _openings(transaction_ids: Collection[str]) -> QuerySet[GatewayFact]:
    return GatewayFact.objects.filter(
        transaction_id__in=transaction_ids,
        type=TransactionType.CHARGEBACK,
        state=TransactionState.OPENED,
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None

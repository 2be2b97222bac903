"""Pages of a list by place and not by number: stable while rows arrive. Inside the transaction."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from django.db.models import Model, Q, QuerySet

Row = TypeVar("Row", bound=Model)
Mark = tuple[datetime, uuid.UUID]
"""Where a page ends: the time and id of its last row."""


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of a list, newest first, and the place where the next begins."""

    rows: list[Row]
    next: Mark | None


def page(rows: QuerySet[Row], *, by: str, after: Mark | None, size: int) -> Page[Row]:
    """The page of `size` rows after a place, newest by the time `by`."""
    found = rows.order_by(f"-{by}", "-id")
    if after is not None:
        at, last_id = after
        found = found.filter(Q(**{f"{by}__lt": at}) | Q(**{by: at, "id__lt": last_id}))
    shown = list(found[: size + 1])
    if len(shown) <= size:
        return Page(shown, None)
    last = shown[size - 1]
    return Page(shown[:size], (getattr(last, by), last.pk))

"""Keeping the copy: when a look is due, and taking over what it finds. In the transaction."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from django.db.models import F

from integrations.canonical import open_items
from integrations.canonical.open_items import Holding
from integrations.open_items import nights
from integrations.open_items.models import OpenItem, OpenItemsCopy
from tenants.insert import insert_once
from tenants.scope import current_tenant_id

_AT_ONCE = 2_000


def wish(*, company_id: uuid.UUID) -> None:
    """Somebody wants to see what is open now: the next look does not wait for the night."""
    copy = OpenItemsCopy(company_id=company_id, is_wished=True)
    if not insert_once(copy):
        OpenItemsCopy.objects.filter(company_id=company_id).update(is_wished=True)


def begin(*, company_id: uuid.UUID, zone: str, now: datetime) -> datetime | None:
    """When the look began that is due or under way; None when none is."""
    insert_once(OpenItemsCopy(company_id=company_id))
    copy = OpenItemsCopy.objects.select_for_update().get(company_id=company_id)
    if copy.look_began_at is not None:
        return copy.look_began_at
    if not _is_due(copy, nights.last_night(now, zone=zone)):
        return None
    copy.look_began_at, copy.is_wished, copy.moving = now, False, 0
    copy.save(update_fields=["look_began_at", "is_wished", "moving"])
    return now


def held(*, company_id: uuid.UUID) -> Holding:
    """What the copy holds, for comparing."""
    return Holding(_items(company_id))


def take_over(
    changed: Mapping[str, Sequence[str]], *, company_id: uuid.UUID, began_at: datetime, moved: int
) -> bool:
    """Let these leaves hold what the books show; False when the look is over meanwhile.

    What is gone from its leaf is closed. Raises ValueError for what is no leaf or line.
    """
    looks = OpenItemsCopy.objects.select_for_update()
    copy = looks.filter(company_id=company_id, look_began_at=began_at).first()
    if copy is None:
        return False
    leaves = {open_items.leaf_number(name): lines for name, lines in changed.items()}
    OpenItem.objects.filter(company_id=company_id, leaf__in=list(leaves)).delete()
    rows = [
        _row(open_items.OpenItem.read(line), leaf, company_id)
        for leaf, lines in leaves.items()
        for line in lines
    ]
    OpenItem.objects.bulk_create(rows, batch_size=_AT_ONCE)
    OpenItemsCopy.objects.filter(pk=copy.pk).update(moving=F("moving") + moved)
    return True


def finish(*, company_id: uuid.UUID, began_at: datetime) -> None:
    """The look is whole: the copy is complete as of when it began."""
    OpenItemsCopy.objects.filter(company_id=company_id, look_began_at=began_at).update(
        complete_as_of=began_at,
        look_began_at=None,
        items=OpenItem.objects.filter(company_id=company_id).count(),
        moved=F("moving"),
        sentence="",
    )


def note_failure(*, company_id: uuid.UUID, sentence: str) -> None:
    """Why the look did not end; it goes on, or begins anew, when it is tried again."""
    OpenItemsCopy.objects.filter(company_id=company_id).update(
        look_began_at=None, is_wished=True, sentence=sentence[:500]
    )


def is_due(*, company_id: uuid.UUID, zone: str, now: datetime) -> bool:
    """Whether a look is due now."""
    copy = OpenItemsCopy.objects.filter(company_id=company_id).first()
    return copy is None or _is_due(copy, nights.last_night(now, zone=zone))


def _is_due(copy: OpenItemsCopy, last_night: datetime) -> bool:
    return copy.is_wished or copy.complete_as_of is None or copy.complete_as_of < last_night


def _items(company_id: uuid.UUID) -> Iterator[open_items.OpenItem]:
    names = ("customer_number", "number", "invoice_date", "amount", "balance", "currency")
    rows = OpenItem.objects.filter(company_id=company_id).values_list(*names)
    for row in rows.iterator(chunk_size=_AT_ONCE):
        yield open_items.OpenItem(*row)


def _row(item: open_items.OpenItem, leaf: int, company_id: uuid.UUID) -> OpenItem:
    return OpenItem(
        tenant_id=current_tenant_id(),
        company_id=company_id,
        leaf=leaf,
        customer_number=item.customer_number,
        number=item.number,
        invoice_date=item.invoice_date,
        amount=item.amount,
        balance=item.balance,
        currency=item.currency,
    )

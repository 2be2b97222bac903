"""How a payment link's state moves: each move one conditional update, its row count checked.

`open → being_paid → paid`, or back to `open` when nothing was paid; `open → expired | cancelled`.
Inside the open company's transaction.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db.models import F, QuerySet
from django.db.models.functions import Now

from integrations.instructions.link_models import PaymentLink

_S = PaymentLink.State
# Cards that are refused one after another: somebody tries stolen ones. Then the link is over.
MOST_TRIES = 10
_TOO_MANY = "Tieout: too many cards were refused"


def begin(link_id: uuid.UUID, *, now: datetime, keeps: bool = False) -> bool:
    """From open to being paid, for one try; False when it is not open (any more).

    `keeps` is the payer's word, which counts where the link allows it.
    """
    rows = PaymentLink.objects.filter(id=link_id, state=_S.OPEN, expires_at__gt=now)
    kept = F("may_keep") if keeps else False
    return _move(rows, _S.BEING_PAID, tries=F("tries") + 1, keeps=kept) == 1


def follow(instruction_id: uuid.UUID, *, is_done: bool) -> None:
    """An instruction has ended: its link, if it has one, is paid, or open for another card.

    In the transaction that writes the answer down. Money that moved is believed whatever the
    link's state has become meanwhile.
    """
    rows = PaymentLink.objects.filter(instruction_id=instruction_id)
    if is_done:
        _move(rows.exclude(state=_S.PAID), _S.PAID)
        return
    tried = rows.filter(state=_S.BEING_PAID)
    _move(tried.filter(tries__gte=MOST_TRIES), _S.CANCELLED, ended_by=_TOO_MANY)
    _move(tried, _S.OPEN)


def cancel(link_id: uuid.UUID, *, actor: str) -> bool:
    """From open to cancelled; False when it is not open (any more)."""
    rows = PaymentLink.objects.filter(id=link_id, state=_S.OPEN)
    return _move(rows, _S.CANCELLED, ended_by=actor[:254]) == 1


def expire(*, now: datetime) -> int:
    """Every open link whose time is over; how many they were."""
    return _move(PaymentLink.objects.filter(state=_S.OPEN, expires_at__lte=now), _S.EXPIRED)


def _move(rows: QuerySet[PaymentLink], state: PaymentLink.State, **more: object) -> int:
    mail = {} if state in {_S.OPEN, _S.BEING_PAID} else {"mail_due_at": None}
    return rows.update(state=state, state_since=Now(), **mail, **more)

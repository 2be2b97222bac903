"""How a payment link's state moves: each move one conditional update, its row count checked.

`open → being_paid → paid`, or back to `open` when nothing was paid; `open → expired | cancelled`.
On PayTrace's own page `making → open | cancelled | expired`, and to `paid` from whatever it is but
`cancelled`, by the payment that came.
Inside the open company's transaction.
"""

from __future__ import annotations

import re
import uuid
from datetime import datetime

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from integrations.instructions.link_models import PaymentLink
from integrations.instructions.models import Instruction
from integrations.instructions.own_keys import OF_LINK

_S = PaymentLink.State
# As `key_of_try` writes it.
_TRY = re.compile(OF_LINK + r"([0-9a-f-]{36}):\d+", re.ASCII)
# Cards that are refused one after another: somebody tries stolen ones. Then the link is over.
MOST_TRIES = 10
_TOO_MANY = "Tieout: too many cards were refused"
NOT_MADE = "PayTrace, which did not make its page"


def begin(link_id: uuid.UUID, *, now: datetime, keeps: bool = False) -> bool:
    """From open to being paid, for one try; False when it is not open (any more).

    `keeps` is the payer's word, which counts where the link allows it.
    """
    rows = PaymentLink.objects.filter(
        id=link_id, state=_S.OPEN, expires_at__gt=now, page=PaymentLink.Page.TIEOUT
    )
    kept = F("may_keep") if keeps else False
    return _move(rows, _S.BEING_PAID, tries=F("tries") + 1, keeps=kept) == 1


def follow(instruction_id: uuid.UUID, *, is_done: bool) -> None:
    """An instruction has ended: its link, if it has one, is paid, or open for another card.

    In the transaction that writes the answer down. Money that moved is believed whatever the
    link's state has become meanwhile, and whichever try it was: one that had been given up may
    turn out as the payment after another card was refused.
    """
    rows = PaymentLink.objects.filter(page=PaymentLink.Page.TIEOUT)
    if is_done:
        its = Q(instruction_id=instruction_id) | Q(id=_link_of_try(instruction_id))
        unpaid = rows.filter(its).exclude(state=_S.PAID)
        _move(unpaid, _S.PAID, instruction_id=instruction_id)
        return
    tried = rows.filter(state=_S.BEING_PAID, instruction_id=instruction_id)
    _move(tried.filter(tries__gte=MOST_TRIES), _S.CANCELLED, ended_by=_TOO_MANY)
    _move(tried, _S.OPEN)


def _link_of_try(instruction_id: uuid.UUID) -> uuid.UUID | None:
    """The link that an instruction was a try of, by its key."""
    row = Instruction.objects.filter(id=instruction_id, origin=Instruction.Origin.PAY_PAGE)
    key = row.values_list("idempotency_key", flat=True).first() or ""
    found = _TRY.fullmatch(key)
    return uuid.UUID(found[1]) if found else None


def key_of_try(row: PaymentLink) -> str:
    """The idempotency key of a link's newest try."""
    return f"{OF_LINK}{row.id}:{row.tries}"


def page_answered(instruction_id: uuid.UUID, *, is_made: bool, address: str = "") -> None:
    """PayTrace has made its own page, or nothing of it: the link is open, or over."""
    rows = PaymentLink.objects.filter(
        instruction_id=instruction_id, page=PaymentLink.Page.PAYTRACE, state=_S.MAKING
    )
    if is_made:
        _move(rows, _S.OPEN, page_address=address)
    else:
        _move(rows, _S.CANCELLED, ended_by=NOT_MADE)


def paid_at_paytrace(link_id: uuid.UUID, *, transaction_id: str) -> bool:
    """A payment came by PayTrace's own page; False when one had come before.

    A link that was cancelled stays so: what to do with its payment is a person's decision.
    """
    rows = PaymentLink.objects.filter(id=link_id, transaction_id="")
    if rows.filter(state=_S.CANCELLED).update(transaction_id=transaction_id):
        return True
    return _move(rows, _S.PAID, transaction_id=transaction_id) == 1


def cancel(link_id: uuid.UUID, *, actor: str) -> bool:
    """From open to cancelled; False when it is not open (any more)."""
    rows = PaymentLink.objects.filter(id=link_id, state=_S.OPEN)
    return _move(rows, _S.CANCELLED, ended_by=actor[:254]) == 1


def expire(*, now: datetime) -> int:
    """Every link whose time is over before it was paid; how many they were."""
    rows = PaymentLink.objects.filter(state__in=(_S.MAKING, _S.OPEN), expires_at__lte=now)
    return _move(rows, _S.EXPIRED)


def _move(rows: QuerySet[PaymentLink], state: PaymentLink.State, **more: object) -> int:
    mail = {} if state in {_S.MAKING, _S.OPEN, _S.BEING_PAID} else {"mail_due_at": None}
    return rows.update(state=state, state_since=Now(), **mail, **more)

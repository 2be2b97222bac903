"""Mailing payment links to customers. Outside of transactions; a mail that fails is tried again."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from smtplib import SMTPException

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models.functions import Now
from django.utils import timezone

from integrations.canonical.money import Money
from integrations.instructions import link_states, links
from integrations.instructions.link_models import PaymentLink
from tenants.models import Tenant, User
from tenants.scope import tenant_transaction

log = structlog.get_logger("instructions.link_mail")
PATH = "/pay/{token}/"
_AGAIN = timedelta(minutes=5)
_AT_ONCE = 20


@dataclass(frozen=True)
class _Letter:
    link_id: uuid.UUID
    to: str
    reply_to: tuple[str, ...]
    subject: str
    text: str = field(repr=False)


def tend(*, tenant_id: uuid.UUID) -> None:
    """Let links expire whose time is over, and mail what is to be mailed. Repeats are safe."""
    with tenant_transaction(tenant_id):
        link_states.expire(now=timezone.now())
        letters = _due(tenant_id)
    for letter in letters:
        if _send(letter):
            with tenant_transaction(tenant_id):
                PaymentLink.objects.filter(id=letter.link_id).update(
                    mailed_at=Now(), mail_due_at=None
                )


def address_of(token: str) -> str:
    """The whole address with this token."""
    return settings.PORTAL_URL.rstrip("/") + PATH.format(token=token)


def _due(tenant_id: uuid.UUID) -> list[_Letter]:
    """Letters that nobody else writes at the same moment: each is put off as it is taken."""
    now = timezone.now()
    rows = PaymentLink.objects.select_for_update(skip_locked=True, of=("self",))
    due = list(
        rows.filter(mail_due_at__lte=now, state=PaymentLink.State.OPEN)
        .select_related("environment")
        .order_by("mail_due_at")[:_AT_ONCE]
    )
    if not due:
        return []
    PaymentLink.objects.filter(id__in=[row.id for row in due]).update(mail_due_at=now + _AGAIN)
    tokens = links.tokens_of(due)
    merchant = " ".join(Tenant.objects.only("name").get(id=tenant_id).name.split())
    people: dict[uuid.UUID | None, str] = dict(
        User.objects.filter(id__in=[row.made_by_user_id for row in due]).values_list("id", "email")
    )
    return [
        _letter(
            row,
            address_of(tokens[row.id].reveal()),
            merchant,
            answers_to=people.get(row.made_by_user_id),
        )
        for row in due
        if row.id in tokens
    ]


def _letter(row: PaymentLink, address: str, merchant: str, *, answers_to: str | None) -> _Letter:
    """Answers go to the person who made the link or its API key: a key's name is no address."""
    what = "leave a card for later payments"
    subject = f"Leave a card for {merchant}"
    if row.amount is not None:
        amount = Money(row.amount, row.currency)
        about = f" for invoice {row.invoice_number}" if row.invoice_number else ""
        what = f"pay {amount}{about}"
        subject = f"{merchant}: {amount}{about}"
    note = f"{row.description}\n\n" if row.description else ""
    text = (
        f"{merchant} asks you to {what}.\n\n{note}{address}\n\n"
        f"The page takes a card once, until {row.expires_at:%d %B %Y}. Your card details go "
        f"straight to PayTrace; {merchant} never sees them.\n\n"
        f"If you did not expect this, ask {merchant} before you enter anything.\n"
    )
    reply_to = (answers_to,) if answers_to else ()
    return _Letter(row.id, row.email, reply_to, subject[:150], text)


def _send(letter: _Letter) -> bool:
    """Send one; False when the mail server did not take it (it is due again in five minutes)."""
    mail = EmailMessage(letter.subject, letter.text, to=[letter.to], reply_to=list(letter.reply_to))
    try:
        mail.send()
    except (SMTPException, OSError):
        log.exception("payment_link.not_mailed", link_id=str(letter.link_id))
        return False
    return True

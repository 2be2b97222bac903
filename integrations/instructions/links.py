"""Payment links: made by a person, found by whoever has the address, cancelled.

The token of an address is computed from the link's id under the master key, so that a person can
copy it again and a worker can mail it, while only its hash is stored. Inside the open company's
transaction, but for `find`.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from integrations.canonical.money import Money
from integrations.instructions import link_states, offered, operations, own_pages, wishes
from integrations.instructions.errors import BadWish, KeyReused
from integrations.instructions.kinds import Kind
from integrations.instructions.models import Instruction, PaymentLink
from integrations.instructions.own_keys import OF_LINK
from integrations.instructions.policies import Who
from integrations.instructions.wishes import Wish
from tenants import audit
from tenants.crypto import Secret
from tenants.errors import NotPossible
from tenants.insert import insert_once
from tenants.keys import keyed_hash
from tenants.models import PayToken
from tenants.scope import current_tenant_id
from tenants.tokens import digest_of

Purpose, Page = PaymentLink.Purpose, PaymentLink.Page
DEFAULT_DAYS = 14
LONGEST_DAYS = 90
_PURPOSE = "payment link"


@dataclass(frozen=True)
class NewLink:
    """What a customer is to be asked for. Without an amount: to leave a card."""

    customer_number: str
    amount: Money | None = None
    invoice_number: str = ""
    description: str = ""
    email: str = ""
    days: int = DEFAULT_DAYS
    is_mailed: bool = False
    """Whether the address is mailed to `email`."""
    may_keep: bool = False
    """Whether who pays may have the card kept for next time."""
    page: PaymentLink.Page = Page.TIEOUT
    """Where it is paid. PayTrace's own page cannot be taken back, and PayTrace mails it itself."""

    @property
    def purpose(self) -> PaymentLink.Purpose:
        return Purpose.STORE if self.amount is None else Purpose.PAY


@dataclass(frozen=True)
class Target:
    """Whose link an address opens."""

    tenant_id: UUID
    link_id: UUID


def make(
    new: NewLink, *, environment_id: UUID, connection_id: UUID, idempotency_key: str, who: Who
) -> PaymentLink:
    """Make a link that is paid once, through this PayTrace account, until it expires. PayTrace's
    own page is made by a worker after commit; until then the link is being made.

    A key that came before with the same contents answers the same link. Raises BadWish for
    fields to repair, KeyReused, and NotPossible when an open link asks for the same invoice.
    """
    key = operations.checked_key(idempotency_key)
    former = _former(new, environment_id=environment_id, key=key)
    if former is not None:
        return former
    row = _row(new, environment_id=environment_id, connection_id=connection_id)
    row.idempotency_key = key
    row.made_by, row.made_by_user_id = who.name[:254], who.user_id
    link_states.expire(now=timezone.now())
    if not insert_once(row):
        former = _former(new, environment_id=environment_id, key=key)
        return former if former is not None else _refuse_second(new)
    if row.page == Page.PAYTRACE:
        own_pages.begin(row, own_pages.wish_of(row, is_mailed=new.is_mailed))
    else:
        PayToken.objects.create(
            token_hash=digest_of(_token(row.id).reveal()),
            tenant_id=current_tenant_id(),
            link_id=row.id,
        )
    _record("payment_link.made", row, who.name)
    return PaymentLink.objects.get(id=row.id)


def cancel(*, link_id: UUID, environment_id: UUID, who: Who) -> PaymentLink:
    """Make an open link worthless. Raises NotPossible for one that is not open any more."""
    row = PaymentLink.objects.filter(id=link_id, environment_id=environment_id).first()
    if row is None:
        raise NotPossible("There is no such payment link.")
    if not link_states.cancel(link_id, actor=who.name):
        row.refresh_from_db()
        raise NotPossible(
            f"This link is ‘{row.get_state_display().lower()}’ and cannot be cancelled any more."
        )
    _record("payment_link.cancelled", row, who.name)
    return PaymentLink.objects.get(id=link_id)


def find(token: str) -> Target | None:
    """Whose link this address opens; None for an unknown one. Any time.

    A token has 256 random bits and is looked up by its hash: there is nothing to guess, and
    nothing that the time of an answer could tell.
    """
    row = PayToken.objects.filter(token_hash=digest_of(token))
    found = row.values_list("tenant_id", "link_id").first()
    return Target(*found) if found else None


def tokens_of(rows: Iterable[PaymentLink]) -> dict[UUID, Secret]:
    """The tokens of these links' addresses. One made under a former master key is left out: only
    its hash is left of it, and the address that was handed out stays good."""
    made = {row.id: _token(row.id) for row in rows}
    kept = PayToken.objects.filter(tenant_id=current_tenant_id(), link_id__in=made)
    hashes = dict(kept.values_list("link_id", "token_hash"))
    return {
        link_id: token
        for link_id, token in made.items()
        if bytes(hashes.get(link_id, b"")) == digest_of(token.reveal())
    }


def links(*, environment_id: UUID, state: str = "", search: str = "") -> QuerySet[PaymentLink]:
    """Those of an environment, newest first, each with its `connection`."""
    rows = PaymentLink.objects.filter(environment_id=environment_id)
    if state:
        rows = rows.filter(state=state)
    if search:
        rows = rows.filter(
            Q(customer_number__iexact=search)
            | Q(invoice_number__iexact=search)
            | Q(email__iexact=search)
        )
    return rows.select_related("connection").order_by("-made_at", "-id")


def link(*, environment_id: UUID, link_id: UUID) -> PaymentLink | None:
    """One of them, with its `connection` and `instruction`."""
    rows = PaymentLink.objects.filter(environment_id=environment_id, id=link_id)
    return rows.select_related("connection", "instruction").first()


def link_of(instruction: Instruction) -> PaymentLink | None:
    """The link on which an instruction was asked for, whichever try it was."""
    if instruction.origin != Instruction.Origin.PAY_PAGE:
        return None
    parts = instruction.idempotency_key.split(":")
    if len(parts) not in {3, 4} or not instruction.idempotency_key.startswith(OF_LINK):
        return None
    return PaymentLink.objects.filter(
        id=parts[1], environment_id=instruction.environment_id
    ).first()


def wish_of(row: PaymentLink) -> Wish:
    """What PayTrace is told when the payer sends the card form."""
    if row.purpose == Purpose.STORE:
        return Wish(
            Kind.STORE_CUSTOMER,
            customer_number=row.customer_number,
            email=row.email,
            is_hosted=True,
        )
    assert row.amount is not None  # noqa: S101 the database says so
    return Wish(
        Kind.CHARGE,
        amount=Money(row.amount, row.currency),
        customer_number=row.customer_number,
        invoice_number=row.invoice_number,
        description=row.description,
        email=row.email,
        is_hosted=True,
    )


def _row(new: NewLink, *, environment_id: UUID, connection_id: UUID) -> PaymentLink:
    connection = operations.gateway(connection_id, environment_id)
    now = timezone.now()
    row = PaymentLink(
        environment_id=environment_id,
        connection_id=connection_id,
        purpose=new.purpose,
        amount=new.amount.amount if new.amount else None,
        currency=new.amount.currency if new.amount else "",
        customer_number=new.customer_number.strip(),
        invoice_number=new.invoice_number.strip(),
        description=new.description.strip(),
        email=new.email.strip(),
        page=new.page,
        may_keep=new.may_keep and new.amount is not None,
        expires_at=now + timedelta(days=new.days),
    )
    _check(row, new)
    wish = wish_of(row)
    if row.page == Page.PAYTRACE:
        row.state = PaymentLink.State.MAKING
        wish = own_pages.wish_of(row, is_mailed=new.is_mailed)
        offered.check(wish, connection)
    elif new.is_mailed:
        row.mail_due_at = now
    found = wishes.problems(wish, today=operations.day_of(connection))
    if found:
        raise BadWish(found)
    operations.check_currency(wish, connection)
    return row


def _check(row: PaymentLink, new: NewLink) -> None:
    if not row.customer_number:
        raise NotPossible("Say which customer is to pay.", field="customer_number")
    if not 1 <= new.days <= LONGEST_DAYS:
        raise NotPossible(
            f"A link is good for 1 to {LONGEST_DAYS} days, not {new.days}.", field="days"
        )
    if new.is_mailed and not row.email:
        raise NotPossible("Say where to mail the link to.", field="email")
    if row.page == Page.PAYTRACE and row.purpose == Purpose.STORE:
        raise NotPossible(
            "A card is left on Tieout’s page only: PayTrace tells nothing of one that was left on "
            "its own.",
            field="page",
        )
    if row.page == Page.PAYTRACE and row.may_keep:
        raise NotPossible(
            "PayTrace’s own page keeps no card for next time. Take the tick off, or let the "
            "customer pay on Tieout’s page.",
            field="may_keep",
        )


def _former(new: NewLink, *, environment_id: UUID, key: str) -> PaymentLink | None:
    found = PaymentLink.objects.filter(environment_id=environment_id, idempotency_key=key).first()
    if found is None:
        return None
    before = Money(found.amount, found.currency) if found.amount is not None else None
    asked = (
        new.amount, new.customer_number.strip(), new.invoice_number.strip(), new.may_keep, new.page,
    )  # fmt: skip
    made = (before, found.customer_number, found.invoice_number, found.may_keep, found.page)
    if made != asked:
        raise KeyReused(
            "This form made a link before, with other contents. Open the form anew.",
            field="idempotency_key",
        )
    return found


def _refuse_second(new: NewLink) -> PaymentLink:
    raise NotPossible(
        f"A link that asks {new.customer_number} for {new.invoice_number} is open already. "
        "Cancel it first: two of them could both be paid.",
        field="invoice_number",
    )


def _token(link_id: UUID) -> Secret:
    raw = keyed_hash(f"{current_tenant_id()}:{link_id}".encode(), purpose=_PURPOSE)
    return Secret(base64.urlsafe_b64encode(raw).rstrip(b"=").decode())


def _record(action: str, row: PaymentLink, actor: str) -> None:
    details = {"customer": row.customer_number, "invoice": row.invoice_number}
    if row.amount is not None:
        details["amount"] = str(Money(row.amount, row.currency))
    audit.record(
        action, actor=actor, subject=f"{row.get_purpose_display()} link", subject_id=row.id,
        details=details,
    )  # fmt: skip

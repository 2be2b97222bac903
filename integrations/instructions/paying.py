"""A payer and a payment link: what the page shows, and paying once.

Outside of transactions: it opens its own, and speaks to PayTrace in between.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from integrations.instructions import hosted, link_states, links, operations
from integrations.instructions.hosted import CardForm, Place
from integrations.instructions.link_models import PaymentLink
from integrations.instructions.links import Target
from integrations.instructions.models import Instruction, InstructionState
from integrations.instructions.operations import Taken
from integrations.instructions.policies import Who
from integrations.paytrace.people import HostedFields
from tenants.errors import NotPossible
from tenants.models import Tenant
from tenants.scope import tenant_transaction

S = PaymentLink.State


class LinkNotOpen(NotPossible):
    """The link is being paid, paid, or over: nothing was asked of PayTrace."""


@dataclass(frozen=True)
class Seen:
    """A link as a payer may see it. `tried` is the newest try, if there was one."""

    merchant: str
    link: PaymentLink
    tried: Instruction | None

    @property
    def state(self) -> PaymentLink.State:
        """As it is at this moment: expired also before anybody wrote that down."""
        return state_at(self.link, now=timezone.now())

    @property
    def place(self) -> Place:
        return Place(self.link.tenant_id, self.link.environment_id, self.link.connection_id)


def state_at(link: PaymentLink, *, now: datetime) -> PaymentLink.State:
    """A link's state; one that nobody has moved yet is expired all the same."""
    if link.state == S.OPEN and link.expires_at <= now:
        return S.EXPIRED
    return S(link.state)


def see(target: Target) -> Seen | None:
    """The link an address opens; None when it is not there any more."""
    with tenant_transaction(target.tenant_id):
        rows = PaymentLink.objects.select_related("environment", "instruction")
        found = rows.filter(id=target.link_id).first()
        if found is None:
            return None
        merchant = Tenant.objects.only("name").get(id=target.tenant_id).name
        return Seen(merchant, found, found.instruction)


def card_form(seen: Seen) -> CardForm:
    """PayTrace's card form for this link's account. Raises NotPossible with a sentence."""
    return hosted.card_form(seen.place)


def pay(seen: Seen, *, pair: HostedFields, keeps: bool = False) -> Instruction:
    """Charge or store the card that the form took, once; the instruction with its outcome.

    `keeps` has a card that was charged kept for next time, where the link allows it.

    The link goes from open to being paid in the very transaction that puts the attempt on record,
    so of two tabs one finds it open. From then on only PayTrace's answer moves it: paid, or open
    again when nothing was charged. Raises LinkNotOpen, and NotPossible when the account cannot be
    used now; then nothing was asked.
    """
    link_id = seen.link.id
    return hosted.tell_at_once(lambda: take(link_id, keeps=keeps), place=seen.place, hosted=pair)


def take(link_id: UUID, *, keeps: bool = False) -> Taken:
    """Move an open link to being paid and take in what PayTrace is then told, in one transaction.

    Inside the open company's transaction. Raises LinkNotOpen.
    """
    if not link_states.begin(link_id, now=timezone.now(), keeps=keeps):
        raise LinkNotOpen("This link cannot be paid now.")
    link = PaymentLink.objects.get(id=link_id)
    taken = operations.new_row(
        links.wish_of(link),
        environment_id=link.environment_id,
        connection_id=link.connection_id,
        idempotency_key=link_states.key_of_try(link),
        who=Who(f"Payment link of {link.made_by}"),
        state=InstructionState.SENT,
    )
    PaymentLink.objects.filter(id=link_id).update(instruction=taken.instruction)
    return taken

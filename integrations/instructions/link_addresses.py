"""Where open payment links are paid: on our pay page, or on PayTrace's own page."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from integrations.instructions import links
from integrations.instructions.link_mail import address_of
from integrations.instructions.link_models import PaymentLink


def addresses_of(found: Sequence[PaymentLink]) -> dict[UUID, str]:
    """The addresses of those that are open, as far as they are known: of PayTrace's own page it may
    have told none, and one under a former master key cannot be shown again. Whoever has one can
    pay. Inside the open company's transaction."""
    usable = [one for one in found if one.state == PaymentLink.State.OPEN]
    at_paytrace = [one for one in usable if one.page == PaymentLink.Page.PAYTRACE]
    tokens = links.tokens_of([one for one in usable if one.page == PaymentLink.Page.TIEOUT])
    ours = {link_id: address_of(token.reveal()) for link_id, token in tokens.items()}
    return ours | {one.id: one.page_address for one in at_paytrace if one.page_address}

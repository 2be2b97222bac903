"""Stored: the cards and plans that PayTrace keeps, brought in each night and when asked for; what
it lists no more is marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import structlog

from integrations.canonical.card_scan import contains_card_number
from integrations.canonical.edits import card_text
from integrations.canonical.errors import NeverWorks
from integrations.canonical.redaction import redact_text
from integrations.connections.models import Connection
from integrations.events.polling import Window
from integrations.instructions import bringing_in, unlisted
from integrations.open_items import queries as open_items
from integrations.paytrace.client import PayTraceClient
from integrations.paytrace.recurring import RecurringPlan
from integrations.paytrace.vault import VaultCustomer
from integrations.pipeline.sources import Found, Look
from tenants.scope import tenant_transaction

log = structlog.get_logger("pipeline.stored")
_TAKEN_OUT = card_text(b"").decode().rstrip("]")


def read_stored(look: Look, _: Window) -> Found:
    """Everything PayTrace keeps of this account's customers, whatever its day."""
    customers = [_clean(one) for one in look.client.vault.customers() if _may_be_kept(one)]
    plans = _plans(look.client)
    told: dict[str, Any] = {"connection": look.source, "asked_at": look.now}
    look.keep()
    with tenant_transaction(look.source.tenant_id):
        cards = bringing_in.cards(
            customers,
            numbers=_numbers(customers, look.source),
            **told,
        )
        started = bringing_in.plans(plans, **told)
        unlisted.mark_methods(customers, **told)
        unlisted.mark_plans(plans, **told)
    return Found(len(customers) + len(plans), cards + started)


def has_vault(connection: Connection) -> bool:
    """Whether the last test found that stored customers can be read."""
    return bool(connection.capabilities.get("customers", {}).get("available"))


def _numbers(customers: Sequence[VaultCustomer], source: Connection) -> dict[str, str]:
    """The customers in Sage that are called as the merchant calls them at PayTrace."""
    if source.posts_to_id is None:
        return {}
    wanted = bringing_in.numbers_to_try(customers)
    found = open_items.customers(company_id=source.posts_to_id, among=wanted)
    return {number.upper(): number for number in found}


def _plans(client: PayTraceClient) -> list[RecurringPlan]:
    """Those that are listed: API v3 publishes no list, and v1's is not published in a form that
    is sure to be read. No cards wait for that."""
    try:
        found = client.recurring.plans()
    except NeverWorks as error:
        log.warning("stored.plans_not_read", code=error.code)
        return []
    return [
        replace(one, description=redact_text(one.description))
        for one in found
        if _are_ids(one.recurrence_id, one.customer_id)
    ]


def _may_be_kept(one: VaultCustomer) -> bool:
    """A card is charged by its id, and one that reads like a card number cannot be kept."""
    return _are_ids(one.customer_id, one.label)


def _clean(one: VaultCustomer) -> VaultCustomer:
    return replace(one, name=redact_text(one.name), card_brand=redact_text(one.card_brand))


def _are_ids(*texts: str) -> bool:
    """Not where a card number stands, or stood before it was taken out of the answer."""
    return not any(
        contains_card_number(text.encode("utf-8", "replace")) or _TAKEN_OUT in text
        for text in texts
    )

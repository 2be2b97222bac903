"""Which PayTrace account a connection is, and whose books it posts to: fixed once either is in use.

Facts and instructions name the connection, and what they did to the books the merchant and the
Sage company. Of another merchant a number that is known would never be posted; under another
merchant id, or into another company, what is posted would be posted again once it settles.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from integrations.connections import operations
from integrations.connections.models import Connection
from integrations.events.models import GatewayBatch, GatewayFact
from integrations.instructions.models import Instruction, RecurringPlan, StoredPaymentMethod
from tenants.errors import NotPossible

_USES = (GatewayFact, GatewayBatch, Instruction, StoredPaymentMethod, RecurringPlan)


def change_settings(*, connection_id: UUID, actor: str, **given: Any) -> Connection:
    """As `update_settings` of `integrations.connections.operations`. Inside the open company's
    transaction.

    Raises NotPossible naming the field, besides, for another merchant or other books of an account
    of which something is known already.
    """
    found = Connection.objects.select_for_update(no_key=True).filter(id=connection_id).first()
    if found is not None and found.kind == Connection.Kind.PAYTRACE:
        _check_merchant(found, given.get("merchant_id"))
        _check_books(found, given.get("posts_to_id"))
    return operations.update_settings(connection_id=connection_id, actor=actor, **given)


def _check_merchant(account: Connection, wanted: str | None) -> None:
    known = str(account.settings["merchant_id"])
    if wanted is None or wanted.strip() == known or not _is_in_use(account):
        return
    raise NotPossible(
        f"{account.name} is merchant {known} to everything that came by it, and under another id "
        "its payments would be posted again. Pause it, and connect the other merchant as a "
        "connection of its own.",
        field="merchant_id",
    )


def _check_books(account: Connection, wanted: UUID | None) -> None:
    if account.posts_to is None or wanted in (None, account.posts_to_id):
        return
    if not _is_in_use(account):
        return
    other = Connection.objects.filter(id=wanted, environment_id=account.environment_id).first()
    there = other.name if other else "another company"
    raise NotPossible(
        f"The payments of {account.name} are in the books of {account.posts_to.name}, and what "
        f"PayTrace tells of them later would be posted again in {there}. Pause it, and connect "
        f"the account anew for {there}: the first look of that one reads the last two days.",
        field="posts_to",
    )


def _is_in_use(account: Connection) -> bool:
    return any(uses.objects.filter(connection=account).exists() for uses in _USES)

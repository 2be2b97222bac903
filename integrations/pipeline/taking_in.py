"""Taking in: what the gateway told becomes facts, and new facts become effects.

The one door for everything told: notices, polls, backfills and disputes. Told twice, or in
another order, it comes to the same.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from functools import partial

from integrations.canonical.effects import EffectKind, derive, person_needed
from integrations.canonical.transactions import GatewayTransaction
from integrations.connections.models import Connection
from integrations.events import facts, held_amounts
from integrations.events.models import GatewayFact
from integrations.instructions import late, own_pages
from integrations.pipeline import failed_runs, orphans, review, settling, unreadable
from integrations.posting import outbox
from tenants import work
from tenants.models import WorkKind

_Histories = Mapping[str, Sequence[GatewayTransaction]]


def take_in(
    transactions: Sequence[GatewayTransaction], *, source: Connection, seen_by: GatewayFact.SeenBy
) -> list[GatewayTransaction]:
    """Record some states and enter what they do to the books; gives back those that were new.

    Inside one tenant transaction: the facts, their effects and the company's bell commit
    together. Raises LookupError when the account posts nowhere.
    """
    if source.posts_to_id is None:
        raise LookupError("Facts are taken in only for an account that posts somewhere")
    unreadable.settle(transactions, source=source)
    fresh = facts.record(transactions, connection_id=source.id, seen_by=seen_by)
    held_amounts.record(transactions, connection_id=source.id, seen_by=seen_by)
    if not fresh:
        return []
    late.correct(fresh, connection_id=source.id, payments=partial(_newest, connection_id=source.id))
    own_pages.told_of(fresh, connection_id=source.id)
    histories = facts.histories(
        connection_id=source.id, transaction_ids=[one.transaction_id for one in fresh]
    )
    _enter_effects(fresh, histories, source=source, seen_by=seen_by)
    for transaction in fresh:
        _look(transaction, histories[transaction.transaction_id], source=source, found_by=seen_by)
        failed_runs.ask(transaction, source=source, found_by=seen_by)
    settling.told_of(fresh, source=source)
    work.ring(WorkKind.DELIVER, tenant_id=source.tenant_id, subject_id=source.posts_to_id)
    return fresh


def _newest(
    transaction_ids: Sequence[str], *, connection_id: uuid.UUID
) -> dict[str, GatewayTransaction]:
    told = facts.histories(connection_id=connection_id, transaction_ids=transaction_ids)
    return {number: states[-1] for number, states in told.items()}


def _enter_effects(
    fresh: Sequence[GatewayTransaction],
    histories: _Histories,
    *,
    source: Connection,
    seen_by: GatewayFact.SeenBy,
) -> None:
    assert source.posts_to_id is not None  # noqa: S101 the caller looked; this tells the type
    # Sales before refunds, so that a refund finds its sale.
    in_order = sorted(fresh, key=lambda one: (one.created_at, one.transaction_id))
    made = outbox.add(
        [(spec, transaction) for transaction in in_order for spec in derive(transaction)],
        environment_id=source.environment_id,
        company_id=source.posts_to_id,
        source_id=source.id,
        found_by=seen_by,
    )
    for states in histories.values():
        if len(states) > 1:
            outbox.note_gateway_state(source_id=source.id, transaction=states[-1])
    sales = {transaction_id for transaction_id, kind in made if kind == EffectKind.SALE}
    orphans.wake([one for one in fresh if one.transaction_id in sales], source=source)


def _look(
    transaction: GatewayTransaction,
    history: Sequence[GatewayTransaction],
    *,
    source: Connection,
    found_by: GatewayFact.SeenBy,
) -> None:
    """What nobody can read, or no life cycle joins, goes to a person, never to a guess."""
    reason = person_needed(transaction, history=history)
    if reason:
        review.ask(transaction, source=source, reason=reason, found_by=found_by)
    elif len(history) > 1:
        review.settle(transaction, source=source)

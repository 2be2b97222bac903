"""Batches and ACH deposits as sources: an independent count of what must be known.

Where one holds more than we know, it is read itself, line by line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date

from integrations.canonical.ach import AchDepositPart
from integrations.canonical.ach_states import to_batch, to_payment
from integrations.canonical.transactions import Batch, PaymentMethod, Record, Unreadable
from integrations.events import batches, held
from integrations.events.models import GatewayBatch, Source
from integrations.events.polling import Window
from integrations.pipeline import late_returns, settling, unreadable
from integrations.pipeline.sources import Found, Look
from tenants.scope import tenant_transaction

_METHODS = {Source.BATCHES: PaymentMethod.CARD, Source.DEPOSITS: PaymentMethod.ACH}


def read_settled_on(look: Look, origin: Source, day: date) -> Found:
    """What settled on a past day, with what it holds that is not known yet. `origin` is batches or
    ACH deposits."""
    total, _ = _take_all(look, origin, first_day=day, last_day=day)
    with tenant_transaction(look.source.tenant_id):
        settling.enter(source=look.source, method=_METHODS[origin])
    return total


def _read(look: Look, window: Window, origin: Source) -> Found:
    total, kept = _take_all(look, origin, first_day=window.first_day, last_day=window.last_day)
    with tenant_transaction(look.source.tenant_id):
        unreadable.settle_batches(
            source=look.source, origin=origin, first_day=window.first_day, but=kept
        )
        settling.enter(source=look.source, method=_METHODS[origin])
    return total


def _take_all(
    look: Look, origin: Source, *, first_day: date, last_day: date
) -> tuple[Found, list[str]]:
    """What was found, and by their names the batches that cannot be read."""
    total, kept = Found(), []
    for told in _told(look, origin, first_day, last_day):
        if isinstance(told, Unreadable):
            kept.append(look.ask_about_batch(told, origin=origin, day=last_day))
            unreadable.check_flood(len(kept), day=last_day)
        elif told.settled_at is not None:
            total += _deposit(look, told) if origin is Source.DEPOSITS else _batch(look, told)
    return total, kept


def _told(
    look: Look, origin: Source, first_day: date, last_day: date
) -> Iterator[Batch | Unreadable]:
    if origin is Source.BATCHES:
        yield from look.client.batches(start=first_day, end=last_day)
        return
    for one in look.client.ach.deposits(start=first_day, end=last_day):
        yield one if isinstance(one, Unreadable) else to_batch(one, zone=look.zone)


def _batch(look: Look, told: Batch) -> Found:
    connection = look.source
    with tenant_transaction(connection.tenant_id):
        batch = batches.keep(told, connection_id=connection.id, zone=look.zone)
        settling.look_again(batch, source=connection)
        is_known = held.known(batch, zone=look.zone) >= batch.transaction_count
    return Found() if is_known else _listed(look, batch)


def _listed(look: Look, batch: GatewayBatch) -> Found:
    """What the gateway lists of a batch that holds more than we know."""
    listed = look.client.batch_transactions(batch.number)
    found = look.take_in(
        held.of_batch(listed, batch, zone=look.zone), origin=Source.BATCHES, day=batch.settled_on
    )
    with tenant_transaction(look.source.tenant_id):
        batches.note_listed(batch, count=found.seen)
    return found


def _deposit(look: Look, told: Batch) -> Found:
    """Its lines are taken in before the deposit is: what it comes to and what it holds change
    together, so that no walk sees one without the other."""
    connection = look.source
    with tenant_transaction(connection.tenant_id):
        before = batches.find(told, connection_id=connection.id, zone=look.zone)
        is_known = before is not None and held.known(before, zone=look.zone) >= (
            told.transaction_count
        )
    lines = [] if is_known else look.client.ach.deposit_transactions(told.number)
    found = _take_in(look, lines, day=batches.day_told(told, zone=look.zone))
    with tenant_transaction(connection.tenant_id):
        deposit = batches.keep(told, connection_id=connection.id, zone=look.zone)
        _keep(deposit, lines, look)
    return found


def _once_more(look: Look, window: Window) -> Found:
    """The lines of deposits before the window of which some are not known yet."""
    connection, total = look.source, Found()
    with tenant_transaction(connection.tenant_id):
        rows = held.incomplete(connection_id=connection.id, before=window.first_day)
    for deposit in rows:
        lines = look.client.ach.deposit_transactions(deposit.number)
        total += _take_in(look, lines, day=deposit.settled_on)
        with tenant_transaction(connection.tenant_id):
            deposit.refresh_from_db()
            _keep(deposit, lines, look)
    return total


def _take_in(look: Look, lines: Iterable[AchDepositPart | Unreadable], *, day: date) -> Found:
    return look.take_in(_payments(lines, look), origin=Source.DEPOSITS, day=day)


def _keep(deposit: GatewayBatch, lines: Sequence[AchDepositPart | Unreadable], look: Look) -> None:
    """Keep the lines that were listed, and see whether the deposit agrees now."""
    has_more = held.add_parts(deposit, [one for one in lines if isinstance(one, AchDepositPart)])
    if lines:
        batches.note_listed(deposit, count=len(lines))
    settling.look_again(deposit, source=look.source, has_more=has_more)


def _payments(lines: Iterable[AchDepositPart | Unreadable], look: Look) -> Iterator[Record]:
    for line in lines:
        yield line if isinstance(line, Unreadable) else to_payment(line.payment, seen_at=look.now)


def _batches(look: Look, window: Window) -> Found:
    return _read(look, window, Source.BATCHES)


def _deposits(look: Look, window: Window) -> Found:
    # What is new first: an old one that cannot be listed must not keep it away.
    found = _read(look, window, Source.DEPOSITS)
    found += _once_more(look, window)
    with tenant_transaction(look.source.tenant_id):
        late_returns.look(source=look.source, now=look.now)
    return found


READERS: Mapping[Source, Callable[[Look, Window], Found]] = {
    Source.BATCHES: _batches,
    Source.DEPOSITS: _deposits,
}

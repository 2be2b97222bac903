"""Sources: how each thing the gateway tells is read, one day or chunk at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from integrations.canonical.ach import AchTransaction
from integrations.canonical.ach_states import TURNS, to_payment
from integrations.canonical.transactions import Batch, GatewayTransaction
from integrations.connections.models import Connection
from integrations.events import batches, counting, polling
from integrations.events.models import GatewayFact, Source
from integrations.events.polling import Window
from integrations.paytrace.ach import AchDateKind
from integrations.paytrace.client import PayTraceClient
from integrations.pipeline.taking_in import take_in
from tenants.scope import tenant_transaction


@dataclass(frozen=True)
class Look:
    """One look through one account. The network is touched outside of transactions only."""

    source: Connection
    client: PayTraceClient
    now: datetime
    keep: Callable[[], bool]
    """Called between chunks, to keep the drain while a long look lasts."""

    @property
    def zone(self) -> str:
        return str(self.source.settings.get("zone", "America/Los_Angeles"))

    def take_in(self, found: Sequence[GatewayTransaction]) -> Found:
        """Take a list in, chunk by chunk, each committed by itself."""
        new = 0
        for start in range(0, len(found), polling.CHUNK):
            with tenant_transaction(self.source.tenant_id):
                fresh = take_in(
                    found[start : start + polling.CHUNK],
                    source=self.source,
                    seen_by=GatewayFact.SeenBy.SYNC,
                )
            new += len(fresh)
            self.keep()
        return Found(len(found), new)


@dataclass(frozen=True)
class Found:
    """How many transactions were looked at, and how many told something new."""

    seen: int = 0
    new: int = 0

    def __add__(self, other: Found) -> Found:
        return Found(self.seen + other.seen, self.new + other.new)


def read_day(look: Look, day: date) -> Found:
    """One day of card payments, counted for the lost-notice meter."""
    found = look.client.transactions(start=day, end=day)
    connection = look.source
    with tenant_transaction(connection.tenant_id):
        counting.begin_day(found, connection_id=connection.id, day=day)
    taken = look.take_in(found)
    with tenant_transaction(connection.tenant_id):
        counting.end_day(connection_id=connection.id, day=day)
    return taken


def read_ach_day(look: Look, day: date) -> Found:
    """One day of ACH payments, as they stand now."""
    return look.take_in(_payments(look.client.ach.transactions(start=day, end=day), look))


def _cards(look: Look, window: Window) -> Found:
    """Day by day, so that an outage of weeks is made up for in steps that stay done."""
    total = Found()
    for day in window.days():
        total += read_day(look, day)
        with tenant_transaction(look.source.tenant_id):
            polling.advance(
                connection_id=look.source.id,
                source=Source.TRANSACTIONS,
                to=window.complete_after(day),
            )
    return total


def _behind(look: Look, window: Window) -> Found:
    """The same days again, long after: what appeared behind the watermark is found here."""
    total = Found()
    for day in window.days():
        total += read_day(look, day)
    return total


def _batches(look: Look, window: Window) -> Found:
    """An independent count: where a batch holds more than we know, it is read itself."""
    total = Found()
    for told in look.client.batches(start=window.first_day, end=window.last_day):
        total += _batch(look, told)
    return total


def _batch(look: Look, told: Batch) -> Found:
    connection = look.source
    with tenant_transaction(connection.tenant_id):
        batch = batches.keep(told, connection_id=connection.id, zone=look.zone)
        if batch is None or batches.known(batch, zone=look.zone) >= batch.transaction_count:
            return Found()
    listed = look.client.batch_transactions(told.number)
    own = batches.of_batch(listed, batch, zone=look.zone)
    with tenant_transaction(connection.tenant_id):
        batches.note_listed(batch, count=len(own))
    return look.take_in(own)


def _ach(look: Look, window: Window) -> Found:
    """By both dates: a payment settles days after it was taken."""
    total = Found()
    for kind in AchDateKind:
        found = look.client.ach.transactions(start=window.first_day, end=window.last_day, by=kind)
        total += look.take_in(_payments(found, look))
    return total


def _returns(look: Look, window: Window) -> Found:
    """What turned after it had settled or was on its way, up to three months late."""
    found = look.client.ach.transactions(
        start=window.first_day, end=window.last_day, statuses=TURNS
    )
    return look.take_in(_payments(found, look))


def _payments(found: Sequence[AchTransaction], look: Look) -> list[GatewayTransaction]:
    return [to_payment(one, seen_at=look.now) for one in found]


READERS: Mapping[Source, Callable[[Look, Window], Found]] = {
    Source.TRANSACTIONS: _cards,
    Source.BEHIND: _behind,
    Source.BATCHES: _batches,
    Source.ACH: _ach,
    Source.RETURNS: _returns,
}

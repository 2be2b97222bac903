"""Sources: how each thing the gateway tells is read, one day or chunk at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from zoneinfo import ZoneInfo

from integrations.canonical.ach import AchTransaction
from integrations.canonical.ach_states import TURNS, to_payment
from integrations.canonical.transactions import Record, Unreadable
from integrations.connections.models import Connection
from integrations.events import counting, facts, held_amounts, polling
from integrations.events.models import GatewayFact, Source
from integrations.events.polling import Window
from integrations.paytrace.ach import AchDateKind
from integrations.paytrace.client import PayTraceClient
from integrations.paytrace.listed import Listed
from integrations.pipeline import holds, unreadable
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

    def take_in(self, told: Iterable[Record], *, origin: Source, day: date) -> Found:
        """Take in what is told, chunk by chunk, each committed by itself; what cannot be read
        goes to a person. `day` is where it was told, for what has no readable day of its own.
        """
        found, records = Found(), iter(told)
        while chunk := list(islice(records, polling.CHUNK)):
            readable = [one for one in chunk if not isinstance(one, Unreadable)]
            kept = [one for one in chunk if isinstance(one, Unreadable)]
            where = unreadable.Place(self.source, origin, day, GatewayFact.SeenBy.SYNC)
            with tenant_transaction(self.source.tenant_id):
                fresh = take_in(readable, source=self.source, seen_by=GatewayFact.SeenBy.SYNC)
                keys = unreadable.ask_all(kept, where=where)
            found += Found(len(chunk), len(fresh), keys, _oldest(kept))
            unreadable.check_flood(len(found.unreadable), day=day)
            self.keep()
        return found

    def ask_about_batch(self, one: Unreadable, *, origin: Source, day: date) -> str:
        """Of the day it settled where that can be read, else of `day`."""
        told = one.created_at.astimezone(ZoneInfo(self.zone)).date() if one.created_at else day
        where = unreadable.Place(self.source, origin, told, GatewayFact.SeenBy.SYNC)
        with tenant_transaction(self.source.tenant_id):
            return unreadable.ask_about_batch(one, where=where)

    def take_in_list(self, told: Iterable[Listed], *, day: date) -> Found:
        """The same of a day's list of card payments, of which only what is news is read."""
        found, records = Found(), iter(told)
        while page := list(islice(records, polling.PAGE)):
            news = self._news(page)
            found += Found(seen=len(page) - len(news))
            found += self.take_in((one.read() for one in news), origin=Source.TRANSACTIONS, day=day)
            unreadable.check_flood(len(found.unreadable), day=day)
            self.keep()
        return found

    def _news(self, page: Sequence[Listed]) -> list[Listed]:
        """Those in a state that is not known yet, those that a person is asked about, and holds,
        whose amount may change while they are held."""
        keys = [one.key for one in page]
        ids = list({key[0] for key in keys if key is not None})
        with tenant_transaction(self.source.tenant_id):
            known = facts.known_states(connection_id=self.source.id, transaction_ids=ids)
            asked = unreadable.open_names(source_id=self.source.id)
        return [
            one
            for one, key in zip(page, keys, strict=True)
            if key is None or key not in known or key[0] in asked or key[1] == held_amounts.HELD
        ]


@dataclass(frozen=True)
class Found:
    """How many transactions were looked at, and how many told something new."""

    seen: int = 0
    new: int = 0
    unreadable: tuple[str, ...] = ()
    """By their names in our books, the same for the same record each time it is told."""
    oldest_unreadable: datetime | None = None

    def __add__(self, other: Found) -> Found:
        moments = [m for m in (self.oldest_unreadable, other.oldest_unreadable) if m]
        return Found(
            self.seen + other.seen,
            self.new + other.new,
            self.unreadable + other.unreadable,
            min(moments, default=None),
        )


def read_day(look: Look, day: date) -> Found:
    """One day of card payments, counted for the lost-notice meter."""
    found = look.take_in_list(look.client.listed(start=day, end=day), day=day)
    connection = look.source
    with tenant_transaction(connection.tenant_id):
        counting.count_day(
            connection_id=connection.id,
            day=day,
            told=found.seen,
            oldest_unseen_at=found.oldest_unreadable,
        )
        unreadable.settle_nameless(source=connection, day=day, but=found.unreadable)
    return found


def read_ach_day(look: Look, day: date) -> Found:
    """One day of ACH payments, as they stand now."""
    told = look.client.ach.listed(start=day, end=day)
    return look.take_in(_payments(told, look), origin=Source.ACH, day=day)


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
    """The same days again, long after: what appeared behind the watermark is found here, what
    could not be read is asked for once more, and holds made before that are looked at."""
    total = _once_more(look, window)
    old = holds.older(source=look.source, client=look.client, window=window, keep=look.keep)
    total += look.take_in(old, origin=Source.BEHIND, day=window.first_day)
    holds.look_at_list(source=look.source, client=look.client, window=window)
    for day in window.days():
        total += read_day(look, day)
    return total


def _once_more(look: Look, window: Window) -> Found:
    """By its number; where it has none, by its whole day."""
    with tenant_transaction(look.source.tenant_id):
        open_ones = unreadable.open_ones(source_id=look.source.id)
    total = Found()
    for one in open_ones:
        if one.record_id:
            told = unreadable.fetch(one.record_id, client=look.client, origin=one.origin)
            total += look.take_in(_payments(told, look), origin=one.origin, day=one.day)
    days = {one.day for one in open_ones if not one.record_id}
    for day in sorted(days - set(window.days())):
        total += read_day(look, day)
    return total


def _ach(look: Look, window: Window) -> Found:
    """By both dates: a payment settles days after it was taken."""
    total = Found()
    for kind in AchDateKind:
        told = look.client.ach.listed(start=window.first_day, end=window.last_day, by=kind)
        total += look.take_in(_payments(told, look), origin=Source.ACH, day=window.last_day)
    return total


def _returns(look: Look, window: Window) -> Found:
    """What turned after it had settled or was on its way, up to three months late."""
    told = look.client.ach.listed(start=window.first_day, end=window.last_day, statuses=TURNS)
    return look.take_in(_payments(told, look), origin=Source.RETURNS, day=window.last_day)


def _payments(told: Iterable[AchTransaction | Record], look: Look) -> Iterator[Record]:
    for one in told:
        yield to_payment(one, seen_at=look.now) if isinstance(one, AchTransaction) else one


def _oldest(kept: Sequence[Unreadable]) -> datetime | None:
    return min((one.created_at for one in kept if one.created_at), default=None)


READERS: Mapping[Source, Callable[[Look, Window], Found]] = {
    Source.TRANSACTIONS: _cards,
    Source.BEHIND: _behind,
    Source.ACH: _ach,
    Source.RETURNS: _returns,
}

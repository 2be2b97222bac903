"""The one sentence that is the whole state, worst news first. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from integrations.connections.models import Connection
from integrations.posting.queries import Total
from integrations.posting.today import Numbers
from integrations.posting.words import Tone
from portal.web.moments import clock

_TROUBLE = {
    Connection.State.OFFLINE: "is offline",
    Connection.State.WAITING_CREDENTIAL: "refuses our sign-in",
    Connection.State.MISCONFIGURED: "needs a setting",
}


@dataclass(frozen=True)
class Headline:
    tone: Tone
    icon: str
    sentence: str
    more: str = ""


@dataclass(frozen=True)
class Moment:
    """Now, and the zone it is told in."""

    now: datetime
    zone: str

    def clock(self, at: datetime) -> str:
        return clock(at, zone=self.zone, now=self.now)


def headline(numbers: Numbers, *, connections: Sequence[Connection], moment: Moment) -> Headline:
    """What a person must know first; everything else on the page explains it."""
    halted = next((c for c in connections if c.halted_at), None)
    if halted:
        more = halted.halted_reason or "Nothing is posted until somebody has looked."
        return Headline(Tone.ATTENTION, "octagon-x", f"Posting to {halted} is halted.", more)
    set_up = _set_up(connections)
    if set_up:
        return set_up
    troubled = next((c for c in connections if c.state in _TROUBLE), None)
    if numbers.needs_you:
        return _needs_you(numbers, troubled, moment)
    if troubled or numbers.waiting:
        return _waiting(numbers, troubled, moment)
    paused = next((c for c in connections if c.paused_at), None)
    if paused:
        more = paused.paused_reason or "Resume it when you are ready. Nothing is lost."
        return Headline(Tone.WAITING, "circle-pause", f"{paused} is paused.", more)
    return _calm(numbers)


def count_words(totals: Sequence[Total]) -> str:
    """`3 payments`, `1 payment`."""
    count = sum(total.count for total in totals)
    return "1 payment" if count == 1 else f"{count} payments"


def money_words(totals: Sequence[Total]) -> str:
    """What the totals hold: `12,430.00 USD and 740.00 EUR`; money given back when only that."""
    shown = [str(total.money_in if total.money_in.amount else total.money_back) for total in totals]
    return " and ".join(shown)


# A disputes provider is an addition: payments arrive without one.
_NEEDED = (Connection.Kind.PAYTRACE, Connection.Kind.SAGEPRO)


def _set_up(connections: Sequence[Connection]) -> Headline | None:
    kinds = {connection.kind for connection in connections}
    missing = [kind.label for kind in _NEEDED if kind not in kinds]
    if not missing:
        return None
    sentence = f"Connect {' and '.join(missing)} to see your first payment arrive."
    more = "It takes about five minutes each. Nothing is posted before both are tested."
    return Headline(Tone.MOVING, "plug", sentence, more)


def _needs_you(numbers: Numbers, troubled: Connection | None, moment: Moment) -> Headline:
    count = count_words(numbers.needs_you)
    verb = "needs" if count == "1 payment" else "need"
    sentence = f"{count} {verb} you: {money_words(numbers.needs_you)}."
    more = "Everything else is in Sage or on its way."
    if troubled:
        more = f"{_trouble_words(troubled, moment)} What waits for it is not lost."
    return Headline(Tone.ATTENTION, "circle-alert", sentence, more)


def _waiting(numbers: Numbers, troubled: Connection | None, moment: Moment) -> Headline:
    more = "Nothing is lost; it will post by itself."
    if numbers.waiting:
        count = count_words(numbers.waiting)
        verb = "is" if count == "1 payment" else "are"
        sentence = f"{count} {verb} waiting: {money_words(numbers.waiting)}."
        if troubled:
            more = f"{_trouble_words(troubled, moment)} {more}"
        return Headline(Tone.WAITING, "clock", sentence, more)
    assert troubled is not None  # noqa: S101 one of the two brought us here
    return Headline(
        Tone.WAITING, "clock", _trouble_words(troubled, moment), troubled.state_sentence
    )


def _trouble_words(connection: Connection, moment: Moment) -> str:
    since = moment.clock(connection.state_since)
    return f"{connection} {_TROUBLE[Connection.State(connection.state)]} since {since}."


def _calm(numbers: Numbers) -> Headline:
    if numbers.moving:
        count = count_words(numbers.moving)
        verb = "is" if count == "1 payment" else "are"
        sentence = f"{count} {verb} on the way to Sage: {money_words(numbers.moving)}."
        return Headline(Tone.MOVING, "arrow-up-right", sentence, "Nothing needs you.")
    if numbers.received:
        sentence = (
            f"Everything received today is settled in your books: "
            f"{count_words(numbers.received)}, {money_words(numbers.received)}."
        )
        return Headline(Tone.GOOD, "circle-check", sentence, "No payment waits and none needs you.")
    return Headline(
        Tone.GOOD,
        "circle-check",
        "No payments yet today.",
        "Both connections are watched; the next payment shows up here by itself.",
    )

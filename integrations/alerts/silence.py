"""Silence: nothing has come where the account's own week says that something should have."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from integrations.alerts.evaluation import Condition
from integrations.connections.models import Connection
from integrations.events import rhythm
from integrations.events.models import Rhythm
from tenants.models import Environment

# Where this many are usual and none has come, chance alone explains it less than once in 400.
TOO_MANY_MISSED = 6.0

_WHAT = {
    Rhythm.Stream.PAYMENTS: (
        "No payment has come through {name} since {since}, where about {count} are usual by now. "
        "Is the shop or the terminal working?"
    ),
    Rhythm.Stream.NOTICES: (
        "No notice has come from {name} since {since}, where about {count} are usual by now. "
        "Nothing is lost: payments are found by looking through PayTrace every few minutes."
    ),
}


def silences(environment: Environment, link: str, *, now: datetime) -> Iterator[Condition]:
    """The streams of each working account that are too quiet; inside the tenant transaction."""
    accounts = Connection.objects.filter(
        environment=environment,
        kind=Connection.Kind.PAYTRACE,
        state=Connection.State.CONNECTED,
        paused_at=None,
    )
    for account in accounts:
        for usual in Rhythm.objects.filter(connection=account):
            sentence = _sentence(account, usual, zone=environment.zone, now=now)
            if sentence:
                key = f"{account.id}:{usual.stream}"
                page = f"{link}/connections/{account.id}/"
                yield Condition("connection_silent", key, sentence, page)


def _sentence(account: Connection, usual: Rhythm, *, zone: str, now: datetime) -> str:
    last = rhythm.last_at(connection_id=account.id, stream=usual.stream)
    if last is None:
        return ""
    missed = rhythm.expected(usual.hours, since=last, until=now, zone=str(account.settings["zone"]))
    if missed < TOO_MANY_MISSED:
        return ""
    since = last.astimezone(ZoneInfo(zone))
    return _WHAT[Rhythm.Stream(usual.stream)].format(
        name=account.name, since=f"{since:%A %H:%M}", count=f"{missed:.0f}"
    )

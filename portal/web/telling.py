"""Telling of a dispute from the page of the payment or case it is about, with what is known of it
filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from integrations.canonical.disputes import case_number
from integrations.canonical.effects import EffectKind
from integrations.canonical.money import Money, round_to
from integrations.events.models import GatewayFact
from integrations.posting.models import Effect, EffectState

# What the form may be opened with, and how long each can be.
_FIELDS = {
    "account": 36, "case_number": 40, "payment": 64, "state": 6, "happened_on": 10, "amount": 20,
}  # fmt: skip
_OVER = frozenset({"won", "lost"})


@dataclass(frozen=True)
class Telling:
    """A button: its words, and the form’s fields as a query."""

    words: str
    query: str


def tellings(effect: Effect, facts: Sequence[GatewayFact]) -> list[Telling]:
    """What can be told from this page: a dispute of a payment, how an open case ended, or that
    it may be contested until another day."""
    if effect.kind == EffectKind.SALE and effect.state == EffectState.POSTED:
        known = {"payment": effect.transaction_id, "state": "opened"}
        return [_telling("Enter a chargeback", effect, known)]
    if effect.kind != EffectKind.CHARGEBACK or any(fact.state in _OVER for fact in facts):
        return []
    zone = ZoneInfo(str(effect.source.settings["zone"]))
    case = {"case_number": case_number(effect.transaction_id), "payment": _payment(effect, facts)}
    opened_on = effect.occurred_at.astimezone(zone).date().isoformat()
    return [
        _telling("It was won", effect, case | {"state": "won"}),
        _telling("It was lost", effect, case | {"state": "lost"}),
        _telling("Another last day", effect, case | {"state": "opened", "happened_on": opened_on}),
    ]


def filled_in(asked: Mapping[str, str]) -> dict[str, Any]:
    """The form’s first values, from the address it was opened with."""
    return {
        name: asked[name]
        for name, longest in _FIELDS.items()
        if asked.get(name) and len(asked[name]) <= longest
    }


def _telling(words: str, effect: Effect, known: Mapping[str, str]) -> Telling:
    amount = Money(round_to(effect.amount, effect.currency), effect.currency)
    fields = {"account": str(effect.source_id), "amount": amount.plain, **known}
    return Telling(words, urlencode(fields))


def _payment(effect: Effect, facts: Sequence[GatewayFact]) -> str:
    if effect.parent is not None:
        return effect.parent.transaction_id
    named = [str(fact.details.get("original_transaction_id", "")) for fact in facts]
    return next(filter(None, named), "")

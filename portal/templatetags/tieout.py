"""What templates need to say money, times and states the one way the portal says them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import lucide
from django import template
from django.template.context import Context
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from integrations.canonical.attempt_numbers import invoice_in
from integrations.canonical.card_brands import brand_word
from integrations.canonical.effects import EffectKind
from integrations.canonical.money import Money, exponent
from integrations.instructions.models import PaymentLink
from integrations.posting import words
from integrations.posting.models import Effect
from portal import instruction_words, link_words
from portal.web import moments
from portal.web.forms.instructions import frequency_words

register = template.Library()
MINUS = "\u2212"
_HOME_ZONE = "America/Los_Angeles"


@register.simple_tag
def icon(name: str, size: int = 16) -> SafeString:
    """A lucide icon drawn into the page, silent for screen readers: words say it."""
    return _icon(str(name) + "", size)


@lru_cache(maxsize=512)
def _icon(name: str, size: int) -> SafeString:
    """Drawn once: the package opens its archive and builds the whole drawing every time."""
    drawn = lucide._render_icon(name, size, **{"class": "icon", "aria-hidden": "true"})  # noqa: SLF001 what the package's own tag calls
    return mark_safe(drawn)  # noqa: S308 comes from the package's files


@register.filter
def money(value: Money | Decimal, currency: str = "") -> SafeString:
    """`1,234.50 USD`, the currency in small. Takes Money, or an amount and its currency."""
    if isinstance(value, Money):
        return _money(value.amount, value.currency, sign="")
    return _money(value, currency, sign="")


@register.filter
def signed_money(value: Money) -> SafeString:
    """The same, with a minus where it is below zero."""
    return _money(abs(value.amount), value.currency, sign=MINUS if value.amount < 0 else "")


@register.filter
def effect_money(effect: Any) -> SafeString:
    """An effect's amount, with a minus when it takes money back; words where it is unknown."""
    if effect.kind in {"unreadable", "review"} and not effect.amount:
        return format_html('<span class="soft">{}</span>', "amount not readable")
    if effect.kind == "flagged_row" and not effect.amount:
        return format_html('<span class="soft">{}</span>', "no amount")
    sign = MINUS if effect.kind in words.MONEY_BACK else ""
    return _money(effect.amount, effect.currency, sign=sign)


@register.filter
def invoice_words(reference: str) -> str:
    """What a payment says it is for, without the code under which PayTrace was told."""
    return invoice_in(reference)


@register.filter
def plain_money(value: Decimal, currency: str) -> str:
    """`1,234.50` without its currency, for columns whose heading says it."""
    return f"{value:,.{exponent(currency)}f}"


@register.simple_tag(takes_context=True)
def when(context: Context, moment: datetime | None) -> SafeString:
    """A time in the environment's zone, with the full words on hover."""
    return _when(context, moment, say=moments.clock)


_TOLD_BY_DAY = frozenset(
    {EffectKind.CHARGEBACK, EffectKind.CHARGEBACK_WON, EffectKind.CHARGEBACK_LOST, EffectKind.FEE}
)


@register.simple_tag(takes_context=True)
def when_of(context: Context, effect: Effect) -> SafeString:
    """When an effect happened; of a dispute the day, because no time is ever told."""
    if effect.kind not in _TOLD_BY_DAY:
        return when(context, effect.occurred_at)
    # A day of the account: seen from the environment's zone it may begin on the one before.
    day = effect.occurred_at.astimezone(ZoneInfo(effect.source.settings["zone"])).date()
    words = moments.day(day, today=moments.today_in(_zone(context), now=timezone.now()))
    return format_html('<time datetime="{}">{}</time>', day.isoformat(), words)


@register.simple_tag(takes_context=True)
def when_brief(context: Context, moment: datetime | None) -> SafeString:
    """The same without the zone's name, for columns whose heading says it."""
    return _when(context, moment, say=moments.brief)


def _when(context: Context, moment: datetime | None, *, say: Callable[..., str]) -> SafeString:
    if moment is None:
        return SafeString("never")
    zone = _zone(context)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        moment.isoformat(),
        moments.full(moment, zone=zone),
        say(moment, zone=zone, now=timezone.now()),
    )


@register.filter
def span(duration: timedelta) -> str:
    """A duration in words."""
    return moments.span(duration)


@register.filter
def zone_word(zone: str) -> str:
    """The zone as people say it: Pacific."""
    return moments.zone_word(zone)


@register.inclusion_tag("components/badge.html")
def state_badge(state: str, size: str = "") -> dict[str, Any]:
    """The word of an effect state with its icon and tint."""
    return {"word": words.word_of(state), "size": size}


@register.inclusion_tag("components/badge.html")
def instruction_badge(state: str, size: str = "") -> dict[str, Any]:
    """The word of an instruction's state with its icon and tint."""
    return {"word": instruction_words.instruction_word(state), "size": size}


@register.inclusion_tag("components/badge.html")
def plan_badge(state: str, size: str = "") -> dict[str, Any]:
    """The word of a recurring plan's state with its icon and tint."""
    return {"word": instruction_words.plan_word(state), "size": size}


@register.inclusion_tag("components/badge.html")
def link_badge(state: str, purpose: str, size: str = "") -> dict[str, Any]:
    """The word of a payment link's state with its icon and tint."""
    return {"word": link_words.link_word(state, purpose), "size": size}


@register.simple_tag
def link_sentence(link: PaymentLink, state: str) -> str:
    """What a payment link's state means, in a sentence."""
    return link_words.sentence_of(link, state)


@register.filter
def instruction_sentence(state: str) -> str:
    """What an instruction's state means, in a sentence."""
    return instruction_words.instruction_word(state).sentence


@register.filter
def how_often(code: str) -> str:
    """A plan's frequency in words: `every month`."""
    return frequency_words(code)


@register.filter
def state_sentence(state: str) -> str:
    """What an effect state means, in a sentence."""
    return words.sentence_of(state)


@register.filter
def kind_word(kind: str) -> str:
    """Payment, Refund, Void, Declined."""
    return words.kind_word(kind)


@register.filter
def in_words(value: str) -> str:
    """`pending_settlement` as `Pending settlement`."""
    return str(value).replace("_", " ").strip().capitalize()


@register.filter
def brand(value: str) -> str:
    """`visa` as `Visa`."""
    return brand_word(value)


@register.filter
def entry(mapping: Mapping[str, Any], key: str) -> Any:
    """The value under a key, or nothing."""
    return mapping.get(key, "")


def _money(amount: Decimal, currency: str, *, sign: str) -> SafeString:
    shown = f"{abs(amount):,.{exponent(currency)}f}"
    negative = sign or (MINUS if amount < 0 else "")
    return format_html(
        '<span class="money">{}{}<abbr>{}</abbr></span>', negative, shown, f" {currency}"
    )


def _zone(context: Context) -> str:
    place = context.get("place")
    return str(place.environment.zone) if place else _HOME_ZONE

"""Today: the whole state in one sentence, the numbers behind it, and what just arrived."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from integrations.connections import queries as connections
from integrations.connections import worksheet, writing
from integrations.connections.models import Connection
from integrations.events import queries as events
from integrations.exceptions import queries as exceptions
from integrations.instructions import queries as instructions
from integrations.posting import queries as posting
from integrations.posting import today as numbers_of
from integrations.posting.queries import Total
from portal.access import Place, PlacedRequest, member_view
from portal.web.charts import TONES, chart
from portal.web.headline import Moment, headline
from portal.web.moments import clock
from tenants.roles import Ability

CHART_DAYS = 14


@dataclass(frozen=True)
class Tile:
    """One number: what it counts, in which window, and the list that shows its rows."""

    label: str
    icon: str
    tone: str
    totals: tuple[Total, ...]
    window: str
    href: str


@dataclass(frozen=True)
class Lamp:
    """A connection's health in one line."""

    connection: Connection
    tone: str
    complete_up_to: datetime | None
    unreadable: int = 0
    """Records that PayTrace tells and that cannot be read: complete but for them."""


@require_safe
@member_view()
def today(request: PlacedRequest) -> HttpResponse:
    """The page the day starts with."""
    place, now = request.place, timezone.now()
    day = _today(place, now)
    context = _live(place, now) | {
        "chart": chart(
            posting.shares_by_day(
                environment_id=place.environment.id,
                zone=place.environment.zone,
                currency=place.environment.base_currency,
                days=CHART_DAYS,
                today=day,
            ),
            days=CHART_DAYS,
            today=day,
        ),
        "chart_tones": TONES,
    }
    return render(request, "today/page.html", context)


@require_safe
@member_view()
def today_live(request: PlacedRequest) -> HttpResponse:
    """What changes by itself. 204 when the browser already shows this state."""
    now = timezone.now()
    context = _live(request.place, now)
    as_of = clock(now, zone=request.place.environment.zone, now=now)
    if request.GET.get("seen") == context["digest"]:
        response = HttpResponse(status=204)
    else:
        response = render(request, "today/live.html", context)
    response["X-As-Of"] = as_of
    return response


def _live(place: Place, now: datetime) -> dict[str, Any]:
    environment = place.environment
    found = connections.connections(environment.id)
    numbers = numbers_of.numbers(
        environment_id=environment.id, zone=environment.zone, today=_today(place, now)
    )
    context: dict[str, Any] = {
        "now": now,
        "headline": headline(numbers, connections=found, moment=Moment(now, environment.zone)),
        "tiles": _tiles(numbers, place, _today(place, now)),
        "to_key": _to_key(found),
        "to_approve": instructions.count_waiting_approval(environment.id),
        "may_approve": place.may(Ability.APPROVE_PAYMENTS),
        "batches": numbers.batches,
        "lag": numbers_of.lag(environment_id=environment.id, now=now),
        "lamps": _lamps(found),
        "recent": posting.recent(environment_id=environment.id),
    }
    shown = render_to_string("today/state.html", context | {"place": place})
    return context | {"digest": hashlib.sha256(shown.encode()).hexdigest()[:16], "shown": shown}


def _to_key(found: Sequence[Connection]) -> int:
    """What a person is to key into Sage; nothing is asked where no company is keyed by hand."""
    companies = [each.id for each in found if writing.is_keyed_into(each.settings)]
    return worksheet.to_key(companies) if companies else 0


def _tiles(numbers: numbers_of.Numbers, place: Place, day: date) -> list[Tile]:
    base = reverse("payments", args=[place.tenant.slug])
    one_day = f"from={day}&to={day}"
    return [
        Tile(
            "Received", "inbox", "moving", numbers.received, "payments today",
            f"{base}?kind=sale&{one_day}",
        ),
        Tile(
            "Posted", "circle-check", "good", numbers.posted, "posted to Sage today",
            f"{base}?state=posted&days=posting&{one_day}",
        ),
        Tile(
            "Waiting", "clock", "waiting", numbers.waiting, "now, of any day",
            f"{base}?state=waiting",
        ),
        Tile(
            "Needs you", "circle-alert", "attention", numbers.needs_you, "now, of any day",
            f"{base}?state=needs-you",
        ),
    ]  # fmt: skip


def _lamps(found: list[Connection]) -> list[Lamp]:
    ids = [c.id for c in found]
    seen = events.complete_up_to(connection_ids=ids)
    unreadable = exceptions.unreadable_by_connection(ids)
    return [Lamp(c, tone_of(c), seen.get(c.id), unreadable.get(c.id, 0)) for c in found]


def tone_of(connection: Connection) -> str:
    """The colour of a connection's light; its words say the same."""
    if connection.halted_at or connection.state in {
        Connection.State.WAITING_CREDENTIAL,
        Connection.State.MISCONFIGURED,
    }:
        return "attention"
    if connection.paused_at or connection.state == Connection.State.OFFLINE:
        return "waiting"
    return "good" if connection.state == Connection.State.CONNECTED else "quiet"


def _today(place: Place, now: datetime) -> date:
    return now.astimezone(ZoneInfo(place.environment.zone)).date()

"""What every page's frame shows: the company, the environment, what needs somebody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from integrations.exceptions import queries as exceptions
from portal.access import Place
from tenants.roles import Ability


@dataclass(frozen=True)
class FrameLink:
    """One place of the navigation."""

    text: str
    icon: str
    href: str
    is_here: bool
    count: int = 0


# Text, icon, the URL it opens, and the URL names it is lit for.
_PLACES: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("Today", "sun", "today", ("today",)),
    (
        "Payments",
        "credit-card",
        "payments",
        ("payment", "batch", "chargeback", "instruction", "hold", "plan", "stored_card"),
    ),
    ("Exceptions", "circle-alert", "exceptions", ("exception", "worksheet")),
    ("Rules", "list-tree", "mapping", ("mapping", "gl_rules", "policy")),
    (
        "Connections",
        "plug",
        "connections",
        ("connection", "add_", "notice_", "posting_profile", "profile_", "calibration"),
    ),
    ("Settings", "settings", "members", ("member", "invit", "key")),
)  # fmt: skip


def frame(request: HttpRequest) -> dict[str, Any]:
    """The signed-in person's place, set by `portal.access`; empty outside a company."""
    place: Place | None = getattr(request, "place", None)
    if place is None:
        return {"place": None}
    return {
        "place": place,
        "frame_links": _links_later(request, place),
        "frame_search": request.GET.get("q", ""),
        "can": {ability.name.lower(): place.may(ability) for ability in Ability},
    }


def _links_later(request: HttpRequest, place: Place) -> Callable[[], list[FrameLink]]:
    """Counted only when a template draws the frame: a fragment does not."""

    def links() -> list[FrameLink]:
        here = request.resolver_match.url_name or "" if request.resolver_match else ""
        count = exceptions.count_open(environment_id=place.environment.id)
        return [
            FrameLink(
                text=text,
                icon=icon,
                href=reverse(name, args=[place.tenant.slug]),
                is_here=here.startswith(prefixes),
                count=count if name == "exceptions" else 0,
            )
            for text, icon, name, prefixes in _PLACES
        ]

    return links

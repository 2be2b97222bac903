"""What every page's frame shows: the company, the environment, what needs somebody."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def frame(request: HttpRequest) -> dict[str, Any]:
    """The signed-in person's place, set by `portal.access`; empty outside a company."""
    place = getattr(request, "place", None)
    return {"place": place}

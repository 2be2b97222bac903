"""The end of a page as one word for an address, for lists that go by time and id."""

from __future__ import annotations

from django.http import HttpRequest

from integrations.instructions.pages import Mark
from integrations.posting.queries import Place
from portal.web.forms.payments import read_place, write_place


def mark_of(request: HttpRequest) -> Mark | None:
    """Where the asked-for page begins; an address somebody changed begins at the newest."""
    place = read_place(request.GET.get("after", ""))
    return (place.occurred_at, place.id) if place else None


def address_after(request: HttpRequest, mark: Mark | None) -> str:
    """The query of the next page, with the filters as they are; empty where there is none."""
    if mark is None:
        return ""
    query = request.GET.copy()
    query["after"] = write_place(Place(*mark))
    return query.urlencode()


def address_first(request: HttpRequest) -> str:
    """The query of the first page; empty where this is the first."""
    if "after" not in request.GET:
        return ""
    query = request.GET.copy()
    del query["after"]
    return f"?{query.urlencode()}"

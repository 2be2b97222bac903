"""Pages for what cannot be shown, in plain words and with the same bytes for every reader."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.urls import reverse

from portal.card_words import remedy_of


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What arrived cannot be read."""
    del request, exception
    return _page("400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The person is known here, and their role does not allow it; the sentence says so."""
    place = getattr(request, "place", None)
    context = {
        "sentence": str(exception or "") or "Ask an owner of the company to change your role.",
        "back": reverse("today", args=[place.tenant.slug]) if place else "/",
    }
    return HttpResponse(loader.render_to_string("403.html", context), status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Absent, or somebody else's: nobody can tell which."""
    del request, exception
    return _page("404.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """Our fault. Needs neither the database nor a signed-in person."""
    del request
    return _page("500.html", status=500)


def too_large(most_bytes: int) -> HttpResponse:
    """More was sent than anything here takes."""
    context = {"most": most_bytes // (1024 * 1024)}
    return HttpResponse(loader.render_to_string("413.html", context), status=413)


def card_number(field: str) -> HttpResponse:
    """What was sent holds a card number; it is not shown again. `field` may be empty."""
    name = field.rsplit("-", maxsplit=1)[-1]
    context = {"field": name.replace("_", " "), "remedy": remedy_of(name)}
    return HttpResponse(loader.render_to_string("card_number.html", context), status=400)


def _page(template: str, *, status: int) -> HttpResponse:
    return HttpResponse(loader.render_to_string(template), status=status)

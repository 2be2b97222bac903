"""One backfill: how far it is, how long it will take, and stopping it."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from integrations.events import backfills
from integrations.events.models import Backfill
from portal.access import PlacedRequest, get_or_404, member_view, parse_id
from tenants.errors import NotPossible
from tenants.roles import Ability

_ACTIONS: dict[str, Callable[..., None]] = {
    "pause": backfills.pause,
    "resume": backfills.resume,
    "cancel": backfills.cancel,
}


@require_safe
@member_view()
def backfill(request: PlacedRequest, connection_id: str, backfill_id: str) -> HttpResponse:
    """Its progress now; the page asks again by itself while it runs."""
    found = _found(request, connection_id, backfill_id)
    context = {
        "job": found,
        "progress": backfills.progress(found),
        "is_running": found.state == Backfill.State.RUNNING,
        "is_open": found.state in backfills.OPEN,
    }
    part = "backfills/progress.html" if request.headers.get("HX-Request") else "backfills/page.html"
    return render(request, part, context)


@require_POST
@member_view(Ability.MANAGE_CONNECTIONS)
def backfill_do(
    request: PlacedRequest, connection_id: str, backfill_id: str, what: str
) -> HttpResponse:
    """Pause, resume or cancel it; what is too late is told on its page."""
    found = _found(request, connection_id, backfill_id)
    action = _ACTIONS.get(what)
    if action is None:
        raise Http404("Not found")
    try:
        action(found, actor=request.place.actor)
    except NotPossible as error:
        messages.error(request, error.sentence)
    return redirect("backfill", request.place.tenant.slug, found.connection_id, found.id)


def _found(request: PlacedRequest, connection_id: str, backfill_id: str) -> Backfill:
    rows = Backfill.objects.select_related("connection").filter(
        connection__environment_id=request.place.environment.id,
        connection_id=parse_id(connection_id),
    )
    return get_or_404(rows, id=parse_id(backfill_id))

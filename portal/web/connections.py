"""Connections: the list, two ways to add one, and one with everything done to it."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from integrations.connections import operations, queries
from integrations.connections.models import Connection
from portal.access import PlacedRequest, get_or_404, member_view, parse_id
from portal.web.connection_actions import ACTIONS
from portal.web.connection_forms import id_or_none, tried
from portal.web.connection_page import page, settings_shown, test_context
from portal.web.forms.paytrace_account import PayTraceForm
from portal.web.forms.sage_company import SageProForm
from portal.web.today import tone_of
from tenants.roles import Ability


@dataclass(frozen=True)
class Card:
    """One connection in the list."""

    connection: Connection
    tone: str
    settings: list[tuple[str, str]]


@require_safe
@member_view()
def connections(request: PlacedRequest) -> HttpResponse:
    """All kinds, with their health."""
    found = queries.connections(request.place.environment.id)
    cards = [Card(each, tone_of(each), settings_shown(each)) for each in found]
    context = {
        "disputes": [card for card in cards if card.connection.kind == Connection.Kind.DISPUTES],
        "paytrace": [card for card in cards if card.connection.kind == Connection.Kind.PAYTRACE],
        "sagepro": [card for card in cards if card.connection.kind == Connection.Kind.SAGEPRO],
    }
    return render(request, "connections/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@member_view(Ability.MANAGE_CONNECTIONS)
def add_paytrace(request: PlacedRequest) -> HttpResponse:
    """A new PayTrace account."""
    companies = queries.sage_companies(request.place.environment.id)
    form = PayTraceForm(request.POST or None, companies=companies)
    if form.is_valid():
        given = dict(form.cleaned_data)
        made = tried(
            form,
            lambda: operations.create_paytrace(
                environment_id=request.place.environment.id,
                actor=request.place.actor,
                posts_to_id=id_or_none(given.pop("posts_to")),
                **given,
            ),
        )
        if made:
            return redirect("connection", request.place.tenant.slug, made.id)
    return render(request, "connections/add_paytrace.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@member_view(Ability.MANAGE_CONNECTIONS)
def add_sagepro(request: PlacedRequest) -> HttpResponse:
    """A new Sage Pro company."""
    form = SageProForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        made = tried(
            form,
            lambda: operations.create_sagepro(
                environment_id=request.place.environment.id,
                name=form.cleaned_data["name"],
                company_number=form.cleaned_data["company_number"],
                dsn=form.dsn(),
                profile=form.cleaned_data["profile"],
                authority=form.cleaned_data["authority"],
                actor=request.place.actor,
            ),
        )
        if made:
            return redirect("connection", request.place.tenant.slug, made.id)
    return render(request, "connections/add_sagepro.html", {"form": form})


@require_safe
@member_view()
def connection(request: PlacedRequest, connection_id: str) -> HttpResponse:
    """One connection: its health, its last test, its settings, what can be done."""
    return page(request, _found(request, connection_id))


@require_safe
@member_view()
def connection_test(request: PlacedRequest, connection_id: str) -> HttpResponse:
    """The last test as it stands now; asks again by itself while it runs."""
    found = _found(request, connection_id)
    return render(request, "connections/test.html", test_context(found))


@require_POST
@member_view(Ability.MANAGE_CONNECTIONS)
def connection_do(request: PlacedRequest, connection_id: str, what: str) -> HttpResponse:
    """One thing done to a connection; what does not fit comes back with what was typed."""
    found = _found(request, connection_id)
    action = ACTIONS.get(what)
    if action is None:
        raise Http404("Not found")
    return action(request, found)


def _found(request: PlacedRequest, connection_id: str) -> Connection:
    rows = Connection.objects.select_related("posts_to", "tells_of", "environment")
    return get_or_404(
        rows.filter(environment_id=request.place.environment.id), id=parse_id(connection_id)
    )

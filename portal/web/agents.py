"""A Sage company's agent: adding such a company, pairing, how it is, its self-test, revoking."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from integrations.connections import site_tests
from integrations.connections.agents import companies, pairing, self_test
from integrations.connections.models import Connection
from portal.access import PlacedRequest, get_or_404, member_view, parse_id
from portal.web.forms.sage_company import AgentCompanyForm
from tenants.errors import NotPossible
from tenants.roles import Ability


@require_http_methods(["GET", "HEAD", "POST"])
@member_view(Ability.MANAGE_CONNECTIONS)
def add_agent_company(request: PlacedRequest) -> HttpResponse:
    """A Sage Pro company that only an agent on the customer's network reaches."""
    form = AgentCompanyForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            made = companies.create_company(
                environment_id=request.place.environment.id,
                actor=request.place.actor,
                **form.cleaned_data,
            )
            return redirect("agent", request.place.tenant.slug, made.id)
        except NotPossible as error:
            form.add_error(error.field if error.field in form.fields else None, error.sentence)
    return render(request, "agents/add.html", {"form": form})


@require_safe
@member_view()
def agent(request: PlacedRequest, connection_id: str) -> HttpResponse:
    """How the agent of a company is."""
    return _page(request, _found(request, connection_id))


@require_POST
@member_view(Ability.MANAGE_CONNECTIONS)
def agent_do(request: PlacedRequest, connection_id: str, deed: str) -> HttpResponse:
    """One thing done to a company's agent."""
    found = _found(request, connection_id)
    act = _DEEDS.get(deed)
    if act is None:
        raise Http404("Not found")
    try:
        return act(request, found)
    except NotPossible as error:
        return _page(request, found, problem=error.sentence)


def _code(request: PlacedRequest, found: Connection) -> HttpResponse:
    code = pairing.new_code(connection_id=found.id, actor=request.place.actor, now=timezone.now())
    portal = request.build_absolute_uri("/").rstrip("/")
    return _page(request, found, code=code, portal=portal)


def _examine(request: PlacedRequest, found: Connection) -> HttpResponse:
    self_test.request(connection_id=found.id, actor=request.place.actor, now=timezone.now())
    messages.success(request, "The agent has been asked to test itself.")
    return redirect("agent", request.place.tenant.slug, found.id)


def _revoke(request: PlacedRequest, found: Connection) -> HttpResponse:
    pairing.revoke(connection_id=found.id, actor=request.place.actor, now=timezone.now())
    messages.success(request, "The agent is revoked; its next call is refused.")
    return redirect("agent", request.place.tenant.slug, found.id)


_DEEDS: dict[str, Callable[[PlacedRequest, Connection], HttpResponse]] = {
    "code": _code,
    "examine": _examine,
    "revoke": _revoke,
}


def _page(request: PlacedRequest, found: Connection, **more: Any) -> HttpResponse:
    now = timezone.now()
    paired = pairing.in_force(found.id)
    context = {
        "connection": found,
        "is_foxpro": found.settings["edition"] == "dbf",
        "agent": paired,
        "may_post": site_tests.may_post(found),
        "is_silent": paired is not None and pairing.is_silent(paired, now),
        "is_testing": self_test.is_running(found.id, now=now),
    }
    return render(request, "agents/page.html", context | more)


def _found(request: PlacedRequest, connection_id: str) -> Connection:
    """A Sage company that is reached by an agent; any other connection has no such page."""
    rows = Connection.objects.filter(
        environment_id=request.place.environment.id, settings__way=pairing.WAY
    )
    return get_or_404(rows, id=parse_id(connection_id))

"""Adding a Sage Pro company in FoxPro tables."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from integrations.connections import folders
from integrations.connections.agents import companies
from integrations.connections.models import Connection
from portal.access import PlacedRequest, member_view
from portal.web.forms.sage_company import FoxProForm
from tenants.errors import NotPossible
from tenants.roles import Ability


@require_http_methods(["GET", "HEAD", "POST"])
@member_view(Ability.MANAGE_CONNECTIONS)
def add_foxpro(request: PlacedRequest) -> HttpResponse:
    """A company whose tables an agent reaches, or this server where an operator allows it."""
    has_folders = folders.are_allowed()
    form = FoxProForm(request.POST or None, request.FILES or None, has_folders=has_folders)
    if form.is_valid():
        try:
            made = _create(request, dict(form.cleaned_data))
        except NotPossible as error:
            form.add_error(error.field if error.field in form.fields else None, error.sentence)
        else:
            page = "connection" if made.settings["way"] == folders.WAY else "agent"
            return redirect(page, request.place.tenant.slug, made.id)
    context = {"form": form, "has_folders": has_folders}
    return render(request, "connections/add_foxpro.html", context)


def _create(request: PlacedRequest, given: dict[str, Any]) -> Connection:
    folder = given.pop("folder", "")
    given |= {"environment_id": request.place.environment.id, "actor": request.place.actor}
    if given.pop("reached", "agent") == "folder":
        return folders.create_company(folder=folder, **given)
    return companies.create_company(edition="dbf", **given)

"""Adding a Sage Pro company in FoxPro tables."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from integrations.connections.agents import companies
from portal.access import PlacedRequest, member_view
from portal.web.forms.connections import FoxProForm
from tenants.errors import NotPossible
from tenants.roles import Ability


@require_http_methods(["GET", "HEAD", "POST"])
@member_view(Ability.MANAGE_CONNECTIONS)
def add_foxpro(request: PlacedRequest) -> HttpResponse:
    """A company whose tables an agent on the customer's network reaches."""
    form = FoxProForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            made = companies.create_company(
                environment_id=request.place.environment.id,
                edition="dbf",
                actor=request.place.actor,
                **form.cleaned_data,
            )
            return redirect("agent", request.place.tenant.slug, made.id)
        except NotPossible as error:
            form.add_error(error.field if error.field in form.fields else None, error.sentence)
    return render(request, "connections/add_foxpro.html", {"form": form})

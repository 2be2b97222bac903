"""Switching between a company's environments. The choice is a cookie, read by `portal.access`."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from portal.access import ENVIRONMENT_COOKIE, PlacedRequest, get_or_404, member_view, parse_id
from tenants.models import Environment


@require_POST
@member_view(in_any_environment=True)
def switch_environment(request: PlacedRequest) -> HttpResponse:
    """Open another environment of the company, at its first page."""
    wanted = parse_id(request.POST.get("environment", ""))
    environment = get_or_404(Environment.objects.all(), id=wanted)
    response = redirect("today", request.place.tenant.slug)
    response.set_cookie(
        ENVIRONMENT_COOKIE,
        str(environment.id),
        max_age=365 * 24 * 3600,
        httponly=True,
        samesite="Lax",
        secure=settings.HTTPS,
    )
    return response

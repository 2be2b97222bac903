"""API keys: what programs use instead of a browser."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from portal.access import PlacedRequest, get_or_404, member_view, parse_id
from portal.web.forms.people import SCOPE_WORDS, KeyForm
from tenants import operations, queries
from tenants.errors import NotPossible
from tenants.models import ApiKey
from tenants.roles import Ability


@require_safe
@member_view(Ability.MANAGE_KEYS)
def keys(request: PlacedRequest) -> HttpResponse:
    """The keys of this environment."""
    return _page(request)


@require_POST
@member_view(Ability.MANAGE_KEYS)
def key_create(request: PlacedRequest) -> HttpResponse:
    """Make a key; it is shown once."""
    form = KeyForm(request.POST, offered=operations.scopes_for(request.place.user))
    if not form.is_valid():
        return _page(request, form=form)
    try:
        key, plain = operations.create_api_key(
            environment_id=request.place.environment.id,
            name=form.cleaned_data["name"],
            scopes=form.cleaned_data["scopes"],
            created_by=request.place.user,
        )
    except NotPossible as error:
        form.add_error(None, error.sentence)
        return _page(request, form=form)
    return _page(request, made={"name": key.name, "plain": plain})


@require_POST
@member_view(Ability.MANAGE_KEYS)
def key_revoke(request: PlacedRequest, key_id: str) -> HttpResponse:
    """Make a key worthless from now on."""
    rows = ApiKey.objects.filter(tenant=request.place.tenant)
    key = get_or_404(rows, id=parse_id(key_id))
    try:
        operations.revoke_api_key(key_id=key.id, actor=request.place.actor)
    except NotPossible as error:
        return _page(request, problem=error.sentence)
    messages.success(request, "The key is revoked; programs that use it are refused now.")
    return redirect("keys", request.place.tenant.slug)


def _page(request: PlacedRequest, **more: Any) -> HttpResponse:
    found = queries.api_keys(environment_id=request.place.environment.id)
    context = {
        "keys": [(key, [SCOPE_WORDS.get(scope, scope) for scope in key.scopes]) for key in found],
        "form": KeyForm(offered=operations.scopes_for(request.place.user)),
    }
    return render(request, "keys/page.html", context | more)

"""Disputes providers: adding one, and how far each has been read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from integrations.connections import disputes, queries
from integrations.connections.models import Connection
from integrations.disputes.registry import KINDS
from integrations.events import queries as events
from portal.access import PlacedRequest, member_view
from portal.web.forms.disputes import DisputesForm
from tenants.errors import NotPossible
from tenants.roles import Ability


@dataclass(frozen=True)
class Teller:
    """A disputes provider and up to when all of its cases were read."""

    connection: Connection
    complete_up_to: datetime | None


@require_http_methods(["GET", "HEAD", "POST"])
@member_view(Ability.MANAGE_CONNECTIONS)
def add_disputes(request: PlacedRequest) -> HttpResponse:
    """A new disputes provider of one PayTrace account."""
    wanted = request.GET.get("provider", "")
    provider = KINDS.get(wanted) or next(iter(KINDS.values()))
    accounts = queries.paytrace_connections(request.place.environment.id)
    form = DisputesForm(request.POST or None, provider=provider, accounts=accounts)
    made = _made(request, form, provider.code) if form.is_valid() else None
    if made is not None:
        return redirect("connection", request.place.tenant.slug, made.id)
    context = {
        "form": form,
        "provider": provider,
        "others": [kind for kind in KINDS.values() if kind is not provider],
        "accounts": accounts,
    }
    return render(request, "connections/add_disputes.html", context)


def tellers(found: Sequence[Connection]) -> list[Teller]:
    """Each of these providers with how far it has been read."""
    seen = events.complete_up_to(connection_ids=[one.id for one in found])
    return [Teller(one, seen.get(one.id)) for one in found]


def cases_context(found: Connection) -> dict[str, Any]:
    """What the page of a disputes provider shows of its looks."""
    return {
        "provider": disputes.kind_of(found),
        "teller": tellers([found])[0],
        "runs": events.sync_runs(connection_id=found.id, limit=5),
    }


def _made(request: PlacedRequest, form: DisputesForm, provider: str) -> Connection | None:
    """The connection, or None after putting the refusal beside its field."""
    given = dict(form.cleaned_data)
    try:
        return disputes.create(
            environment_id=request.place.environment.id,
            name=given.pop("name"),
            provider=provider,
            account_id=UUID(given.pop("account")),
            given=given,
            actor=request.place.actor,
        )
    except NotPossible as error:
        form.add_error(error.field if error.field in form.fields else None, error.sentence)
        return None

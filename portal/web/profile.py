"""The posting profile of a Sage company: a form, its versions, what differs, going back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from integrations.canonical.problems import Problem
from integrations.connections import profiles, queries
from integrations.connections.models import Connection, ProfileVersion
from integrations.sagepro.profile import PostingProfile
from integrations.sagepro.profile_checks import problems
from integrations.sagepro.profile_diff import differences
from integrations.sagepro.taking_over import taken_over
from portal.access import PlacedRequest, get_or_404, member_view, parse_id
from portal.web.forms.profile import sections
from portal.web.forms.profile_typed import read_profile
from tenants.errors import NotPossible
from tenants.roles import Ability

_MOST_VERSIONS = 30


@require_http_methods(["GET", "HEAD", "POST"])
@member_view()
def posting_profile(request: PlacedRequest, connection_id: str) -> HttpResponse:
    """The profile in force as a form; a button shows what would change, another saves it.

    `?from=` shows another company's instead, as a draft to save here.
    """
    if request.method == "POST" and not request.place.may(Ability.MANAGE_CONNECTIONS):
        raise PermissionDenied("Your role may look at the posting profile, not change it.")
    found = sage_company(request, connection_id)
    if request.method != "POST":
        return _looked_at(request, found)
    typed = read_profile(request.POST, base=found.settings["profile"])
    if request.POST.get("action") != "save":
        return _page(request, found, typed, repairs=problems(typed), is_draft=True)
    return _save(request, found, typed)


@require_safe
@member_view()
def profile_version(request: PlacedRequest, connection_id: str, version: int) -> HttpResponse:
    """One version: who saved it, what it changed, and what restoring it would change."""
    found = sage_company(request, connection_id)
    row = _version(found, version)
    before = profiles.version(connection_id=found.id, number=version - 1)
    context = {
        "connection": found,
        "version": row,
        "in_force": profiles.version_in_force(found),
        "changed": _differences(before.profile, row.profile) if before else [],
        "before": before,
        "away": _differences(found.settings["profile"], row.profile),
    }
    return render(request, "profile/version.html", context)


@require_POST
@member_view(Ability.MANAGE_CONNECTIONS)
def profile_restore(request: PlacedRequest, connection_id: str, version: int) -> HttpResponse:
    """An older version is put in force again, as a new one."""
    found = sage_company(request, connection_id)
    _version(found, version)
    try:
        made = profiles.restore(connection_id=found.id, number=version, actor=request.place.actor)
    except NotPossible as error:
        messages.error(request, error.sentence)
        return redirect("posting_profile", request.place.tenant.slug, found.id)
    messages.success(request, _saved(made))
    return redirect("posting_profile", request.place.tenant.slug, found.id)


def _looked_at(request: PlacedRequest, found: Connection) -> HttpResponse:
    other = request.GET.get("from", "")
    if not other:
        return _page(request, found, found.settings["profile"])
    proven = get_or_404(queries.companies_like(found), id=parse_id(other))
    draft = taken_over(proven.settings["profile"], by=found.settings["profile"])
    version = profiles.version_in_force(proven)
    note = f"Taken over from {proven}, {proven.environment}, version {version}"
    return _page(request, found, draft, repairs=problems(draft), is_draft=True, note=note)


def sage_company(request: PlacedRequest, connection_id: str) -> Connection:
    """A Sage Pro connection of the current environment, or the 404 of one that never was."""
    rows = Connection.objects.select_related("environment").filter(
        environment_id=request.place.environment.id, kind=Connection.Kind.SAGEPRO
    )
    return get_or_404(rows, id=parse_id(connection_id))


def _version(found: Connection, number: int) -> ProfileVersion:
    row = profiles.version(connection_id=found.id, number=number)
    if row is None:
        raise Http404("Not found")
    return row


def _save(request: PlacedRequest, found: Connection, typed: dict[str, Any]) -> HttpResponse:
    based_on = request.POST.get("based_on", "")
    try:
        made = profiles.save_version(
            connection_id=found.id,
            profile=typed,
            based_on=int(based_on) if based_on.isascii() and based_on.isdecimal() else -1,
            actor=request.place.actor,
            note=request.POST.get("note", ""),
        )
    except profiles.Unusable as error:
        return _page(request, found, typed, repairs=error.problems, is_draft=True)
    except NotPossible as error:
        return _page(request, found, typed, refusal=error.sentence, is_draft=True)
    messages.success(request, _saved(made))
    return redirect("posting_profile", request.place.tenant.slug, found.id)


def _saved(made: ProfileVersion) -> str:
    return f"Version {made.version} is in force. Test the connection now; posting waits until then."


def _page(
    request: PlacedRequest,
    found: Connection,
    data: Mapping[str, Any],
    *,
    repairs: Sequence[Problem] = (),
    refusal: str = "",
    is_draft: bool = False,
    note: str = "",
) -> HttpResponse:
    in_force = found.settings["profile"]
    context = {
        "connection": found,
        "version": profiles.version_in_force(found),
        "versions": profiles.versions(found.id)[:_MOST_VERSIONS],
        "problems": repairs,
        "refusal": refusal,
        "is_draft": is_draft,
        "changed": _differences(in_force, data) if is_draft and not repairs else [],
        "note": request.POST.get("note", note),
        "others": queries.companies_like(found),
    }
    return render(request, "profile/page.html", context | sections(data, repairs))


def _differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    return differences(PostingProfile.from_json(old), PostingProfile.from_json(new))

"""Members: who belongs to the company, invitations, roles."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from portal.access import PlacedRequest, get_or_404, member_view, parse_id
from portal.web.forms.people import InviteForm
from tenants import operations, queries
from tenants.errors import NotPossible
from tenants.models import Invitation, Membership
from tenants.roles import Ability, Role

ROLE_SENTENCES = {
    Role.OWNER: "everything, members and keys included",
    Role.ACCOUNTANT: "clears exceptions, publishes mappings and GL rules",
    Role.APPROVER: "clears exceptions",
    Role.IT: "connections and API keys",
    Role.VIEWER: "looks at everything, changes nothing",
}


@require_safe
@member_view()
def members(request: PlacedRequest) -> HttpResponse:
    """The company's people and the invitations that are open."""
    return _page(request)


@require_POST
@member_view(Ability.MANAGE_MEMBERS)
def invite(request: PlacedRequest) -> HttpResponse:
    """Make an invitation; its link is shown once, to be copied or mailed."""
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _page(request, form=form)
    try:
        invitation, token = operations.invite(
            email=form.cleaned_data["email"],
            role=form.cleaned_data["role"],
            invited_by=request.place.user,
        )
    except NotPossible as error:
        form.add_error(None, error.sentence)
        return _page(request, form=form)
    link = settings.PORTAL_URL.rstrip("/") + reverse("invitation", args=[token])
    return _page(request, made={"email": invitation.email, "link": link})


@require_POST
@member_view(Ability.MANAGE_MEMBERS)
def invitation_withdraw(request: PlacedRequest, invitation_id: str) -> HttpResponse:
    """Make an open invitation worthless."""
    rows = Invitation.objects.filter(tenant=request.place.tenant)
    invitation = get_or_404(rows, id=parse_id(invitation_id))
    return _done(
        request,
        lambda: operations.withdraw_invitation(
            invitation_id=invitation.id, actor=request.place.actor
        ),
        "The invitation is withdrawn.",
    )


@require_POST
@member_view(Ability.MANAGE_MEMBERS)
def member_role(request: PlacedRequest, membership_id: str) -> HttpResponse:
    """Give a member another role."""
    membership = _member(request, membership_id)
    return _done(
        request,
        lambda: operations.change_role(
            membership_id=membership.id,
            role=request.POST.get("role", ""),
            actor=request.place.actor,
        ),
        "The role is changed.",
    )


@require_POST
@member_view(Ability.MANAGE_MEMBERS)
def member_remove(request: PlacedRequest, membership_id: str) -> HttpResponse:
    """Take a person out of the company."""
    membership = _member(request, membership_id)
    return _done(
        request,
        lambda: operations.remove_member(membership_id=membership.id, actor=request.place.actor),
        "The person is no longer a member.",
    )


def _member(request: PlacedRequest, membership_id: str) -> Membership:
    rows = Membership.objects.filter(tenant=request.place.tenant)
    return get_or_404(rows, id=parse_id(membership_id))


def _done(request: PlacedRequest, call: Any, sentence: str) -> HttpResponse:
    try:
        call()
    except NotPossible as error:
        return _page(request, problem=error.sentence)
    messages.success(request, sentence)
    return redirect("members", request.place.tenant.slug)


def _page(request: PlacedRequest, **more: Any) -> HttpResponse:
    may_manage = request.place.may(Ability.MANAGE_MEMBERS)
    context = {
        "members": queries.members(),
        "invitations": queries.open_invitations() if may_manage else [],
        "form": InviteForm(),
        "roles": [(role.value, role.label, ROLE_SENTENCES[role]) for role in Role],
    }
    return render(request, "members/page.html", context | more)

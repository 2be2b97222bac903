"""Before a company is open: choosing one, naming one, joining one, and the person's account."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from portal.web.forms.front import CompanyForm, NameForm
from tenants import operations, queries
from tenants.errors import NotPossible
from tenants.models import User


@login_required
@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """The chooser; with one company it opens by itself, with none it asks for its name."""
    memberships = queries.companies_of(_person(request))
    if not memberships:
        return redirect("new_company")
    if len(memberships) == 1 and "choose" not in request.GET:
        return redirect("today", memberships[0].tenant.slug)
    return render(request, "front/companies.html", {"memberships": memberships})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_company(request: HttpRequest) -> HttpResponse:
    """Name your company."""
    form = CompanyForm(request.POST or None)
    if form.is_valid():
        tenant = operations.create_company(name=form.cleaned_data["name"], owner=_person(request))
        return redirect("today", tenant.slug)
    has_companies = bool(queries.companies_of(_person(request)))
    return render(request, "front/new_company.html", {"form": form, "has_companies": has_companies})


@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Accept an invitation: the link shows which company and role it is for."""
    problem = ""
    if request.method == "POST" and request.user.is_authenticated:
        try:
            membership = operations.accept_invitation(token=token, user=_person(request))
        except NotPossible as error:
            problem = str(error)
        else:
            messages.success(request, f"Welcome to {membership.tenant}.")
            return redirect("today", membership.tenant.slug)
    found = queries.find_invitation(token)
    if found is None and not problem:
        problem = "This invitation has been used, withdrawn or is too old. Ask for a new one."
    return render(request, "front/invitation.html", {"invitation": found, "problem": problem})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """The person's own name and password."""
    person = _person(request)
    form = NameForm(request.POST or None, initial={"name": person.name})
    if form.is_valid():
        User.objects.filter(pk=person.pk).update(name=form.cleaned_data["name"])
        messages.success(request, "Your name is saved.")
        return redirect("account")
    return render(request, "front/account.html", {"form": form})


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 login_required said so; this tells the type
    return request.user

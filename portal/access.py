"""The only door from a URL to a row.

A view under `/t/<slug>/` is wrapped by `member_view`: it finds the company through the
signed-in person's membership, checks the ability, and runs the whole view, rendering
included, inside that company's `tenant_transaction`. Whatever is not yours is 404 with the
same bytes as what does not exist.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

import structlog
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template import loader
from django.template.response import SimpleTemplateResponse

from tenants.models import Environment, Membership, Tenant, User
from tenants.roles import Ability, may
from tenants.scope import tenant_transaction

P = ParamSpec("P")
M = TypeVar("M", bound=Model)
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
ENVIRONMENT_COOKIE = "tieout_environment"
# The field in which every form says for which environment it was shown.
SEEN_ENVIRONMENT = "seen_environment"


@dataclass(frozen=True)
class Place:
    """Where a signed-in person stands: company, environment, role."""

    user: User
    tenant: Tenant
    role: str
    environment: Environment
    environments: tuple[Environment, ...]

    def may(self, ability: str) -> bool:
        """Whether the person's role allows it (templates call this with the plain name)."""
        return may(self.role, Ability(ability))

    @property
    def actor(self) -> str:
        """The name written beside what this person does."""
        return self.user.email


class PlacedRequest(HttpRequest):
    """A request inside a company. `place` is set by `member_view`."""

    place: Place


def member_view(
    ability: Ability = Ability.VIEW, *, in_any_environment: bool = False
) -> Callable[[Callable[Concatenate[PlacedRequest, P], HttpResponse]], Callable[..., HttpResponse]]:
    """Wrap a view `(request, …)` whose URL begins `/t/<slug>/`.

    Anonymous → sign-in page. No membership → 404. Membership without the ability → 403 with
    a sentence (the person already knows the company exists). A form that was shown for another
    environment than is chosen now → 409, unless the view is the same `in_any_environment`.
    """

    def decorate(
        view: Callable[Concatenate[PlacedRequest, P], HttpResponse],
    ) -> Callable[..., HttpResponse]:
        @login_required
        @wraps(view)
        def placed(request: PlacedRequest, slug: str, *args: Any, **kwargs: Any) -> HttpResponse:
            membership = _membership(request, slug)
            with tenant_transaction(membership.tenant_id):
                request.place = _place(request, membership)
                if not may(membership.role, ability):
                    raise PermissionDenied(_refusal(membership))
                if not (in_any_environment or _is_as_seen(request)):
                    return _another_environment(request)
                response = view(request, *args, **kwargs)
                if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
                    response = response.render()
            return response

        return placed

    return decorate


def get_or_404(queryset: QuerySet[M], **lookup: object) -> M:
    """One row of the open company, or the same 404 as for a row that never was."""
    found = queryset.filter(**lookup).first()
    if found is None:
        raise Http404("Not found")
    return found


def _membership(request: HttpRequest, slug: str) -> Membership:
    user = request.user
    assert isinstance(user, User)  # noqa: S101 login_required said so; this tells the type
    found = Membership.objects.select_related("tenant").filter(user=user, tenant__slug=slug).first()
    if found is None:
        raise Http404("Not found")
    return found


def _place(request: HttpRequest, membership: Membership) -> Place:
    structlog.contextvars.bind_contextvars(tenant_id=str(membership.tenant_id))
    user = request.user
    assert isinstance(user, User)  # noqa: S101 login_required said so; this tells the type
    environments = tuple(Environment.objects.order_by("kind"))
    return Place(
        user=user,
        tenant=membership.tenant,
        role=membership.role,
        environment=_chosen(request, environments),
        environments=environments,
    )


def _chosen(request: HttpRequest, environments: tuple[Environment, ...]) -> Environment:
    by_id = {str(environment.id): environment for environment in environments}
    wanted = request.COOKIES.get(ENVIRONMENT_COOKIE, "")
    if wanted in by_id:
        return by_id[wanted]
    production = Environment.Kind.PRODUCTION
    return next((e for e in environments if e.kind == production), environments[0])


def _is_as_seen(request: PlacedRequest) -> bool:
    """Whether a form is sent where it was shown; what says nothing of it is no form of ours."""
    here = str(request.place.environment.id)
    return request.method != "POST" or request.POST.get(SEEN_ENVIRONMENT, here) == here


def _another_environment(request: PlacedRequest) -> HttpResponse:
    place, told = request.place, request.POST.get(SEEN_ENVIRONMENT)
    seen = [str(one) for one in place.environments if str(one.id) == told]
    context = {
        "seen": seen[0] if seen else "another environment",
        "now": place.environment,
        "back": f"/t/{place.tenant.slug}/",
    }
    return HttpResponse(loader.render_to_string("409.html", context), status=409)


def _refusal(membership: Membership) -> str:
    return (
        f"Your role in {membership.tenant.name} is {membership.get_role_display()}, "
        "which cannot do this. Ask an owner of the company to do it or to change your role."
    )


def parse_id(text: str) -> uuid.UUID:
    """An id typed into a URL; anything else is a 404, never a 500."""
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise Http404("Not found") from error

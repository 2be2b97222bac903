"""The portal with doors somebody forgot to close: each one has to be found by the matrix."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_safe

from integrations.exceptions.models import ExceptionCase
from integrations.posting.models import Effect
from portal.access import PlacedRequest, get_or_404, member_view, parse_id
from portal.urls import handler400, handler403, handler404, handler500
from portal.urls import urlpatterns as portal_urls
from tenants import audit
from tenants.models import Tenant
from tenants.scope import tenant_transaction

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def without_the_door(_request: HttpRequest, slug: str, effect_id: str) -> HttpResponse:
    """Skips `portal.access`: the slug is decoration."""
    return _shown(_anybodys(effect_id))


def without_membership(_request: HttpRequest, slug: str, effect_id: str) -> HttpResponse:
    """Opens whatever company the slug names."""
    tenant = Tenant.objects.filter(slug=slug).first()
    if tenant is None:
        raise Http404
    with tenant_transaction(tenant.id):
        return _shown(Effect.objects.filter(pk=effect_id).first())


@member_view()
def across(request: PlacedRequest, effect_id: str) -> HttpResponse:
    """Through the door, and then past every wall."""
    return _shown(_anybodys(effect_id))


@member_view()
def forbidden(request: PlacedRequest, effect_id: str) -> HttpResponse:
    """Tells that a foreign row exists, without showing it."""
    found = _anybodys(effect_id)
    if found is not None and found.tenant_id != request.place.tenant.id:
        return HttpResponse(status=403)
    return _shown(Effect.objects.filter(pk=effect_id).first())


@member_view()
def telling(request: PlacedRequest, effect_id: str) -> HttpResponse:
    """The right status, with other bytes for what exists elsewhere."""
    found = _anybodys(effect_id)
    if found is not None and found.tenant_id != request.place.tenant.id:
        return HttpResponse("Not found.", status=404)
    return _shown(Effect.objects.filter(pk=effect_id).first())


@member_view()
def any_environment(request: PlacedRequest, effect_id: str) -> HttpResponse:
    """Forgets that a person looks at one environment at a time."""
    return _shown(Effect.objects.filter(pk=parse_id(effect_id)).first())


@member_view()
def broken(request: PlacedRequest, effect_id: str) -> HttpResponse:
    """An absent row is an error of ours."""
    rows = Effect.objects.filter(environment_id=request.place.environment.id)
    return _shown(rows.get(pk=parse_id(effect_id)))


@member_view()
def noting(request: PlacedRequest, effect_id: str) -> HttpResponse:
    """Looking changes something."""
    audit.record("payment.seen", actor=request.place.actor)
    return _mine(request, effect_id)


@member_view()
def without_ability(request: PlacedRequest, case_id: str, offer: str) -> HttpResponse:
    """Lets everybody decide who may look."""
    rows = ExceptionCase.objects.filter(effect__environment_id=request.place.environment.id)
    get_or_404(rows, id=parse_id(case_id))
    return HttpResponse(offer)


@member_view()
def sound(request: PlacedRequest, effect_id: str) -> HttpResponse:
    """As it should be: nothing may be found here."""
    return _mine(request, effect_id)


def _anybodys(effect_id: str) -> Effect | None:
    rows = Effect.across_tenants.using("support").defer("payload")
    return rows.filter(pk=parse_id(effect_id)).first()


def _mine(request: PlacedRequest, effect_id: str) -> HttpResponse:
    rows = Effect.objects.filter(environment_id=request.place.environment.id)
    return _shown(get_or_404(rows, id=parse_id(effect_id)))


def _shown(effect: Effect | None) -> HttpResponse:
    if effect is None:
        raise Http404("Not found")
    told = (effect.transaction_id, effect.company_id, effect.customer_name, f"{effect.amount:.2f}")
    return HttpResponse(" ".join(map(str, told)))


_PAYMENTS = (
    without_the_door, without_membership, across, forbidden, telling, any_environment, broken,
    noting, sound,
)  # fmt: skip
urlpatterns = [
    *(
        path(
            f"t/<slug:slug>/leak/{view.__name__}/<str:effect_id>/",
            require_safe(view),
            name="payment",
        )
        for view in _PAYMENTS
    ),
    path(
        "t/<slug:slug>/leak/without_ability/<str:case_id>/<str:offer>/",
        without_ability,
        name="exception_decide",
    ),
    *portal_urls,
]

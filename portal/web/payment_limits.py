"""Limits: whether charges and refunds may be asked for from here, and how much."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from integrations.instructions import operations, policies
from integrations.instructions.models import InstructionPolicy
from portal.access import PlacedRequest, member_view
from portal.web.forms.payment_limits import PaymentLimitsForm
from portal.web.instructions import who
from tenants.errors import NotPossible
from tenants.roles import Ability


@require_http_methods(["GET", "HEAD", "POST"])
@member_view()
def payment_limits(request: PlacedRequest) -> HttpResponse:
    """The limits in force; an owner sets them or switches everything off."""
    place, policy = request.place, policies.policy_of(request.place.environment.id)
    form = PaymentLimitsForm.showing(policy)
    if request.method == "POST":
        if not place.may(Ability.MANAGE_MEMBERS):
            raise PermissionDenied("Only an owner of the company sets the limits.")
        form = PaymentLimitsForm(request.POST)
        sentence = _turn_off(request) if "off" in request.POST else _set(request, form)
        if sentence:
            messages.success(request, sentence)
            return redirect("payment_limits", place.tenant.slug)
    context = {
        "form": form,
        "policy": policy,
        "currency": place.environment.base_currency,
        "used": _used(request, policy) if policy else [],
    }
    return render(request, "payment_limits/page.html", context)


@dataclass(frozen=True)
class Used:
    """How much of a limit was asked for today, in the currency of the limits."""

    who: str
    asked: Decimal
    limit: Decimal

    @property
    def left(self) -> Decimal:
        return max(self.limit - self.asked, Decimal(0))


def _used(request: PlacedRequest, policy: InstructionPolicy) -> list[Used]:
    environment_id = policy.environment_id
    today = operations.local_day(environment_id)
    mine = policies.used(environment_id=environment_id, on=today, who=who(request))
    everybody = policies.used(environment_id=environment_id, on=today)
    return [
        Used("You", mine, policy.user_daily_limit),
        Used("Everybody together", everybody, policy.company_daily_limit),
    ]


def _set(request: PlacedRequest, form: PaymentLimitsForm) -> str:
    environment = request.place.environment
    if not form.is_valid():
        return ""
    limits = form.limits(environment.base_currency)
    if form.errors:
        return ""
    try:
        policies.set_policy(environment_id=environment.id, actor=request.place.actor, **limits)
    except NotPossible as error:
        form.add_error(error.field if error.field in form.fields else None, error.sentence)
        return ""
    return "These limits are in force from now on."


def _turn_off(request: PlacedRequest) -> str:
    try:
        policies.turn_off(environment_id=request.place.environment.id, actor=request.place.actor)
    except NotPossible as error:
        return error.sentence
    return "Charges and refunds from here are off. What was asked before is finished."

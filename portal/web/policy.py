"""Posting policy: the few choices of the workflow that an accountant makes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from integrations.workflows import operations, queries
from integrations.workflows.definition import REVIEW, StepDefinition
from portal.access import PlacedRequest, member_view
from portal.web.forms.policy import PolicyForm
from tenants.roles import Ability

_SHIPPED_WINDOW = 5


@require_http_methods(["GET", "HEAD", "POST"])
@member_view()
def policy(request: PlacedRequest) -> HttpResponse:
    """The choices in force, and publishing others."""
    in_force = queries.in_force(request.place.environment.id)
    form = PolicyForm(request.POST or None, initial=_initial(in_force.steps))
    if request.method == "POST" and not request.place.may(Ability.CHANGE_RULES):
        raise PermissionDenied("Your role may look at the posting policy, not change it.")
    if form.is_valid():
        version = operations.publish(
            environment_id=request.place.environment.id,
            steps=_changed(in_force.steps, form),
            actor=request.place.actor,
        )
        messages.success(request, f"Version {version.version} is in force from now on.")
        return redirect("policy", request.place.tenant.slug)
    return render(request, "policy/page.html", {"form": form, "version": in_force.version})


def _initial(steps: Sequence[StepDefinition]) -> dict[str, object]:
    settings = {step.step: step.settings for step in steps}
    return {
        "invoice_missing": settings.get("match", {}).get("invoice_missing", REVIEW),
        "duplicate_window_days": settings.get("guard", {}).get(
            "duplicate_window_days", _SHIPPED_WINDOW
        ),
    }


def _changed(steps: Sequence[StepDefinition], form: PolicyForm) -> list[StepDefinition]:
    changes = form.changes()
    return [
        replace(step, settings={**step.settings, **changes.get(step.step, {})}) for step in steps
    ]

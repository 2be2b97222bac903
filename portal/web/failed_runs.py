"""A recurring payment that failed: asking PayTrace for it again, or pausing its plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from integrations import pipeline
from integrations.exceptions import queries as exceptions
from integrations.exceptions.kinds import Offer
from integrations.exceptions.models import ExceptionCase
from integrations.instructions.models import Instruction
from integrations.pipeline import failed_runs
from portal.access import PlacedRequest, get_or_404, member_view, parse_id
from portal.web.instructions import who
from tenants.errors import NotPossible
from tenants.roles import Ability


@dataclass(frozen=True)
class Step:
    """One thing to ask for: its words, and what does it."""

    title: str
    explanation: str
    icon: str
    do: Callable[..., Instruction]


_STEPS: Mapping[str, Step] = {
    Offer.CHARGE_AGAIN.value: Step(
        "Charge again",
        "PayTrace is asked once to charge the stored card or account of the plan for this "
        "amount. The plan itself stays as it is; its next payment comes on its day.",
        "credit-card",
        pipeline.charge_again,
    ),
    Offer.PAUSE_PLAN.value: Step(
        "Pause the plan",
        "PayTrace charges nothing more by this plan until you resume it. The payment that "
        "failed is not charged again.",
        "circle-pause",
        pipeline.pause_plan,
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@member_view(Ability.MOVE_MONEY)
def exception_ask(request: PlacedRequest, case_id: str, what: str) -> HttpResponse:
    """What will be asked of PayTrace, before the button that asks it."""
    found = exceptions.cases(environment_id=request.place.environment.id)
    case = get_or_404(found.filter(code=failed_runs.CODE), id=parse_id(case_id))
    step = _STEPS.get(what)
    if step is None:
        raise Http404("Not found")
    problem = ""
    is_open = case.state == ExceptionCase.State.OPEN
    if request.method == "POST" and is_open:
        try:
            asked = step.do(effect_id=case.effect_id, who=who(request))
        except NotPossible as error:
            problem = error.sentence
        else:
            messages.success(request, "Asked. This exception is closed.")
            return redirect("instruction", request.place.tenant.slug, asked.id)
    context = {
        "case": case,
        "step": step,
        "plan": failed_runs.plan_of_case(case.effect_id),
        "problem": problem,
        "is_open": is_open,
    }
    return render(request, "exceptions/ask.html", context)

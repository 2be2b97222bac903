"""Recurring plans: what PayTrace charges by itself, starting one, and changing it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from integrations.exceptions import queries as exceptions
from integrations.instructions import operations, queries
from integrations.instructions.kinds import Kind
from integrations.instructions.models import RecurringPlan
from integrations.instructions.wishes import Wish
from integrations.paytrace.recurring import Frequency
from portal.access import PlacedRequest, member_view, parse_id
from portal.web.asking import asked, bank_method, currency_of
from portal.web.forms.instructions import (
    AskingForm,
    ChangePlanForm,
    EndPlanForm,
    NewPlanForm,
    ResumePlanForm,
)
from tenants.roles import Ability

# How many coming payments a list and a plan's own page name.
_FEW, _MANY = 1, 6
_MOST_TYPED = 100
_ENDLESS = (
    "PayTrace cannot take the number of payments away. Enter one, or end this plan and start one "
    "without an end."
)


@require_safe
@member_view()
def plans(request: PlacedRequest) -> HttpResponse:
    """The plans of the environment that match, with the next day each charges."""
    found = plans_wanted(request)
    context = {
        "plans": [(plan, _coming(plan, _FEW)) for plan in found],
        "policy": queries.policy_of(request.place.environment.id),
        "is_cut": len(found) == queries.MOST_PLANS,
        "states": RecurringPlan.State.choices,
        "state": request.GET.get("state", ""),
        "search": _search(request),
    }
    return render(request, "plans/list.html", context)


def plans_wanted(request: PlacedRequest) -> list[RecurringPlan]:
    """What the filter in the address means; a state that does not exist is left out."""
    state = request.GET.get("state", "")
    return queries.plans(
        environment_id=request.place.environment.id,
        state=state if state in RecurringPlan.State.values else "",
        search=_search(request),
    )


def _search(request: PlacedRequest) -> str:
    return request.GET.get("find", "").strip()[:_MOST_TYPED]


@require_http_methods(["GET", "HEAD", "POST"])
@member_view(Ability.MOVE_MONEY)
def plan_new(request: PlacedRequest) -> HttpResponse:
    """Start one on a card or account that PayTrace keeps."""
    methods = queries.stored_methods(environment_id=request.place.environment.id, is_listed=True)
    form = NewPlanForm(request.POST or None, methods=methods)
    if form.is_valid():
        method = form.chosen
        taken = asked(request, form, _new(form), connection_id=method.connection_id)
        if taken:
            return redirect("instruction", request.place.tenant.slug, taken.id)
    context = {
        "form": form,
        "methods": methods,
        "policy": queries.policy_of(request.place.environment.id),
    }
    return render(request, "plans/new.html", context)


@require_safe
@member_view()
def plan(request: PlacedRequest, plan_id: str) -> HttpResponse:
    """One plan: what it has charged, what comes, and what was asked about it."""
    return _page(request, _find(request, plan_id))


@require_POST
@member_view(Ability.MOVE_MONEY)
def plan_do(request: PlacedRequest, plan_id: str, what: str) -> HttpResponse:
    """Change, pause, resume or end it: each is an instruction of its own."""
    step = _STEPS.get(what)
    if step is None:
        raise Http404("Not found")
    found = _find(request, plan_id)
    form_class, wish_of = step
    form = form_class(request.POST, auto_id=f"{what}_%s")
    if form.is_valid():
        wish = wish_of(form, found)
        taken = asked(request, form, wish, connection_id=found.connection_id)
        if taken:
            return redirect("instruction", request.place.tenant.slug, taken.id)
    # What the plan is now may show no form of this step any more, and so no error in it.
    is_shown = found.state in _SHOWN_WHILE[what]
    problem = (
        ""
        if is_shown
        else " ".join(str(error) for errors in form.errors.values() for error in errors)
    )
    return _page(request, found, problem=problem, **{f"{what}_form": form})


def _new(form: NewPlanForm) -> Wish:
    given, method = form.cleaned_data, form.chosen
    return Wish(
        kind=Kind.PLAN_CREATE,
        amount=form.money("amount", currency_of(method.connection)),
        vault_id=method.vault_id,
        customer_number=method.customer_number,
        method=bank_method(method),
        frequency=Frequency(given["frequency"]),
        start_on=given["start_on"],
        total_count=given["total_count"],
        description=given["description"],
    )


def _change(form: AskingForm, found: RecurringPlan) -> Wish:
    """Only what differs: what stays is not sent, so PayTrace cannot be told it anew."""
    given = form.cleaned_data
    amount = form.money("amount", found.currency)
    is_same = amount is not None and amount.amount == found.amount
    frequency = Frequency(given["frequency"])
    total = given["total_count"]
    words = given["description"]
    if total is None and found.total_count is not None:
        form.add_error("total_count", _ENDLESS)
    if not words and found.description:
        form.add_error("description", "PayTrace keeps the old words where none are given.")
    return Wish(
        kind=Kind.PLAN_CHANGE,
        plan_id=found.id,
        amount=None if is_same else amount,
        frequency=None if frequency == found.frequency else frequency,
        next_on=given["next_on"],
        total_count=None if total == found.total_count else total,
        description="" if words == found.description else words,
    )


def _resume(form: AskingForm, found: RecurringPlan) -> Wish:
    return Wish(kind=Kind.PLAN_RESUME, plan_id=found.id, start_on=form.cleaned_data["start_on"])


def _simple(kind: Kind) -> Callable[[AskingForm, RecurringPlan], Wish]:
    return lambda _, found: Wish(kind=kind, plan_id=found.id)


_STEPS: dict[str, tuple[type[AskingForm], Callable[[AskingForm, RecurringPlan], Wish]]] = {
    "change": (ChangePlanForm, _change),
    "pause": (EndPlanForm, _simple(Kind.PLAN_PAUSE)),
    "resume": (ResumePlanForm, _resume),
    "end": (EndPlanForm, _simple(Kind.PLAN_CANCEL)),
}
_S = RecurringPlan.State
_SHOWN_WHILE: dict[str, frozenset[str]] = {
    "change": frozenset({_S.ACTIVE}),
    "pause": frozenset({_S.ACTIVE}),
    "resume": frozenset({_S.PAUSED}),
    "end": frozenset({_S.ACTIVE, _S.PAUSED}),
}


def _page(request: PlacedRequest, found: RecurringPlan, **forms: Any) -> HttpResponse:
    today = operations.day_of(found.connection)
    method = queries.method_of(found)
    context = {
        "plan": found,
        "method": method,
        "is_over": method is not None and method.is_over(today),
        "may_change": found.connection.settings.get("api_version") != "v3",
        "now": queries.plan_as_of(found, today=today),
        "coming": _coming(found, _MANY),
        "asked": queries.of_plan(found.id),
        "failed": exceptions.failed_runs_of(found.id),
        "change_form": ChangePlanForm(plan=found, auto_id="change_%s"),
        "pause_form": EndPlanForm(auto_id="pause_%s"),
        "resume_form": ResumePlanForm(auto_id="resume_%s"),
        "end_form": EndPlanForm(auto_id="end_%s"),
    }
    return render(request, "plans/one.html", context | forms)


def _coming(found: RecurringPlan, most: int) -> list[Any]:
    return queries.next_days(found, today=operations.day_of(found.connection), most=most)


def _find(request: PlacedRequest, plan_id: str) -> RecurringPlan:
    found = queries.plan(environment_id=request.place.environment.id, plan_id=parse_id(plan_id))
    if found is None:
        raise Http404("Not found")
    return found

"""Calibration: which transactions to key, what each did, what follows, and accepting it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from integrations.connections import calibrations, profiles
from integrations.connections.models import CalibrationStep, Connection
from integrations.sagepro.calibration.transactions import TASKS, Task, Transaction
from integrations.sagepro.profile_diff import differences
from integrations.sagepro.profile_words import KINDS
from portal.access import PlacedRequest, member_view
from portal.web.forms.calibration import KeyedForm
from portal.web.profile import sage_company
from tenants.errors import NotPossible
from tenants.roles import Ability

Step = CalibrationStep.State


@dataclass(frozen=True)
class TaskView:
    """One transaction to key, and how far it is."""

    name: str
    task: Task
    step: CalibrationStep | None
    is_proven: bool
    is_here: bool
    told: tuple[str, ...]


@require_safe
@member_view()
def calibration(request: PlacedRequest, connection_id: str) -> HttpResponse:
    """The list of transactions, the one to key next, and what has been found so far."""
    found = sage_company(request, connection_id)
    return _page(request, found)


@require_safe
@member_view()
def calibration_progress(request: PlacedRequest, connection_id: str) -> HttpResponse:
    """The look that a worker does now; the page is drawn anew once it has ended."""
    found = sage_company(request, connection_id)
    context = {"connection": found, "running": _running(found)}
    response = render(request, "calibration/progress.html", context)
    if context["running"] is None and request.headers.get("HX-Request"):
        response["HX-Refresh"] = "true"
    return response


@require_POST
@member_view(Ability.MANAGE_CONNECTIONS)
def calibration_do(request: PlacedRequest, connection_id: str, what: str) -> HttpResponse:
    """One thing done; what does not fit comes back with what was typed."""
    found = sage_company(request, connection_id)
    action = _ACTIONS.get(what)
    if action is None:
        raise Http404("Not found")
    try:
        return action(request, found)
    except NotPossible as error:
        return _page(request, found, problem=error.sentence)
    except profiles.Unusable as error:
        return _page(request, found, problem=str(error))


def _start(request: PlacedRequest, found: Connection) -> HttpResponse:
    calibrations.start(connection_id=found.id, actor=request.place.actor)
    return _back(request, found)


def _look_again(request: PlacedRequest, found: Connection) -> HttpResponse:
    calibrations.look_again(connection_id=found.id, actor=request.place.actor)
    return _back(request, found)


def _keyed(request: PlacedRequest, found: Connection) -> HttpResponse:
    transaction = _chosen(request.POST.get("transaction", ""))
    form = KeyedForm(request.POST, transaction=transaction, today=_today(request))
    if not form.is_valid():
        return _page(request, found, form=form)
    try:
        calibrations.have_keyed(
            connection_id=found.id, keyed=form.keyed(), actor=request.place.actor
        )
    except NotPossible as error:
        form.add_error(error.field if error.field in form.fields else None, error.sentence)
        return _page(request, found, form=form)
    return _back(request, found)


def _answer(request: PlacedRequest, found: Connection) -> HttpResponse:
    calibrations.answer(
        connection_id=found.id,
        key=request.POST.get("question", ""),
        value=request.POST.get("answer", ""),
        actor=request.place.actor,
    )
    return _back(request, found)


def _accept(request: PlacedRequest, found: Connection) -> HttpResponse:
    made = calibrations.accept(connection_id=found.id, actor=request.place.actor)
    messages.success(
        request, f"Version {made.version} is in force. Test the connection now to use it."
    )
    return redirect("posting_profile", request.place.tenant.slug, found.id)


def _start_over(request: PlacedRequest, found: Connection) -> HttpResponse:
    calibrations.start_over(connection_id=found.id, actor=request.place.actor)
    messages.success(request, "Put aside. Nothing of it is used; the posting profile is as before.")
    return _back(request, found)


_ACTIONS: dict[str, Callable[[PlacedRequest, Connection], HttpResponse]] = {
    "start": _start,
    "look-again": _look_again,
    "keyed": _keyed,
    "answer": _answer,
    "accept": _accept,
    "start-over": _start_over,
}


def _page(
    request: PlacedRequest,
    found: Connection,
    *,
    form: KeyedForm | None = None,
    problem: str = "",
) -> HttpResponse:
    under_way = calibrations.open_calibration(found.id)
    context: dict[str, Any] = {
        "connection": found,
        "may_calibrate": calibrations.may_calibrate(found),
        "only_test_companies": calibrations.ONLY_TEST_COMPANIES,
        "calibration": under_way,
        "problem": problem,
        "tasks": [(name, task) for name, task in TASKS.items()],
    }
    if under_way is not None:
        steps = calibrations.steps(under_way)
        proposal = calibrations.propose(under_way, found)
        here = form.transaction if form else _here(request, steps)
        context |= {
            "running": calibrations.running(steps),
            "has_looked": under_way.snapshot is not None,
            "last_failed": steps[-1] if steps and steps[-1].state == Step.FAILED else None,
            "views": _views(steps, proposal, here),
            "here": TASKS[here],
            "transaction": here,
            "form": form
            or KeyedForm(transaction=here, today=_today(request), initial=_before(steps)),
            "proposal": proposal,
            "kinds": _kinds(proposal),
            "changed": _changed(found, proposal),
        }
    return render(request, "calibration/page.html", context)


def _fresh_form(
    request: PlacedRequest, here: Transaction, steps: list[CalibrationStep]
) -> KeyedForm:
    return KeyedForm(transaction=here, today=_today(request), initial=_before(steps))


def _views(steps: list[CalibrationStep], proposal: Any, here: Transaction) -> list[TaskView]:
    last = {step.transaction: step for step in steps}
    return [
        TaskView(
            name=name,
            task=task,
            step=last.get(name),
            is_proven=name in proposal.proven,
            is_here=name is here,
            told=proposal.differences.get(name, ()),
        )
        for name, task in TASKS.items()
    ]


def _kinds(proposal: Any) -> list[tuple[str, bool]]:
    allowed = proposal.profile.kinds if proposal.profile else frozenset()
    return [(word.label, kind in allowed) for kind, word in KINDS.items()]


def _changed(found: Connection, proposal: Any) -> list[str]:
    if proposal.profile is None:
        return []
    return differences(profiles.in_force(found), proposal.profile)


def _here(request: PlacedRequest, steps: list[CalibrationStep]) -> Transaction:
    """The transaction to key: the chosen one, or the first that is not done."""
    asked = request.GET.get("transaction", "")
    if asked in set(Transaction):
        return Transaction(asked)
    done = {step.transaction for step in steps if step.state == Step.DONE}
    return next((each for each in Transaction if each not in done), Transaction.FULL)


def _before(steps: list[CalibrationStep]) -> dict[str, Any]:
    """What is usually the same as in the transaction before."""
    last: dict[str, Any] = next((step.keyed for step in reversed(steps) if step.keyed), {})
    return {name: last[name] for name in ("customer", "user", "day") if name in last}


def _running(found: Connection) -> CalibrationStep | None:
    under_way = calibrations.open_calibration(found.id)
    return calibrations.running(calibrations.steps(under_way)) if under_way else None


def _chosen(name: str) -> Transaction:
    if name not in set(Transaction):
        raise NotPossible("Choose a transaction from the list.")
    return Transaction(name)


def _today(request: PlacedRequest) -> Any:
    now: datetime = timezone.now()
    return now.astimezone(ZoneInfo(request.place.environment.zone)).date()


def _back(request: PlacedRequest, found: Connection) -> HttpResponse:
    return redirect("calibration", request.place.tenant.slug, found.id)

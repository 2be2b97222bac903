"""Chargebacks: what was told and where it stands, one entered by hand, many by a file."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from integrations import pipeline
from integrations.canonical.disputes import case_number
from integrations.canonical.problems import Problem
from integrations.connections import queries as connections
from integrations.events import dispute_file
from integrations.events.dispute_file import Read, UnreadableFile
from integrations.pipeline.chargebacks import Told
from integrations.posting import chargebacks as cases
from portal.access import PlacedRequest, member_view
from portal.web.disputes import tellers
from portal.web.forms.chargebacks import ChargebackForm, ChargebackRowsForm
from portal.web.moments import today_in
from portal.web.telling import filled_in
from tenants.errors import NotPossible
from tenants.roles import Ability

# More than anybody repairs in one go; the count is told as well.
_MOST_PROBLEMS = 50
# Said one by one; of more, the count.
_MOST_MOVED = 5
# Both forms stand on one page, so their fields need names of their own.
_FILE_IDS = "file_%s"


@require_safe
@member_view()
def chargebacks(request: PlacedRequest) -> HttpResponse:
    """Every case and where it stands in the books, and the two ways to tell of one."""
    known = filled_in(request.GET.dict())
    if not known:
        return _page(request)
    return _page(request, form=ChargebackForm(accounts=_accounts(request), initial=known))


@require_POST
@member_view(Ability.CLEAR_EXCEPTIONS)
def chargeback_record(request: PlacedRequest) -> HttpResponse:
    """One chargeback, from the form."""
    form = ChargebackForm(request.POST, accounts=_accounts(request))
    dispute = form.dispute() if form.is_valid() else None
    if dispute is None:
        return _page(request, form=form)
    try:
        told = pipeline.record_chargebacks(
            [dispute], connection_id=form.source.id, actor=request.place.actor
        )
    except NotPossible as error:
        form.add_error("account", error.sentence)
        return _page(request, form=form)
    for problem in told.problems:
        form.refuse(problem.field.split(", ")[1], problem.sentence)
    return _page(request, form=form) if told.problems else _done(request, told)


@require_POST
@member_view(Ability.CLEAR_EXCEPTIONS)
def chargeback_upload(request: PlacedRequest) -> HttpResponse:
    """Many chargebacks, from a file: all of them, or none and what is wrong in which line."""
    form = ChargebackRowsForm(
        request.POST, request.FILES, accounts=_accounts(request), auto_id=_FILE_IDS
    )
    if not form.is_valid():
        return _page(request, file_form=form)
    try:
        read = dispute_file.read_file(form.content(), currency=form.currency(), today=form.today())
        told = _record(request, form, read)
    except UnreadableFile as error:
        form.add_error("file", error.sentence)
        return _page(request, file_form=form)
    except NotPossible as error:
        form.add_error("account", error.sentence)
        return _page(request, file_form=form)
    if told.problems:
        return _page(request, file_form=form, problems=told.problems)
    return _done(request, told)


def _record(request: PlacedRequest, form: ChargebackRowsForm, read: Read) -> Told:
    if read.problems:
        return Told(problems=read.problems)
    told = pipeline.record_chargebacks(
        read.disputes, connection_id=form.source.id, actor=request.place.actor
    )
    return replace(told, problems=tuple(_in_line(one, read) for one in told.problems))


def _in_line(problem: Problem, read: Read) -> Problem:
    place, column = problem.field.split(", ")
    return Problem(f"Line {read.lines[int(place) - 1]}, {column}", problem.sentence)


def _done(request: PlacedRequest, told: Told) -> HttpResponse:
    sentences = []
    if told.new:
        sentences.append(f"{told.new} entered.")
    elif not told.moved:
        sentences.append("Nothing new.")
    if known := told.known - len(told.moved):
        sentences.append(f"{known} known already, left as they were.")
    messages.success(request, " ".join([*sentences, *_moved(told)]))
    return redirect("chargebacks", request.place.tenant.slug)


def _moved(told: Told) -> list[str]:
    """Each case whose last day to contest is another one now."""
    sentences = [
        f"Case {case_number(one.transaction_id)} is to be contested by {_words(one.after)} now"
        + (f", not by {_words(one.before)}." if one.before else ".")
        for one in told.moved[:_MOST_MOVED]
    ]
    more = len(told.moved) - len(sentences)
    if more:
        sentences.append(f"The last day of {more} more has changed, too: see below.")
    return sentences


def _words(day: date) -> str:
    return f"{day:%b} {day.day}, {day.year}"


def _page(request: PlacedRequest, **more: Any) -> HttpResponse:
    accounts = _accounts(request)
    problems = more.pop("problems", ())
    found = cases.cases(environment_id=request.place.environment.id)
    context = {
        "cases": found,
        "is_cut": len(found) == cases.MOST_CASES,
        "today": today_in(request.place.environment.zone, now=timezone.now()),
        "accounts": accounts,
        "tellers": tellers(connections.disputes_providers(request.place.environment.id)),
        "form": ChargebackForm(accounts=accounts),
        "file_form": ChargebackRowsForm(accounts=accounts, auto_id=_FILE_IDS),
        "problems": problems[:_MOST_PROBLEMS],
        "problem_count": len(problems),
    }
    return render(request, "chargebacks/page.html", context | more)


def _accounts(request: PlacedRequest) -> list[Any]:
    return connections.paytrace_connections(request.place.environment.id)

"""Holds: amounts reserved on cards, to be captured or let go before the bank lets them go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from integrations.canonical.attempt_numbers import invoice_in
from integrations.events import holds
from integrations.events.holds import Hold
from integrations.instructions import queries
from integrations.instructions.held import Held
from integrations.instructions.kinds import Kind
from integrations.instructions.offered import changes_holds
from integrations.instructions.wishes import Wish
from integrations.paytrace.adjusting import range_of
from portal.access import PlacedRequest, member_view, parse_id
from portal.web.asking import asked
from portal.web.forms.instructions import AdjustForm, AskingForm, CaptureForm, EndPlanForm
from tenants.roles import Ability

_LONGEST_CUSTOMER = 20


@require_safe
@member_view()
def holds_page(request: PlacedRequest) -> HttpResponse:
    """What is held, the oldest first."""
    return _page(request)


@require_POST
@member_view(Ability.MOVE_MONEY)
def hold_capture(request: PlacedRequest, hold_id: str) -> HttpResponse:
    """Take the held money, all or a part."""
    one = _find(request, hold_id)
    form = CaptureForm(request.POST)
    if form.is_valid():
        amount = form.money("amount", one.transaction.amount.currency)
        if amount is not None and one.transaction.amount < amount:
            form.add_error("amount", f"Only {one.transaction.amount} is held.")
        answer = _ask(request, form, one, Wish(Kind.CAPTURE, amount=amount))
        if answer:
            return answer
    return _page(request, form=form)


@require_POST
@member_view(Ability.MOVE_MONEY)
def hold_adjust(request: PlacedRequest, hold_id: str) -> HttpResponse:
    """Hold another amount."""
    one = _find(request, hold_id)
    form = AdjustForm(request.POST)
    if form.is_valid():
        amount = form.money("amount", one.transaction.amount.currency)
        answer = _ask(request, form, one, Wish(Kind.ADJUST, amount=amount))
        if answer:
            return answer
    return _page(request, form=form)


@require_POST
@member_view(Ability.MOVE_MONEY)
def hold_release(request: PlacedRequest, hold_id: str) -> HttpResponse:
    """Let the hold go; nothing is charged."""
    one = _find(request, hold_id)
    form = EndPlanForm(request.POST)
    if form.is_valid():
        wish = Wish(Kind.GIVE_BACK, amount=one.transaction.amount, description="The hold is let go")
        answer = _ask(request, form, one, wish)
        if answer:
            return answer
    return _page(request, form=form)


def _ask(request: PlacedRequest, form: AskingForm, one: Hold, wish: Wish) -> HttpResponse | None:
    about = Wish(
        wish.kind,
        amount=wish.amount,
        transaction_id=one.transaction.transaction_id,
        customer_number=_customer(one),
        description=wish.description,
    )
    held = Held(one.transaction.amount, one.first)
    taken = asked(request, form, about, connection_id=one.connection.id, held=held)
    return redirect("instruction", request.place.tenant.slug, taken.id) if taken else None


def _customer(one: Hold) -> str:
    """Whose hold it is, as PayTrace tells it; longer than any number of Sage is none."""
    told = one.transaction.customer_id
    return told if len(told) <= _LONGEST_CUSTOMER else ""


def _find(request: PlacedRequest, hold_id: str) -> Hold:
    found = holds.hold(
        environment_id=request.place.environment.id, fact_id=parse_id(hold_id), now=timezone.now()
    )
    if found is None:
        raise Http404("Not found")
    return found


def _page(request: PlacedRequest, form: AskingForm | None = None) -> HttpResponse:
    environment_id = request.place.environment.id
    found = holds.holds(environment_id=environment_id, now=timezone.now())
    context = {
        "rows": _rows(found, environment_id=environment_id),
        "is_cut": len(found) == holds.MOST,
        "form": form,
        "may_ask": queries.policy_of(environment_id) is not None,
    }
    return render(request, "holds/page.html", context)


def _reference(one: Hold) -> str:
    """What it is for, as somebody wrote it: a number that is only ours says nothing to people."""
    told = one.transaction
    return told.customer_reference or invoice_in(told.invoice_reference)


def _rows(found: Sequence[Hold], **where: Any) -> list[dict[str, Any]]:
    """Each with what was asked about it and its forms, each with a key of its own."""
    under_way = queries.about_holds(
        transaction_ids=[one.transaction.transaction_id for one in found], **where
    )
    return [
        {
            "hold": one,
            "reference": _reference(one),
            "asked": under_way.get((one.connection.id, one.transaction.transaction_id)),
            "capture": CaptureForm(
                auto_id=f"capture_{one.fact_id}_%s",
                initial={"amount": one.transaction.amount.plain},
            ),
            "adjust": AdjustForm(auto_id=f"adjust_{one.fact_id}_%s")
            if changes_holds(one.connection)
            else None,
            "range": range_of(one.first),
            "release": EndPlanForm(auto_id=f"release_{one.fact_id}_%s"),
        }
        for one in found
    ]

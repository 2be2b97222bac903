"""Stored cards and bank accounts: what PayTrace keeps, changing it, and having it forgotten."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from integrations.instructions import kept_cards, queries
from integrations.instructions.kinds import DETAILS, Kind
from integrations.instructions.models import StoredPaymentMethod
from integrations.instructions.pages import page
from integrations.instructions.wishes import Wish
from portal.access import PlacedRequest, member_view, parse_id
from portal.web.asking import asked, bank_method, currency_of
from portal.web.forms.instructions import (
    AssignForm,
    ChangeMethodForm,
    EndPlanForm,
    RefundCardForm,
)
from portal.web.moments import today_in
from portal.web.pages import address_after, address_first, mark_of
from tenants.errors import NotPossible
from tenants.roles import Ability

PAGE_SIZE = 50
_MOST_TYPED = 100


@require_safe
@member_view()
def stored_cards(request: PlacedRequest) -> HttpResponse:
    """Brand, last four and expiry of what PayTrace keeps; never more is known here."""
    return _page(request)


@require_POST
@member_view(Ability.MOVE_MONEY)
def stored_card_forget(request: PlacedRequest, method_id: str) -> HttpResponse:
    """Have PayTrace forget a card or account for good."""
    method = _find(request, method_id)
    form = EndPlanForm(request.POST)
    if form.is_valid():
        wish = Wish(
            kind=Kind.FORGET_CUSTOMER,
            vault_id=method.vault_id,
            customer_number=method.customer_number,
            method=bank_method(method),
        )
        taken = asked(request, form, wish, connection_id=method.connection_id)
        if taken:
            return redirect("instruction", request.place.tenant.slug, taken.id)
    return _page(request, form=form)


@require_POST
@member_view(Ability.MOVE_MONEY)
def stored_card_assign(request: PlacedRequest, method_id: str) -> HttpResponse:
    """Say which customer in Sage a card is of that was stored in PayTrace itself."""
    method = _find(request, method_id)
    form = AssignForm(request.POST)
    if form.is_valid():
        try:
            kept_cards.assign(
                method_id=method.id,
                environment_id=request.place.environment.id,
                customer_number=form.cleaned_data["customer_number"],
                actor=request.place.actor,
            )
        except NotPossible as error:
            form.add_error(error.field or None, error.sentence)
        else:
            messages.success(request, f"{method} is {form.cleaned_data['customer_number']}’s now.")
            return redirect("stored_cards", request.place.tenant.slug)
    return _page(request, form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@member_view(Ability.MOVE_MONEY)
def stored_card_edit(request: PlacedRequest, method_id: str) -> HttpResponse:
    """Have PayTrace change whose card it is, or when it ends."""
    method = _find(request, method_id)
    form = ChangeMethodForm(request.POST or None)
    if form.is_valid():
        given = {name: form.cleaned_data[name] for name in DETAILS}
        wish = Wish(
            kind=Kind.UPDATE_CUSTOMER,
            vault_id=method.vault_id,
            customer_number=method.customer_number,
            **given,
        )
        taken = asked(request, form, wish, connection_id=method.connection_id)
        if taken:
            return redirect("instruction", request.place.tenant.slug, taken.id)
    return render(request, "stored_cards/edit.html", {"form": form, "method": method})


@require_http_methods(["GET", "HEAD", "POST"])
@member_view(Ability.MOVE_MONEY)
def stored_card_refund(request: PlacedRequest, method_id: str) -> HttpResponse:
    """Refund a stored card without an earlier payment."""
    method = _find(request, method_id)
    form = RefundCardForm(request.POST or None)
    if form.is_valid():
        wish = Wish(
            kind=Kind.REFUND_CUSTOMER,
            amount=form.money("amount", currency_of(method.connection)),
            vault_id=method.vault_id,
            customer_number=method.customer_number,
            invoice_number=form.cleaned_data["invoice_number"],
            description=form.cleaned_data["description"],
        )
        taken = asked(request, form, wish, connection_id=method.connection_id)
        if taken:
            return redirect("instruction", request.place.tenant.slug, taken.id)
    return render(request, "stored_cards/refund.html", {"form": form, "method": method})


def _guess(method: StoredPaymentMethod) -> dict[str, str]:
    """What the person may mean: the number it has, or what the merchant calls it in PayTrace."""
    return {"customer_number": method.customer_number or method.vault_id[:20]}


def _find(request: PlacedRequest, method_id: str) -> StoredPaymentMethod:
    found = queries.stored_method(
        environment_id=request.place.environment.id, method_id=parse_id(method_id)
    )
    if found is None:
        raise Http404("Not found")
    return found


def _page(request: PlacedRequest, form: forms.Form | None = None) -> HttpResponse:
    search = request.GET.get("customer", "").strip()[:_MOST_TYPED]
    found = page(
        queries.methods(environment_id=request.place.environment.id, search=search),
        by="stored_at",
        after=mark_of(request),
        size=PAGE_SIZE,
    )
    # Each its own key: two cards forgotten from one page are two instructions.
    today = today_in(request.place.environment.zone, now=timezone.now())
    rows = [
        (
            method,
            method.is_over(today),
            EndPlanForm(auto_id=f"forget_{method.id}_%s"),
            AssignForm(auto_id=f"assign_{method.id}_%s", initial=_guess(method)),
        )
        for method in found.rows
    ]
    context = {
        "rows": rows,
        "search": search,
        "form": form,
        "older": address_after(request, found.next),
        "newest": address_first(request),
    }
    return render(request, "stored_cards/page.html", context)

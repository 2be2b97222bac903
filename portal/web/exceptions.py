"""Exceptions: what needs somebody, grouped, with the next action as a button."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from integrations import pipeline
from integrations.accounting.templates import JournalKind
from integrations.exceptions import queries as exceptions
from integrations.exceptions.kinds import Offer
from integrations.exceptions.models import ExceptionCase
from integrations.open_items import queries as open_items
from portal.access import PlacedRequest, get_or_404, member_view, parse_id
from portal.web.decisions import (
    Button,
    case_context,
    evidence_lines,
    is_unclear,
    may_go_back,
    offers_for,
    teller,
)
from portal.web.forms.decisions import (
    ChooseInvoiceForm,
    ChoosePaymentForm,
    DismissForm,
    OnAccountForm,
    RetryForm,
)
from tenants.errors import NotPossible
from tenants.roles import Ability

BULK = 200
# Characters that are looked for among open invoices.
_MOST_TYPED = 60


@dataclass(frozen=True)
class Line:
    """A case in the inbox with its evidence and buttons."""

    case: ExceptionCase
    evidence: list[str]
    offers: list[Button]
    may_go_back: bool


@require_safe
@member_view()
def inbox(request: PlacedRequest) -> HttpResponse:
    """Every open case, grouped by what is wrong, most money first."""
    code = request.GET.get("code", "")
    environment_id = request.place.environment.id
    found = list(exceptions.open_cases(environment_id=environment_id)[: exceptions.INBOX_SIZE])
    every = exceptions.groups(found)
    shown = [group for group in every if not code or group.kind.code == code]
    context = {
        "every": every,
        "code": code,
        "groups": [(group, [_line(case) for case in group.cases]) for group in shown],
        "count": len(found),
        "is_cut": len(found) == exceptions.INBOX_SIZE,
        "at_stake": exceptions.money_at_stake(found),
    }
    return render(request, "exceptions/inbox.html", context)


def _line(case: ExceptionCase) -> Line:
    return Line(case, evidence_lines(case), offers_for(case), may_go_back(case))


@require_POST
@member_view(Ability.CLEAR_EXCEPTIONS)
def retry_all(request: PlacedRequest) -> HttpResponse:
    """Try every open case of one kind again; what changed meanwhile is left as it is."""
    code = request.POST.get("code", "")
    cases = exceptions.open_cases(environment_id=request.place.environment.id, code=code)
    done = 0
    for case in cases[:BULK]:
        try:
            pipeline.retry(effect_id=case.effect_id, actor=request.place.actor)
        except NotPossible:
            continue
        done += 1
    messages.success(
        request, f"{done} {'payment is' if done == 1 else 'payments are'} tried again."
    )
    return redirect("exceptions", request.place.tenant.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@member_view(Ability.CLEAR_EXCEPTIONS)
def decide(request: PlacedRequest, case_id: str, offer: str) -> HttpResponse:
    """One decision: what will be posted is shown before the button that does it."""
    case = get_or_404(
        exceptions.cases(environment_id=request.place.environment.id), id=parse_id(case_id)
    )
    wanted = next((each for each in _FORMS if each.value == offer), None)
    if wanted is None:
        raise Http404("Not found")
    form = _form(request, wanted, case)
    is_open = case.state == ExceptionCase.State.OPEN
    # An answered case stays answered, though its payment may have come back with a new one.
    if is_open and form.is_valid():
        try:
            _do(wanted, case, form.cleaned_data, actor=request.place.actor)
        except NotPossible as error:
            form.add_error(None, error.sentence)
        else:
            is_looked = wanted is Offer.RETRY and is_unclear(case)
            done = _LOOKED.format(teller=_capital(teller(case))) if is_looked else _DONE[wanted]
            messages.success(request, done)
            return redirect("payment", request.place.tenant.slug, case.effect_id)
    context = case_context(case) | {
        "form": form,
        "offer": wanted.value,
        "words": _words(wanted, case),
        "preview": _preview(wanted, case),
        "is_open": is_open,
    }
    if wanted in _SEARCHED and case.effect.kind == "sale":
        context |= _open_invoices(case, wanted, str(form[_SEARCHED[wanted]].value() or ""))
    return render(request, "exceptions/decide.html", context)


@require_safe
@member_view(Ability.CLEAR_EXCEPTIONS)
def open_invoices(request: PlacedRequest, case_id: str, offer: str) -> HttpResponse:
    """What may be chosen, as it is typed: the fragment of the page above."""
    case = get_or_404(
        exceptions.cases(environment_id=request.place.environment.id), id=parse_id(case_id)
    )
    wanted = next((each for each in _SEARCHED if each.value == offer), None)
    if wanted is None or case.effect.kind != "sale":
        raise Http404("Not found")
    typed = request.GET.get(_SEARCHED[wanted], "")
    context = {"case": case} | _open_invoices(case, wanted, typed)
    return render(request, "exceptions/open_invoices.html", context)


# The field that is searched by, where open invoices are shown.
_SEARCHED = {Offer.CHOOSE_INVOICE: "invoice_number", Offer.ON_ACCOUNT: "customer_number"}


def _open_invoices(case: ExceptionCase, offer: Offer, typed: str) -> dict[str, Any]:
    effect = case.effect
    by_customer = offer is Offer.ON_ACCOUNT
    found = open_items.find(
        company_id=effect.company_id,
        customer_number=typed.strip() if by_customer else effect.customer_number,
        typed="" if by_customer else typed[:_MOST_TYPED],
        amount=effect.amount,
        currency=effect.currency,
    )
    return {"found": found, "offer": offer.value, "searched": _SEARCHED[offer]}


_FORMS: Mapping[Offer, type[forms.Form]] = {
    Offer.RETRY: RetryForm,
    Offer.ON_ACCOUNT: OnAccountForm,
    Offer.CHOOSE_INVOICE: ChooseInvoiceForm,
    Offer.CHOOSE_PAYMENT: ChoosePaymentForm,
    Offer.DISMISS: DismissForm,
}
_DONE: Mapping[Offer, str] = {
    Offer.RETRY: "It is tried again now.",
    Offer.ON_ACCOUNT: "It goes on the customer's account now.",
    Offer.CHOOSE_INVOICE: "It is applied to the invoice now.",
    Offer.CHOOSE_PAYMENT: "The payment is taken back now.",
    Offer.DISMISS: "It is dismissed. Nothing is posted for it.",
}


@dataclass(frozen=True)
class DecisionWords:
    title: str
    button: str
    explanation: str


_WORDS: Mapping[Offer, DecisionWords] = {
    Offer.RETRY: DecisionWords(
        "Try again",
        "Try again",
        "It is matched, mapped and accounted anew with the rules in force now. If everything "
        "fits, this is posted:",
    ),
    Offer.ON_ACCOUNT: DecisionWords(
        "Put on account",
        "Put on account",
        "No invoice is paid. The money becomes an open credit of the customer in Sage:",
    ),
    Offer.CHOOSE_INVOICE: DecisionWords(
        "Apply to an invoice",
        "Apply to this invoice",
        "The invoice's balance goes down by the payment. This is posted:",
    ),
    Offer.CHOOSE_PAYMENT: DecisionWords(
        "Choose the payment",
        "Take this payment back",
        "The receipt of this payment is taken back by that much, and its invoice is open again.",
    ),
    Offer.DISMISS: DecisionWords(
        "Dismiss",
        "Dismiss without posting",
        "Nothing is posted to Sage, now or later. The payment stays in PayTrace as it is.",
    ),
}


_LOOKED = "{teller} is looked through now; this closes by itself once it tells something clear."


_OF_ROWS: Mapping[Offer, DecisionWords] = {
    Offer.RETRY: DecisionWords(
        "Look again",
        "Look through Sage again",
        "Nothing is sent to PayTrace by this. Once the row is mended and flagged again in Sage, it "
        "is taken in and this closes by itself.",
    ),
    Offer.DISMISS: DecisionWords(
        "Dismiss",
        "Dismiss it",
        "Nothing is asked of PayTrace for it, and the row in Sage stays as it is. Flagged again, "
        "it is looked at anew.",
    ),
}


def _words(offer: Offer, case: ExceptionCase) -> DecisionWords:
    if case.effect.kind == "flagged_row":
        return _OF_ROWS.get(offer, _WORDS[offer])
    return _look(case) if offer is Offer.RETRY and is_unclear(case) else _WORDS[offer]


def _look(case: ExceptionCase) -> DecisionWords:
    who = teller(case)
    return DecisionWords(
        "Look again",
        f"Look through {who} again",
        f"Nothing is posted by this. {_capital(who)} is asked again, and when it tells something "
        "clear, this closes by itself and the payment goes its way.",
    )


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _form(request: PlacedRequest, offer: Offer, case: ExceptionCase) -> forms.Form:
    initial = {
        "customer_number": case.effect.customer_number,
        "invoice_number": request.GET.get("invoice", ""),
    }
    data = request.POST if request.method == "POST" else None
    return _FORMS[offer](data, initial=initial)


def _do(offer: Offer, case: ExceptionCase, given: Mapping[str, Any], *, actor: str) -> None:
    if offer is Offer.RETRY:
        pipeline.retry(effect_id=case.effect_id, actor=actor)
    elif offer is Offer.ON_ACCOUNT:
        pipeline.put_on_account(
            effect_id=case.effect_id,
            customer_number=given["customer_number"],
            actor=actor,
            reason=given["reason"],
        )
    elif offer is Offer.CHOOSE_INVOICE:
        pipeline.choose_invoice(
            effect_id=case.effect_id,
            invoice_number=given["invoice_number"],
            actor=actor,
            reason=given["reason"],
        )
    elif offer is Offer.CHOOSE_PAYMENT:
        pipeline.choose_payment(
            effect_id=case.effect_id,
            payment_id=given["payment_id"],
            actor=actor,
            reason=given["reason"],
        )
    else:
        pipeline.dismiss(effect_id=case.effect_id, actor=actor, reason=given["reason"])


def _preview(offer: Offer, case: ExceptionCase) -> pipeline.Preview | None:
    """The journal of what the button would post; a refund or a dismissal previews none."""
    if offer is Offer.DISMISS or case.effect.kind != "sale":
        return None
    kind = JournalKind.ON_ACCOUNT if offer is Offer.ON_ACCOUNT else JournalKind.RECEIPT
    return pipeline.preview(effect_id=case.effect_id, kind=kind)

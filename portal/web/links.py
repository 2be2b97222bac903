"""Payment links: the list, one of them, making one for a payment or a card, cancelling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from integrations.canonical.money import Money
from integrations.connections import queries as connections
from integrations.connections.models import Connection
from integrations.instructions import link_keeping, links, queries
from integrations.instructions.link_addresses import addresses_of
from integrations.instructions.models import PaymentLink
from integrations.instructions.pages import page
from integrations.instructions.paying import state_at
from integrations.posting import queries as posting
from integrations.posting.models import Effect
from portal.access import PlacedRequest, member_view, parse_id
from portal.web import open_invoices
from portal.web.forms.links import CardLinkForm, PaymentLinkForm
from portal.web.instructions import who
from portal.web.open_invoices import MOST_TYPED
from portal.web.pages import address_after, address_first, mark_of
from tenants.errors import NotPossible
from tenants.roles import Ability

_METHODS = ["GET", "HEAD", "POST"]
_STATES = dict(PaymentLink.State.choices)
_P = PaymentLink.Page
_MADE: Mapping[str, str] = {
    _P.TIEOUT: "The link is ready. Copy it, or see below that it is mailed.",
    _P.PAYTRACE: "PayTrace is asked to make its page. The link stands here in a moment.",
}
_CANCELLED: Mapping[str, str] = {
    _P.TIEOUT: "Cancelled. Whoever opens the link is told to ask for a new one.",
    _P.PAYTRACE: "Cancelled here. PayTrace’s own page cannot be taken back and takes a payment "
    "until it ends; one that comes waits under Exceptions. Tell the customer not to pay there.",
}
_FILLED_IN = ("account", "customer_number", "invoice_number", "amount", "email", "description")
# Ended without what was asked for: the customer can be asked again.
_IN_VAIN = frozenset({PaymentLink.State.EXPIRED, PaymentLink.State.CANCELLED})
PAGE_SIZE = 50
_LONGEST_EMAIL = 254


@require_safe
@member_view()
def payment_links(request: PlacedRequest) -> HttpResponse:
    """The links of this environment, newest first, each with its address to copy."""
    found = page(links_wanted(request), by="made_at", after=mark_of(request), size=PAGE_SIZE)
    now = timezone.now()
    addresses = _addresses(request, found.rows)
    context = {
        "rows": [(one, state_at(one, now=now), addresses.get(one.id, "")) for one in found.rows],
        "older": address_after(request, found.next),
        "newest": address_first(request),
        "states": PaymentLink.State.choices,
        "state": request.GET.get("state", ""),
        "search": _search(request),
    }
    return render(request, "links/list.html", context)


def links_wanted(request: PlacedRequest) -> QuerySet[PaymentLink]:
    """What the filter in the address means; a state that does not exist is left out."""
    state = request.GET.get("state", "")
    return links.links(
        environment_id=request.place.environment.id,
        state=state if state in _STATES else "",
        search=_search(request),
    )


def _search(request: PlacedRequest) -> str:
    return request.GET.get("find", "").strip()[:_LONGEST_EMAIL]


@require_safe
@member_view()
def payment_link(request: PlacedRequest, link_id: str) -> HttpResponse:
    """One link: its address, who made it, whether it was mailed, and what came of it."""
    return _page(request, _find(request, link_id))


@require_http_methods(_METHODS)
@member_view(Ability.MOVE_MONEY)
def payment_link_new(request: PlacedRequest) -> HttpResponse:
    """Ask a customer to pay an amount or an invoice."""
    return _new(request, PaymentLinkForm)


@require_http_methods(_METHODS)
@member_view(Ability.MOVE_MONEY)
def payment_link_new_card(request: PlacedRequest) -> HttpResponse:
    """Ask a customer to leave a card that can be charged later."""
    return _new(request, CardLinkForm)


@require_POST
@member_view(Ability.MOVE_MONEY)
def payment_link_cancel(request: PlacedRequest, link_id: str) -> HttpResponse:
    """Make an open link worthless."""
    found = _find(request, link_id)
    try:
        links.cancel(link_id=found.id, environment_id=found.environment_id, who=who(request))
    except NotPossible as error:
        return _page(request, _find(request, link_id), problem=error.sentence)
    messages.success(request, _CANCELLED[found.page])
    return redirect("payment_link", request.place.tenant.slug, found.id)


def _new(request: PlacedRequest, kind: type[CardLinkForm]) -> HttpResponse:
    accounts = connections.paytrace_connections(request.place.environment.id)
    form = kind(request.POST or None, accounts=accounts, initial=_initial(request, accounts))
    if form.is_valid():
        made = _made(request, form)
        if made is not None:
            messages.success(request, _MADE[made.page])
            return redirect("payment_link", request.place.tenant.slug, made.id)
    context = {
        "form": form,
        "accounts": accounts,
        "pays": kind is PaymentLinkForm,
        "former": _open_already(request) if form.errors else None,
    }
    if kind is PaymentLinkForm:
        typed = request.GET.get("find", "").strip()[:MOST_TYPED]
        context |= {"find": typed, "found": open_invoices.found_by(typed, accounts)}
    return render(request, "links/new.html", context)


def _open_already(request: PlacedRequest) -> PaymentLink | None:
    """The open link that asks for the same invoice as what was typed, and so stands in the way."""
    asked = {
        name: request.POST.get(name, "").strip()[:MOST_TYPED]
        for name in ("customer_number", "invoice_number")
    }
    if not all(asked.values()):
        return None
    found = links.links(environment_id=request.place.environment.id, state=PaymentLink.State.OPEN)
    return found.filter(**asked).first()


def _initial(request: PlacedRequest, accounts: Sequence[Connection]) -> dict[str, str]:
    """The first account, and what choosing an open invoice brought along."""
    given = {name: request.GET.get(name, "") for name in _FILLED_IN}
    first = str(accounts[0].id) if accounts else ""
    return {name: value for name, value in {"account": first, **given}.items() if value}


def _made(request: PlacedRequest, form: CardLinkForm) -> PaymentLink | None:
    """The link a valid form led to; None when the form now says what is wrong."""
    wanted = form.wanted
    if form.errors:
        return None
    try:
        return links.make(
            wanted,
            environment_id=request.place.environment.id,
            connection_id=form.chosen.id,
            idempotency_key=form.idempotency_key,
            who=who(request),
        )
    except NotPossible as error:
        form.refuse(error)
        return None


def _page(request: PlacedRequest, found: PaymentLink, *, problem: str = "") -> HttpResponse:
    state = state_at(found, now=timezone.now())
    context: dict[str, Any] = {
        "link": found,
        "state": state,
        "is_open": state == PaymentLink.State.OPEN,
        "storing": link_keeping.storing(found) if found.keeps else None,
        "is_own_page": found.page == PaymentLink.Page.PAYTRACE,
        "again": _again(found) if state in _IN_VAIN else "",
        "payments": _payments(found),
        "number": _number(found),
        "address": _addresses(request, [found]).get(found.id, ""),
        "problem": problem,
    }
    return render(request, "links/one.html", context)


def _again(found: PaymentLink) -> str:
    """The query that fills a new link's form in with what this one asked for."""
    asked = {
        "account": str(found.connection_id),
        "customer_number": found.customer_number,
        "invoice_number": found.invoice_number,
        "amount": "" if found.amount is None else Money(found.amount, found.currency).plain,
        "email": found.email,
        "description": found.description,
    }
    return urlencode({name: value for name, value in asked.items() if value})


def _number(found: PaymentLink) -> str:
    """Under what PayTrace was told to make its own page; empty before it was told."""
    if found.page != PaymentLink.Page.PAYTRACE or found.instruction_id is None:
        return ""
    told = queries.attempts(found.instruction_id)
    return told[-1].invoice_id if told else ""


def _payments(found: PaymentLink) -> list[Effect]:
    """What came by it, in the books: told by PayTrace's own page, or by the answer to the try
    that paid."""
    transaction_id = found.transaction_id
    is_paid = found.state == PaymentLink.State.PAID and found.purpose == PaymentLink.Purpose.PAY
    if not transaction_id and is_paid and found.instruction is not None:
        transaction_id = found.instruction.result_id
    if not transaction_id:
        return []
    return posting.of_transaction(source_id=found.connection_id, transaction_id=transaction_id)


def _addresses(request: PlacedRequest, found: list[PaymentLink]) -> dict[Any, str]:
    """The addresses of open links, for whoever may make some."""
    if not request.place.may(Ability.MOVE_MONEY):
        return {}
    return addresses_of(found)


def _find(request: PlacedRequest, link_id: str) -> PaymentLink:
    found = links.link(environment_id=request.place.environment.id, link_id=parse_id(link_id))
    if found is None:
        raise Http404("Not found")
    return found

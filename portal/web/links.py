"""Payment links: the list, one of them, making one for a payment or a card, cancelling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from integrations.connections import queries as connections
from integrations.connections.models import Connection
from integrations.instructions import link_keeping, links, queries
from integrations.instructions.link_addresses import addresses_of
from integrations.instructions.models import PaymentLink
from integrations.instructions.pages import page
from integrations.instructions.paying import state_at
from integrations.open_items import queries as open_items
from integrations.posting import queries as posting
from integrations.posting.models import Effect
from portal.access import PlacedRequest, member_view, parse_id
from portal.web.forms.links import CardLinkForm, PaymentLinkForm
from portal.web.instructions import who
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
_FILLED_IN = ("account", "customer_number", "invoice_number", "amount")
PAGE_SIZE = 50
_LONGEST_EMAIL = 254
# The longest number of a customer or invoice that is looked for.
_MOST_TYPED = 40


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
    context = {"form": form, "accounts": accounts, "pays": kind is PaymentLinkForm}
    if kind is PaymentLinkForm:
        context |= _open_invoices(request, accounts)
    return render(request, "links/new.html", context)


def _initial(request: PlacedRequest, accounts: Sequence[Connection]) -> dict[str, str]:
    """The first account, and what choosing an open invoice brought along."""
    given = {name: request.GET.get(name, "") for name in _FILLED_IN}
    first = str(accounts[0].id) if accounts else ""
    return {name: value for name, value in {"account": first, **given}.items() if value}


def _open_invoices(request: PlacedRequest, accounts: Sequence[Connection]) -> dict[str, Any]:
    """Open invoices of a customer, or whose number fits, for each account's Sage company."""
    typed = request.GET.get("find", "").strip()[:_MOST_TYPED]
    found = [
        (account, invoices)
        for account in accounts
        if typed and account.posts_to_id is not None
        for invoices in [_find_open(account, account.posts_to_id, typed)]
    ]
    return {"find": typed, "found": found}


def _find_open(account: Connection, company_id: UUID, typed: str) -> open_items.Found:
    """Those of the customer with exactly this number, else whatever else fits."""

    def find(*, customer: str, other: str) -> open_items.Found:
        return open_items.find(
            company_id=company_id,
            customer_number=customer,
            typed=other,
            amount=Decimal(0),
            currency=str(account.settings["currency"]),
        )

    of_customer = find(customer=typed, other="")
    return of_customer if of_customer.items else find(customer="", other=typed)


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
        "payments": _payments(found),
        "number": _number(found),
        "address": _addresses(request, [found]).get(found.id, ""),
        "problem": problem,
    }
    return render(request, "links/one.html", context)


def _number(found: PaymentLink) -> str:
    """Under what PayTrace was told to make its own page; empty before it was told."""
    if found.page != PaymentLink.Page.PAYTRACE or found.instruction_id is None:
        return ""
    told = queries.attempts(found.instruction_id)
    return told[-1].invoice_id if told else ""


def _payments(found: PaymentLink) -> list[Effect]:
    """What came by PayTrace's own page, in the books."""
    if not found.transaction_id:
        return []
    return posting.of_transaction(
        source_id=found.connection_id, transaction_id=found.transaction_id
    )


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

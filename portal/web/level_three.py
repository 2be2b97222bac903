"""Level 3 detail of a card payment that has not settled: what was sold, for a lower rate."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from integrations.canonical.attempt_numbers import is_ours
from integrations.canonical.effects import EffectKind
from integrations.canonical.money import Money
from integrations.canonical.transactions import GatewayTransaction, PaymentMethod, TransactionState
from integrations.connections.models import Connection
from integrations.events import facts
from integrations.instructions.kinds import Kind
from integrations.instructions.level_three import MOST_ITEMS
from integrations.instructions.wishes import Wish
from integrations.paytrace.level_three import CardBrand
from integrations.posting import queries as posting
from integrations.posting.models import Effect
from portal.access import PlacedRequest, member_view, parse_id
from portal.web.asking import asked
from portal.web.forms.level_three import LevelThreeForm, count_of, filled, typed
from tenants.roles import Ability

_BRANDS = frozenset({"", *(brand.value for brand in CardBrand)})


@require_http_methods(["GET", "HEAD", "POST"])
@member_view(Ability.MOVE_MONEY)
def level_three(request: PlacedRequest, effect_id: str) -> HttpResponse:
    """Describe what was sold, line by line; lines come and go without losing anything."""
    effect = _payment(request, effect_id)
    told = facts.latest(connection_id=effect.source_id, transaction_id=effect.transaction_id)
    if told is None or not may_describe(effect, told):
        status = 409 if request.method == "POST" else 200
        return render(request, "instructions/level_three.html", {"effect": effect}, status=status)
    keeps = {"keeps_reference": _keeps_reference(told)}
    known = {"customer_reference": told.customer_reference}
    if request.method != "POST":
        return _page(request, effect, filled(known, [{}], **keeps))
    if deed := request.POST.get("do", ""):
        return _page(request, effect, _changed(request, deed, known=known, **keeps), deed=deed)
    form = LevelThreeForm(request.POST, initial=known, lines=count_of(request.POST), **keeps)
    if form.is_valid():
        detail = form.detail(paid=Money(effect.amount, effect.currency))
        wish = Wish(
            Kind.ADD_LEVEL_THREE,
            transaction_id=effect.transaction_id,
            customer_number=effect.customer_number,
            level_three=detail,
        )
        taken = asked(request, form, wish, connection_id=effect.source_id)
        if taken is not None:
            return redirect("instruction", request.place.tenant.slug, taken.id)
    return _page(request, effect, form)


def may_describe(effect: Effect, told: GatewayTransaction) -> bool:
    """Whether PayTrace takes level 3 detail of it: API v1, Visa or Mastercard as far as that is
    known, between the sale and its settlement."""
    return (
        effect.kind == EffectKind.SALE
        and _version(effect.source) == "v1"
        and told.method is PaymentMethod.CARD
        and told.state is TransactionState.PENDING_SETTLEMENT
        and told.card_brand.lower() in _BRANDS
    )


def _version(connection: Connection) -> str:
    return str(connection.settings.get("api_version", ""))


def _keeps_reference(told: GatewayTransaction) -> bool:
    """Of a charge of ours the invoice stands in the customer reference: its own number is ours."""
    return is_ours(told.invoice_reference) and bool(told.customer_reference)


def _changed(
    request: PlacedRequest, deed: str, *, known: dict[str, str], **more: Any
) -> LevelThreeForm:
    """What was typed, with a line more, or without one."""
    head, lines = typed(request.POST)
    which = deed.removeprefix("remove-")
    if deed == "add" and len(lines) < MOST_ITEMS:
        lines.append({})
    elif which.isascii() and which.isdigit() and len(lines) > 1:
        lines = [line for number, line in enumerate(lines) if number != int(which)]
    kept = known if more["keeps_reference"] else {}
    return filled({**head, **kept}, lines, **more)


def _page(
    request: PlacedRequest, effect: Effect, form: LevelThreeForm, *, deed: str = ""
) -> HttpResponse:
    context = {"effect": effect, "form": form, "is_added": deed == "add"}
    return render(request, "instructions/level_three.html", context)


def _payment(request: PlacedRequest, effect_id: str) -> Effect:
    found = posting.effect(
        environment_id=request.place.environment.id, effect_id=parse_id(effect_id)
    )
    if found is None or found.kind != EffectKind.SALE:
        raise Http404("Not found")
    return found

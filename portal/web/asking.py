"""Asking PayTrace: charge what it keeps, give money back, keep the card or account of a payment."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from integrations.canonical.attempt_numbers import invoice_in
from integrations.canonical.transactions import PaymentMethod
from integrations.connections.models import Connection
from integrations.events import facts
from integrations.instructions import operations, queries
from integrations.instructions.held import Held
from integrations.instructions.kinds import Kind
from integrations.instructions.models import Instruction, StoredPaymentMethod
from integrations.instructions.wishes import Wish
from integrations.posting import queries as posting
from integrations.posting.models import Effect
from portal.access import PlacedRequest, member_view, parse_id
from portal.web import open_invoices
from portal.web.forms.instructions import (
    AskingForm,
    ChargeForm,
    GiveBackForm,
    KeepCardForm,
    ReceiptForm,
)
from portal.web.instructions import who
from portal.web.left import left_of
from portal.web.open_invoices import MOST_TYPED, Bills
from tenants.errors import NotPossible
from tenants.roles import Ability

_METHODS = ["GET", "HEAD", "POST"]


@require_http_methods(_METHODS)
@member_view(Ability.MOVE_MONEY)
def charge(request: PlacedRequest) -> HttpResponse:
    """Charge a card or bank account that PayTrace keeps, or only hold the amount on a card."""
    find = request.GET.get("find", "").strip()[:MOST_TYPED]
    wanted = request.POST.get("method", "") or request.GET.get("method", "")
    methods = _to_choose(request, wanted, search=find)
    filled_in = {name: request.GET.get(name, "") for name in ("invoice_number", "amount")}
    initial = {"method": wanted} | {name: value for name, value in filled_in.items() if value}
    form = ChargeForm(request.POST or None, methods=methods, initial=initial)
    if form.is_valid():
        wish = _charge(form, is_hold=request.POST.get("what") == Kind.HOLD)
        doubt = _doubt(request, form, wish)
        if doubt:
            form.add_error("invoice_number", f"{doubt} Tick below if it is meant.")
        answer = _ask(request, form, wish, connection_id=form.chosen.connection_id)
        if answer:
            return answer
    context = {
        "form": form,
        "methods": methods,
        "policy": queries.policy_of(request.place.environment.id),
        "find": find,
        "bills": _bills(methods, wanted=wanted, find=find),
        "asks_if_sure": "invoice_number" in form.errors or "is_sure" in request.POST,
    }
    return render(request, "instructions/charge.html", context)


@require_http_methods(_METHODS)
@member_view(Ability.MOVE_MONEY)
def give_back(request: PlacedRequest, effect_id: str) -> HttpResponse:
    """Give money of a payment back: voided before PayTrace settles it, refunded after."""
    effect = _payment(request, effect_id, of_bank=True)
    rest, is_bank_payment = left_of(effect), _is_bank_payment(effect)
    form = GiveBackForm(request.POST or None, initial={"amount": rest.left.plain})
    if not is_bank_payment and form.is_valid():
        amount = form.money("amount", effect.currency)
        is_new = not queries.is_known_key(
            environment_id=effect.environment_id, idempotency_key=form.idempotency_key
        )
        if is_new and amount is not None and rest.left < amount:
            form.add_error("amount", f"Only {rest.left} of this payment is left to give back.")
        wish = Wish(
            kind=Kind.GIVE_BACK,
            amount=amount,
            transaction_id=effect.transaction_id,
            customer_number=effect.customer_number,
            invoice_number=invoice_in(effect.invoice_reference)[:20],
            description=form.cleaned_data["description"],
        )
        answer = _ask(request, form, wish, connection_id=effect.source_id)
        if answer:
            return answer
    about = queries.about_payment(
        environment_id=effect.environment_id,
        connection_id=effect.source_id,
        transaction_id=effect.transaction_id,
        since=effect.created_at,
    )
    waits = [one for one in about if one.kind == Kind.GIVE_BACK and one.state in queries.OPEN]
    context = {
        "form": form,
        "effect": effect,
        "rest": rest,
        "waits": waits,
        "is_bank_payment": is_bank_payment,
    }
    return render(request, "instructions/give_back.html", context)


@require_http_methods(_METHODS)
@member_view(Ability.MOVE_MONEY)
def keep_card(request: PlacedRequest, effect_id: str) -> HttpResponse:
    """Have PayTrace keep the card or bank account that made a payment, to charge it again."""
    effect = _payment(request, effect_id, of_bank=True)
    is_bank_payment = _is_bank_payment(effect)
    initial = {"customer_number": effect.customer_number}
    form = KeepCardForm(request.POST or None, initial=initial)
    if form.is_valid():
        wish = Wish(
            kind=Kind.STORE_CUSTOMER,
            customer_number=form.cleaned_data["customer_number"],
            transaction_id=effect.transaction_id,
            name=effect.customer_name,
            method=PaymentMethod.ACH if is_bank_payment else None,
        )
        answer = _ask(request, form, wish, connection_id=effect.source_id)
        if answer:
            return answer
    context = {"form": form, "effect": effect, "is_bank_payment": is_bank_payment}
    return render(request, "instructions/keep_card.html", context)


@require_http_methods(_METHODS)
@member_view(Ability.MOVE_MONEY)
def mail_receipt(request: PlacedRequest, effect_id: str) -> HttpResponse:
    """Have PayTrace mail its receipt of a payment."""
    effect = _payment(request, effect_id)
    told = facts.latest(connection_id=effect.source_id, transaction_id=effect.transaction_id)
    form = ReceiptForm(request.POST or None, initial={"email": told.email if told else ""})
    if form.is_valid():
        wish = Wish(
            kind=Kind.SEND_RECEIPT,
            transaction_id=effect.transaction_id,
            email=form.cleaned_data["email"],
            customer_number=effect.customer_number,
        )
        answer = _ask(request, form, wish, connection_id=effect.source_id)
        if answer:
            return answer
    return render(request, "instructions/mail_receipt.html", {"form": form, "effect": effect})


def _doubt(request: PlacedRequest, form: ChargeForm, wish: Wish) -> str:
    """Why the charge may be a mistake; empty where the person is sure, or asked before."""
    environment = request.place.environment
    if form.errors or wish.amount is None or form.cleaned_data["is_sure"]:
        return ""
    if queries.is_known_key(environment_id=environment.id, idempotency_key=form.idempotency_key):
        return ""
    return open_invoices.doubt_about(
        wish.invoice_number,
        wish.amount,
        account=form.chosen.connection,
        zone=environment.zone,
        now=timezone.now(),
    )


def _bills(
    methods: Sequence[StoredPaymentMethod], *, wanted: str, find: str
) -> tuple[StoredPaymentMethod, Bills] | None:
    """What the customer owes whose card is chosen or was looked for first, to charge for it."""
    chosen = [one for one in methods if str(one.id) == wanted] or (methods[:1] if find else [])
    if not chosen or not chosen[0].customer_number:
        return None
    found = open_invoices.found_by(chosen[0].customer_number, [chosen[0].connection])
    return (chosen[0], found[0]) if found else None


def _to_choose(
    request: PlacedRequest, wanted: str, *, search: str = ""
) -> list[StoredPaymentMethod]:
    """The newest that PayTrace lists and that fit what is looked for, and the one that is wanted,
    where it is none of them."""
    environment_id = request.place.environment.id
    found = queries.stored_methods(environment_id=environment_id, is_listed=True, search=search)
    if not wanted or any(str(one.id) == wanted for one in found):
        return found
    try:
        one = queries.stored_method(environment_id=environment_id, method_id=UUID(wanted))
    except ValueError:
        return found
    return [one, *found] if one else found


def _ask(
    request: PlacedRequest, form: AskingForm, wish: Wish, *, connection_id: UUID
) -> HttpResponse | None:
    """Ask, and lead to the instruction; None when the form now says what is wrong."""
    taken = asked(request, form, wish, connection_id=connection_id)
    if taken is None:
        return None
    return redirect("instruction", request.place.tenant.slug, taken.id)


def asked(
    request: PlacedRequest,
    form: AskingForm,
    wish: Wish,
    *,
    connection_id: UUID,
    held: Held | None = None,
) -> Instruction | None:
    """The instruction that a valid form led to; None when the form now says what is wrong."""
    if form.errors:
        return None
    try:
        taken = operations.ask(
            wish,
            environment_id=request.place.environment.id,
            connection_id=connection_id,
            idempotency_key=form.idempotency_key,
            origin=Instruction.Origin.PERSON,
            who=who(request),
            held=held,
        )
    except NotPossible as error:
        form.refuse(error)
        return None
    told = "Asked" if taken.is_new else "Asked before; nothing new was asked"
    after = {
        "waiting_approval": "Somebody else has to approve it before it is sent.",
        "ready": "It is sent to PayTrace in a moment.",
    }.get(taken.instruction.state, "")
    messages.success(request, f"{told}. {after}".strip())
    return taken.instruction


def currency_of(connection: Connection) -> str:
    return str(connection.settings["currency"])


def _charge(form: ChargeForm, *, is_hold: bool) -> Wish:
    given, method = form.cleaned_data, form.chosen
    return Wish(
        kind=Kind.HOLD if is_hold else Kind.CHARGE,
        amount=form.money("amount", currency_of(method.connection)),
        vault_id=method.vault_id,
        customer_number=method.customer_number,
        invoice_number=given["invoice_number"],
        description=given["description"],
        method=None if is_hold else bank_method(method),
    )


def bank_method(method: StoredPaymentMethod) -> PaymentMethod | None:
    """What a wish says of how a stored payment method is charged; nothing of a card."""
    return PaymentMethod.ACH if method.is_bank_account else None


def _payment(request: PlacedRequest, effect_id: str, *, of_bank: bool = False) -> Effect:
    """A payment that something can be asked about; one of a bank account only `of_bank`."""
    effect = posting.effect(
        environment_id=request.place.environment.id, effect_id=parse_id(effect_id)
    )
    if effect is None or effect.kind != "sale" or (not of_bank and _is_bank_payment(effect)):
        raise Http404("Not found")
    return effect


def _is_bank_payment(effect: Effect) -> bool:
    told = facts.latest(connection_id=effect.source_id, transaction_id=effect.transaction_id)
    return told is not None and told.method is PaymentMethod.ACH

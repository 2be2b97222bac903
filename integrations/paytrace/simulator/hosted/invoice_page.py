"""The page of a hosted invoice, as a customer sees it: pay once with a test card, until it ends.

Inferred throughout: PayTrace publishes the call that makes such a page and nothing of the page.
No card number is typed: the customer chooses one of the sandbox's test cards by name. What
follows is told by a silent post to the address that the call named, in the form of Secure
Checkout (help.paytrace.com/handling-silent-post-response); the v3 body is not published.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from html import escape
from typing import Any

from integrations.canonical.transactions import TransactionState, TransactionType
from integrations.paytrace.hosted_invoices import Action
from integrations.paytrace.simulator.exchange import Answer, BadFieldError, Json, Request, text_of
from integrations.paytrace.simulator.exchange import amount_of as amount_in
from integrations.paytrace.simulator.invoice_store import Invoice
from integrations.paytrace.simulator.state import Customer, Order, Transaction
from integrations.paytrace.simulator.world import World

PREFIX = "/hosted/invoice/"
USER = "checkout"
_HTML = "text/html; charset=utf-8"
_CARDS: Mapping[str, tuple[str, dict[str, Any]]] = {
    "visa": ("Visa ending in 5439", {"masked_number": "401200******5439"}),
    "mastercard": ("Mastercard ending in 0057", {"masked_number": "549974******0057"}),
    "declined": (
        "Visa ending in 0026, which the bank refuses",
        {"masked_number": "401200******0026", "is_declined": True},
    ),
}
_KEEPS = frozenset({Action.CREATE_CUSTOMER, Action.MODIFY_CUSTOMER, Action.SALE_AND_CUSTOMER})
_STYLE = """
:root { color-scheme: light dark; font: 16px/1.45 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 28rem; padding: 1rem; }
label { display: block; margin: .6rem 0; } input, button { font: inherit; min-height: 2.4rem; }
input[type=radio] { min-height: 0; } .said { padding: .4rem .7rem; border: 1px solid #8885; }
"""


def answer(world: World, request: Request) -> Answer | None:
    """The page, or what paying came to; None when the path is not one of these."""
    if not request.path.startswith(PREFIX) or request.method not in {"GET", "POST"}:
        return None
    token = request.path.removeprefix(PREFIX)
    fields = request.fields() if request.method == "POST" else {}
    with world.turn():
        found = world.store.invoices.find(token)
        if found is None:
            return _page("<p>There is no such invoice.</p>", status=404)
        invoice, is_used = found
        if is_used:
            return _page("<p>This invoice was paid. Thank you.</p>")
        if invoice.expires_at is not None and invoice.expires_at <= world.now():
            return _page("<p>This invoice has ended.</p>", status=410)
        if request.method == "GET":
            return _page(_form(invoice))
        return _pay(world, invoice, token, fields)


def _pay(world: World, invoice: Invoice, token: str, fields: Json) -> Answer:
    try:
        payer = _payer(world, invoice, fields)
        made = _charge(world, invoice, payer, fields) if invoice.amount is not None else None
    except BadFieldError as bad:
        return _page(_form(invoice, said=f"{bad.name} is not valid."), status=400)
    is_approved = made is None or made.state is not TransactionState.DECLINED
    if is_approved:
        world.store.invoices.use(token)
        if invoice.action in _KEEPS:
            world.store.put_customer(payer)
    if invoice.silent_post and made is not None:
        world.tell_silently(made, url=invoice.silent_post)
    next_page = invoice.approved_link if is_approved else invoice.declined_link
    if next_page:
        return Answer(303, headers={"Location": next_page})
    if not is_approved:
        return _page(_form(invoice, said="The bank refused this card."), status=402)
    return _page("<p>This invoice was paid. Thank you.</p>")


def _payer(world: World, invoice: Invoice, fields: Json) -> Customer:
    """Who pays, with the number of the customer as whom the card is kept. The post of a page that
    only keeps a card names no transaction, so none is sent (its names: Silent Post page)."""
    card = _CARDS.get(text_of(fields, "card"))
    if card is None:
        raise BadFieldError("card")
    email = text_of(fields, "email") or invoice.email
    if invoice.is_email_required and not email:
        raise BadFieldError("email")
    number = 0
    if invoice.action in _KEEPS:
        known = world.store.customer(invoice.account, invoice.customer_label)
        number = known.number if known else world.store.next_id()
    return Customer(invoice.account, invoice.customer_label, number, "", email=email, **card[1])


def _charge(world: World, invoice: Invoice, payer: Customer, fields: Json) -> Transaction:
    amount = invoice.amount or Decimal(0)
    if invoice.is_amount_editable and "amount" in fields:
        amount = amount_in(fields)
    is_held = invoice.action == Action.AUTHORIZATION
    return world.till.sell(
        payer,
        Order(amount=amount, invoice_id=invoice.invoice_number, email=payer.email),
        user=USER,
        notify=False,
        kind=TransactionType.AUTHORIZATION if is_held else TransactionType.SALE,
    )


def _form(invoice: Invoice, *, said: str = "") -> str:
    cards = "".join(
        f'<label><input type="radio" name="card" value="{key}"{" checked" if not at else ""}> '
        f"{escape(words)}</label>"
        for at, (key, (words, _)) in enumerate(_CARDS.items())
    )
    amount = f"{invoice.amount or 0:.2f}"
    editable = f'<label>Amount <input name="amount" value="{amount}"></label>'
    return (
        (f'<p class="said" role="alert">{escape(said)}</p>' if said else "")
        + f"<p>Invoice {escape(invoice.invoice_number)}: <strong>{amount} USD</strong></p>"
        + '<form method="post"><fieldset><legend>Test card</legend>'
        + f"{cards}</fieldset>{editable if invoice.is_amount_editable else ''}"
        + f'<label>E-mail <input name="email" type="email" value="{escape(invoice.email)}">'
        + f"</label><button>Pay {amount} USD</button></form>"
    )


def _page(body: str, *, status: int = 200) -> Answer:
    text = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Pay an invoice</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>Pay an invoice</h1><p>PayTrace simulator: nothing here is real "
        f"money.</p>{body}</main></body></html>"
    )
    return Answer(status, text.encode(), content_type=_HTML)

"""Making a page that PayTrace hosts. Its fields are documented (Invoice page), of its answer
nothing is: an id and a link in `data` are inferred from `return_method` HYPERLINK."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from integrations.paytrace import endpoints_v3 as at
from integrations.paytrace.hosted_invoices import Action
from integrations.paytrace.simulator import exchange
from integrations.paytrace.simulator.exchange import BadFieldError, Json, text_of
from integrations.paytrace.simulator.hosted.invoice_page import PREFIX
from integrations.paytrace.simulator.invoice_store import Invoice
from integrations.paytrace.simulator.routes import Asked, route
from integrations.paytrace.simulator.till import check_ceiling

_LONGEST_ADDRESS = 2083
_WITHOUT_MONEY = frozenset({Action.CREATE_CUSTOMER, Action.MODIFY_CUSTOMER})


def _make(asked: Asked) -> Json:
    action = _action(asked.fields)
    amount = _amount(asked.fields, action)
    check_ceiling(asked.user, amount)
    invoice = Invoice(
        account=asked.account,
        action=action.value,
        invoice_number=text_of(asked.fields, "invoice_number"),
        amount=amount,
        is_amount_editable=asked.fields.get("is_amount_editable") is True,
        expires_at=_ends(asked),
        silent_post=_address(asked.fields, "silent_post"),
        email=text_of(asked.fields, "email"),
        is_email_required=asked.fields.get("email_required") is True,
        customer_label=text_of(asked.fields, "customer_label"),
        approved_link=_address(asked.fields, "payment_approved_link"),
        declined_link=_address(asked.fields, "payment_declined_link"),
    )
    number = str(asked.world.store.next_id())
    token = asked.world.store.invoices.put(invoice)
    link = f"http://{asked.host}{PREFIX}{token}"
    return {"data": {"invoice_id": number, "link": link}}


def _action(fields: Json) -> Action:
    try:
        return Action(text_of(fields, "transaction_type"))
    except ValueError as error:
        raise BadFieldError("transaction_type") from error


def _amount(fields: Json, action: Action) -> Decimal | None:
    if action in _WITHOUT_MONEY:
        return None
    return exchange.amount_of(fields, name="invoice_amount")


def _ends(asked: Asked) -> datetime | None:
    """A time to come, with a zone (inferred). Raises BadFieldError."""
    text = text_of(asked.fields, "expire_at")
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadFieldError("expire_at") from error
    if moment.tzinfo is None or moment <= asked.world.now():
        raise BadFieldError("expire_at")
    return moment


def _address(fields: Json, name: str) -> str:
    text = text_of(fields, name)
    if text and (len(text) > _LONGEST_ADDRESS or not text.startswith(("https://", "http://"))):
        raise BadFieldError(name)
    return text


ROUTES = (route(at.INVOICE, "sale", _make),)

"""Telling PayTrace: one call per kind of instruction, and its answer in our words.

Outside of transactions. Every money-moving call is made once; what is not clear is UNKNOWN.
"""

# Every kind is called alike, needed or not.
# ruff: noqa: ARG001
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

import structlog

from integrations.canonical.errors import (
    FixConfiguration,
    IntegrationError,
    NeverWorks,
    OutcomeUnknown,
    TryLater,
)
from integrations.canonical.money import Money
from integrations.canonical.transactions import PaymentMethod
from integrations.instructions.card_outcomes import charged, refunded
from integrations.instructions.hold_calls import adjust, capture, hold
from integrations.instructions.kinds import Kind
from integrations.instructions.level_three_calls import add_level_three
from integrations.instructions.models import InstructionState
from integrations.instructions.outcomes import Outcome
from integrations.instructions.own_page_calls import make_page
from integrations.instructions.plan_calls import CALLS as PLAN_CALLS
from integrations.instructions.protocol import Told
from integrations.instructions.receipts import send_receipt
from integrations.instructions.subjects import Subject
from integrations.instructions.wishes import Wish
from integrations.paytrace.ach import AchCharge
from integrations.paytrace.cards import Charge, CustomerRefund
from integrations.paytrace.client import PayTraceClient
from integrations.paytrace.giving_back import give_back
from integrations.paytrace.people import (
    Address,
    CardPayer,
    EarlierPayment,
    HostedFields,
    HostedFieldsKept,
    VaultPayer,
)
from integrations.paytrace.vault import CustomerChange, NewCustomer, VaultCustomer

log = structlog.get_logger("instructions.sending")
S = InstructionState
# The first look for an answer that did not come.
FIRST_LOOK = timedelta(seconds=30)
# A part of a payment can be given back once it has settled, which happens each evening.
_UNTIL_SETTLED = timedelta(hours=1)
_INSIDE = "Tieout stumbled over PayTrace’s answer; our support has been told."


def send(
    told: Told, subject: Subject, *, client: PayTraceClient, hosted: HostedFields | None = None
) -> Outcome:
    """Tell PayTrace, once. Raises FixConfiguration and TryLater where nothing was done and the
    account cannot be used now; every other answer is an Outcome."""
    try:
        return _SENDERS[told.wish.kind](told, subject, client, hosted)
    except NeverWorks as error:
        return _refused(error)
    except OutcomeUnknown as error:
        return unknown(error.sentence, code=error.code)
    except FixConfiguration as error:
        # The user lacks a right or the amount is above its ceiling: only this is refused.
        if error.code != "paytrace.not_permitted":
            raise
        return _refused(error)
    except TryLater as error:
        if error.code != "paytrace.part_before_settlement":
            raise
        return Outcome(S.READY, error.code, error.sentence, after=_UNTIL_SETTLED)
    except Exception:
        log.exception("instructions.failed_inside")
        return unknown(_INSIDE, code="inside")


def unknown(sentence: str, *, code: str) -> Outcome:
    """No clear answer came; it is looked for, never sent again."""
    told = f"{sentence} We are finding out at PayTrace what happened; nothing is sent again."
    return Outcome(S.UNKNOWN, code, told, after=FIRST_LOOK)


def _refused(error: IntegrationError) -> Outcome:
    return Outcome(S.REFUSED, error.code, f"{error.sentence} {error.remedy}".strip())


def _charge(
    told: Told, subject: Subject, client: PayTraceClient, hosted: HostedFields | None
) -> Outcome:
    wish = told.wish
    amount = _amount(told)
    if wish.method is PaymentMethod.ACH:
        made = client.ach.sale(
            AchCharge(
                payer=VaultPayer(wish.vault_id), amount=amount, invoice_id=told.invoice_id,
                idempotency_key=told.invoice_id, description=wish.description, email=wish.email,
            )
        )  # fmt: skip
        return Outcome(
            S.DONE, sentence=f"PayTrace took the bank payment of {amount} in.",
            result_id=made.transaction_id,
        )  # fmt: skip
    answer = client.cards.sale(
        Charge(
            payer=_payer(told, hosted), amount=amount, invoice_id=told.invoice_id,
            customer_reference=wish.invoice_number, description=wish.description,
            email=wish.email,
        )
    )  # fmt: skip
    outcome = charged(
        answer, amount=amount, kind=wish.kind, keeps=wish.keeps_method, asked_id=told.vault_id
    )
    if outcome.customer is None:
        return outcome
    return replace(outcome, customer=_in_full(outcome.customer, client))


def _payer(told: Told, hosted: HostedFields | None) -> CardPayer:
    if not told.wish.is_hosted:
        if told.wish.transaction_id:
            return EarlierPayment(told.wish.transaction_id)
        return VaultPayer(told.wish.vault_id)
    if hosted is None:
        raise NeverWorks(
            "The card form was used up before the payment was sent. Nothing was charged.",
            code="instruction.card_form_gone",
            remedy="The customer has to enter the card again.",
        )
    return HostedFieldsKept(hosted, told.vault_id) if told.wish.keeps_method else hosted


def _give_back(
    told: Told, subject: Subject, client: PayTraceClient, _: HostedFields | None
) -> Outcome:
    done = give_back(
        client,
        transaction_id=told.wish.transaction_id,
        amount=_amount(told),
        already_given=subject.already_given,
        today=subject.today,
    )
    return given_back(done.way, done.transaction_id, done.amount)


def _refund_customer(
    told: Told, subject: Subject, client: PayTraceClient, _: HostedFields | None
) -> Outcome:
    amount = _amount(told)
    made = client.cards.refund_to_customer(
        CustomerRefund(told.wish.vault_id, amount, told.invoice_id, told.wish.description)
    )
    return refunded(made.transaction_id, amount)


def given_back(way: str, transaction_id: str, amount: Money) -> Outcome:
    """A payment was voided or refunded."""
    word = "voided before it settled" if way == "void" else "refunded"
    return Outcome(S.DONE, "", f"{amount} was {word}.", transaction_id, {"way": str(way)})


def _store(
    told: Told, subject: Subject, client: PayTraceClient, hosted: HostedFields | None
) -> Outcome:
    wish = told.wish
    wanted = NewCustomer(told.vault_id, email=wish.email)
    if wish.is_hosted:
        # A card form tells no name; the card of a payment has its payer's.
        wanted = replace(wanted, billing=address_of(wish))
        payer = _payer(told, hosted)
        assert isinstance(payer, HostedFields)  # noqa: S101 a store keeps nothing besides
        made = client.vault.create_from_token(wanted, payer)
    elif wish.method is PaymentMethod.ACH:
        made = client.vault.create_from_bank_payment(wanted, transaction_id=wish.transaction_id)
    else:
        made = client.vault.create_from_transaction(wanted, transaction_id=wish.transaction_id)
    return stored(_in_full(made, client))


def _in_full(made: VaultCustomer, client: PayTraceClient) -> VaultCustomer:
    """With brand and expiry, which only the record tells; as it is when that cannot be read."""
    is_bank_account = made.method is PaymentMethod.ACH
    read = client.vault.bank_customer if is_bank_account else client.vault.customer
    try:
        return read(made.customer_id) or made
    except IntegrationError:
        return made


def stored(customer: VaultCustomer) -> Outcome:
    """A customer is stored at PayTrace."""
    result = {"last_four": customer.last_four, "card_brand": customer.card_brand}
    return Outcome(
        S.DONE, "", "PayTrace keeps the payment method now.", customer.customer_id, result,
        customer=customer,
    )  # fmt: skip


def _update(
    told: Told, subject: Subject, client: PayTraceClient, _: HostedFields | None
) -> Outcome:
    wish = told.wish
    change = CustomerChange(
        billing=address_of(wish),
        email=wish.email or None,
        phone=wish.phone or None,
        expiry_month=wish.expiry_month,
        expiry_year=wish.expiry_year,
    )
    client.vault.update(customer_id=wish.vault_id, change=change)
    return updated(wish.vault_id)


def address_of(wish: Wish) -> Address | None:
    """The parts of an address that a wish names; None without any."""
    address = Address(
        name=wish.name, street=wish.street, street2=wish.street2, city=wish.city,
        region=wish.region, postal_code=wish.postal_code, country=wish.country.upper(),
    )  # fmt: skip
    return None if address == Address() else address


def updated(vault_id: str) -> Outcome:
    """A stored customer was changed."""
    return Outcome(S.DONE, "", "PayTrace changed the payment method.", vault_id)


def _forget(
    told: Told, subject: Subject, client: PayTraceClient, _: HostedFields | None
) -> Outcome:
    try:
        client.vault.delete(told.wish.vault_id)
    except NeverWorks as error:
        if error.code != "paytrace.customer_unknown":
            raise
    return forgotten(told.wish.vault_id)


def forgotten(vault_id: str) -> Outcome:
    """PayTrace keeps the customer no more."""
    return Outcome(S.DONE, "", "PayTrace does not keep the payment method any more.", vault_id)


def _plan(told: Told, subject: Subject, client: PayTraceClient, _: HostedFields | None) -> Outcome:
    return PLAN_CALLS[told.wish.kind](told, subject, client)


def _amount(told: Told) -> Money:
    assert told.wish.amount is not None  # noqa: S101 checked when it was asked
    return told.wish.amount


_Sender = Callable[[Told, Subject, PayTraceClient, HostedFields | None], Outcome]
_SENDERS: Mapping[Kind, _Sender] = {
    Kind.CHARGE: _charge,
    Kind.HOLD: hold,
    Kind.CAPTURE: capture,
    Kind.ADJUST: adjust,
    Kind.GIVE_BACK: _give_back,
    Kind.REFUND_CUSTOMER: _refund_customer,
    Kind.SEND_RECEIPT: send_receipt,
    Kind.ADD_LEVEL_THREE: add_level_three,
    Kind.STORE_CUSTOMER: _store,
    Kind.UPDATE_CUSTOMER: _update,
    Kind.FORGET_CUSTOMER: _forget,
    Kind.MAKE_PAGE: make_page,
    **dict.fromkeys(PLAN_CALLS, _plan),
}

__all__ = [
    "FIRST_LOOK",
    "address_of",
    "forgotten",
    "given_back",
    "send",
    "stored",
    "unknown",
    "updated",
]

"""Looking for an answer that did not come: PayTrace is asked what it holds, never told again.

Outside of transactions.
"""

# Every kind is called alike, needed or not.
# ruff: noqa: ARG001
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import timedelta

from integrations.canonical.errors import NeverWorks
from integrations.canonical.money import Money
from integrations.canonical.transactions import (
    GatewayTransaction,
    PaymentMethod,
    TransactionState,
    TransactionType,
)
from integrations.instructions.card_outcomes import is_its_own, of_transaction, says_nothing
from integrations.instructions.hold_calls import CAPTURED, captured, look_for_adjusted
from integrations.instructions.kinds import Kind
from integrations.instructions.models import InstructionState
from integrations.instructions.outcomes import Outcome
from integrations.instructions.own_page_calls import look_for_page
from integrations.instructions.plan_looks import plan_changed, plan_ended, plan_made
from integrations.instructions.protocol import Told
from integrations.instructions.receipts import mailed
from integrations.instructions.sending import forgotten, given_back, stored, updated
from integrations.instructions.subjects import Subject
from integrations.instructions.unanswered import (
    NOTHING_IN_REAL_TIME,
    cannot_look,
    nothing,
    person,
)
from integrations.instructions.wishes import Wish, details_of
from integrations.paytrace.client import PayTraceClient
from integrations.paytrace.people import Address
from integrations.paytrace.vault import VaultCustomer

S = InstructionState


def look(told: Told, subject: Subject, *, client: PayTraceClient) -> Outcome:
    """What became of it. UNKNOWN while that cannot be said; raises what a read raises."""
    return _LOOKS[told.wish.kind](told, subject, client)


def _charge(told: Told, subject: Subject, client: PayTraceClient) -> Outcome:
    amount = _amount(told)
    if told.wish.method is PaymentMethod.ACH:
        # v1 has no look-up of ACH payments: NeverWorks, and a person has to say.
        found = client.ach.find(idempotency_key=told.invoice_id)
        if found is None:
            return nothing(told, is_real_time=True)
        sentence = f"PayTrace took the bank payment of {amount} in."
        return Outcome(S.DONE, sentence=sentence, result_id=found.transaction_id)
    attempt = client.find_attempt(
        invoice_id=told.invoice_id,
        start=told.gateway_day - timedelta(days=1),
        end=max(subject.today, told.gateway_day) + timedelta(days=1),
    )
    its_own = [one for one in attempt.found if is_its_own(one, kind=told.wish.kind)]
    if not its_own:
        # No real-time list is published for refunds of no payment.
        is_listed = attempt.is_real_time and told.wish.kind is not Kind.REFUND_CUSTOMER
        return nothing(told, is_real_time=is_listed)
    if len(its_own) > 1 or says_nothing(its_own[0]):
        return person("PayTrace does not show clearly what became of this.")
    outcome = of_transaction(its_own[0], amount=amount, kind=told.wish.kind)
    is_kept = outcome.state is S.DONE and told.wish.keeps_method
    return replace(outcome, customer=_kept(told, client)) if is_kept else outcome


def _kept(told: Told, client: PayTraceClient) -> VaultCustomer | None:
    """The card that a charge was to store besides; None where PayTrace holds none, or its API
    cannot be asked: the money is known either way."""
    try:
        return client.vault.created_as(told.vault_id)
    except NeverWorks:
        return None


def _capture(told: Told, subject: Subject, client: PayTraceClient) -> Outcome:
    """By the state of the hold itself, which only a capture moves so."""
    found = client.transaction(told.wish.transaction_id)
    if found is not None and found.state in CAPTURED:
        return captured(found.transaction_id, _amount(told))
    return nothing(told, is_real_time=False)


def _adjust(told: Told, subject: Subject, client: PayTraceClient) -> Outcome:
    found = look_for_adjusted(told, subject, client)
    return nothing(told, is_real_time=False) if found is None else found


def _give_back(told: Told, subject: Subject, client: PayTraceClient) -> Outcome:
    amount = _amount(told)
    sale = client.transaction(told.wish.transaction_id)
    if sale is not None and sale.state is TransactionState.VOIDED:
        return given_back("void", sale.transaction_id, amount)
    listed = client.transactions(
        start=told.gateway_day - timedelta(days=1), end=subject.today + timedelta(days=1)
    )
    found = [
        one
        for one in listed
        if is_refund(one, sale, amount) and one.transaction_id not in subject.taken_ids
    ]
    if not found:
        return nothing(told, is_real_time=False)
    if len(found) > 1:
        return person("PayTrace shows more than one refund of this amount.")
    return given_back("refund", found[0].transaction_id, amount)


def is_refund(one: GatewayTransaction, sale: GatewayTransaction | None, amount: Money) -> bool:
    """Whether it is a refund of this much of that payment; by card and customer where PayTrace
    does not name the payment."""
    if one.type is not TransactionType.REFUND or one.amount != amount or sale is None:
        return False
    if one.original_transaction_id:
        return one.original_transaction_id == sale.transaction_id
    same = (one.invoice_reference, one.last_four, one.customer_id)
    return same == (sale.invoice_reference, sale.last_four, sale.customer_id)


def _receipt(told: Told, subject: Subject, client: PayTraceClient) -> Outcome:
    """By where the payment says that its receipt went."""
    found = client.transaction(told.wish.transaction_id)
    if found is not None and _alike(found.email, told.wish.email):
        return mailed(told.wish)
    return nothing(told, is_real_time=False)


def _unseen(told: Told, subject: Subject, client: PayTraceClient) -> Outcome:
    """No export tells the level 3 detail of a sale."""
    return cannot_look()


def _store(told: Told, subject: Subject, client: PayTraceClient) -> Outcome:
    found = client.vault.created_as(told.vault_id)
    if found is not None:
        return stored(found)
    if told.wish.method is PaymentMethod.ACH and told.age >= NOTHING_IN_REAL_TIME:
        # No page says that the list of customers tells those with a bank account.
        return cannot_look()
    return nothing(told, is_real_time=True)


def _update(told: Told, subject: Subject, client: PayTraceClient) -> Outcome:
    found = client.vault.customer(told.wish.vault_id)
    if found is not None and _shows_details(found, told.wish):
        return updated(told.wish.vault_id)
    return nothing(told, is_real_time=True)


def _shows_details(found: VaultCustomer, wish: Wish) -> bool:
    address = asdict(found.billing or Address())
    shown = {
        **address,
        "name": found.name,
        "email": found.email,
        "phone": found.phone,
        "expiry_month": found.expiry_month,
        "expiry_year": found.expiry_year,
    }
    wanted = details_of(wish)
    return all(_alike(shown[name], value) for name, value in wanted.items())


def _alike(one: object, other: object) -> bool:
    return str(one).strip().casefold() == str(other).strip().casefold()


def _forget(told: Told, subject: Subject, client: PayTraceClient) -> Outcome:
    is_bank_account = told.wish.method is PaymentMethod.ACH
    read = client.vault.bank_customer if is_bank_account else client.vault.customer
    if read(told.wish.vault_id) is None:
        return forgotten(told.wish.vault_id)
    return nothing(told, is_real_time=True)


def _amount(told: Told) -> Money:
    assert told.wish.amount is not None  # noqa: S101 checked when it was asked
    return told.wish.amount


_LOOKS: Mapping[Kind, Callable[[Told, Subject, PayTraceClient], Outcome]] = {
    Kind.CHARGE: _charge,
    Kind.HOLD: _charge,
    Kind.CAPTURE: _capture,
    Kind.ADJUST: _adjust,
    Kind.GIVE_BACK: _give_back,
    Kind.REFUND_CUSTOMER: _charge,
    Kind.SEND_RECEIPT: _receipt,
    Kind.ADD_LEVEL_THREE: _unseen,
    Kind.STORE_CUSTOMER: _store,
    Kind.UPDATE_CUSTOMER: _update,
    Kind.FORGET_CUSTOMER: _forget,
    Kind.MAKE_PAGE: look_for_page,
    Kind.PLAN_CREATE: plan_made,
    Kind.PLAN_RESUME: plan_made,
    Kind.PLAN_CHANGE: plan_changed,
    Kind.PLAN_PAUSE: plan_ended,
    Kind.PLAN_CANCEL: plan_ended,
}

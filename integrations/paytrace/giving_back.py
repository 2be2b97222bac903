"""Giving money back: one action that voids what has not settled and refunds what has.

PayTrace refuses a refund before settlement (817) and a void after it (818), and settles on its
own each evening. So the payment is looked at, one way is chosen, and when PayTrace answers that
it has settled (or not) meanwhile, it is looked at once more and never a third time.

Never more is given back than is left. Exports name the sale of a refund only sometimes; a refund
that names none counts against every sale of the same invoice, card and customer together. What
the caller's own records know counts besides, each transaction once whoever tells it. Two calls at
once for one sale are the caller's to prevent: both would see the same rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from integrations.canonical.errors import NeverWorks, TryLater
from integrations.canonical.money import Money
from integrations.canonical.transactions import (
    GatewayTransaction,
    TransactionState,
    TransactionType,
)
from integrations.paytrace.client import PayTraceClient
from integrations.paytrace.gaps import not_offered

_WAITING = frozenset({TransactionState.PENDING_SETTLEMENT, TransactionState.AUTHORIZED})
_CHANGED_MEANWHILE = frozenset({"paytrace.not_settled", "paytrace.not_voidable"})
# Of a refund: nothing of it was given back, or not any more.
_CAME_TO_NOTHING = frozenset(
    {TransactionState.VOIDED, TransactionState.AUTO_VOIDED, TransactionState.DECLINED}
)
Given = Mapping[str, Money]
"""What was given or taken back of a payment, by the transaction that did."""
_NOTHING: Given = {}


class Way(StrEnum):
    VOID = "void"
    REFUND = "refund"


@dataclass(frozen=True)
class GivenBack:
    """What was done. `transaction_id` is the refund's own, or the sale's when it was voided."""

    way: Way
    transaction_id: str
    original_transaction_id: str
    amount: Money


@dataclass(frozen=True)
class Choice:
    """How to give back, and how much."""

    way: Way
    amount: Money


def give_back(
    client: PayTraceClient,
    *,
    transaction_id: str,
    amount: Money | None = None,
    already_given: Given = _NOTHING,
    today: date,
) -> GivenBack:
    """Give back `amount`, or all that is left. `already_given` is what the caller's own records
    say was given or taken back of it; `today` a day of the gateway's zone.

    Raises NeverWorks when nothing, or not as much, is left or the payment never was one; TryLater
    when only waiting for the settlement helps, or PayTrace's records disagree; OutcomeUnknown
    as every call that moves money does: then look, never call again.
    """
    choice = _look(client, transaction_id, amount, already_given, today)
    try:
        return _do(client, transaction_id, choice)
    except NeverWorks as refused:
        if refused.code not in _CHANGED_MEANWHILE:
            raise
    again = _look(client, transaction_id, amount, already_given, today)
    if again.way is choice.way:
        raise TryLater(
            "PayTrace's list and its answer do not agree on whether this payment has settled. "
            "Nothing was given back.",
            code="paytrace.records_disagree",
        )
    return _do(client, transaction_id, again)


def choose(
    sale: GatewayTransaction,
    *,
    amount: Money | None,
    refunds: Sequence[GatewayTransaction],
    already_given: Given = _NOTHING,
) -> Choice:
    """The way and the amount, from what PayTrace shows. Pure.

    `refunds` may hold any transactions; only standing refunds of this sale, and those that may
    be, are counted.
    """
    _check_was_paid(sale)
    if sale.state in _WAITING:
        return _void(sale, amount, already_given)
    rest = left(sale, others=refunds, already_given=already_given)
    return Choice(Way.REFUND, _wanted(amount, rest))


def _wanted(amount: Money | None, rest: Money) -> Money:
    """All that is left, or as much of it as is asked for. Raises NeverWorks."""
    if rest.amount <= 0:
        raise NeverWorks(
            "All of this payment was given or taken back already.", code="paytrace.nothing_left"
        )
    wanted = rest if amount is None else amount
    if wanted.amount <= 0 or rest < wanted:
        raise NeverWorks(
            f"Only {rest} of this payment is left to give back.",
            code="paytrace.above_what_is_left",
            field="amount",
        )
    return wanted


def left(
    sale: GatewayTransaction,
    *,
    others: Sequence[GatewayTransaction],
    already_given: Given = _NOTHING,
) -> Money:
    """How much of a settled sale can still be given back, at most. Pure; never below zero."""
    zero = Money.zero(sale.amount.currency)
    undone = {one.transaction_id for one in others if one.state in _CAME_TO_NOTHING}
    known = {number: part for number, part in already_given.items() if number not in undone}
    known |= {one.transaction_id: one.amount for one in others if _gives_back(one, sale)}
    of_it = sale.amount - _sum(known.values(), zero)
    rest = min(of_it, _left_of_kin(sale, others, known), key=lambda money: money.amount)
    return rest if rest.amount > 0 else zero


def _left_of_kin(
    sale: GatewayTransaction, others: Sequence[GatewayTransaction], known: Given
) -> Money:
    """What is left of all sales that an unnamed refund may belong to, less what is known of this
    one besides. Without an invoice too much would look alike: then only refunds that name their
    sale are counted."""
    if not sale.invoice_reference:
        return sale.amount
    zero = Money.zero(sale.amount.currency)
    kin = {one.transaction_id: one for one in [*others, sale] if _likeness(one) == _likeness(sale)}
    sales = {number for number, one in kin.items() if _is_standing_sale(one)}
    back = {
        number: one.amount
        for number, one in kin.items()
        if _is_standing_refund(one)
        and (not one.original_transaction_id or one.original_transaction_id in sales)
    }
    paid = _sum((kin[number].amount for number in sales), zero)
    return paid - _sum({**known, **back}.values(), zero)


def _gives_back(one: GatewayTransaction, sale: GatewayTransaction) -> bool:
    return one.original_transaction_id == sale.transaction_id and _is_standing_refund(one)


def _look(
    client: PayTraceClient,
    transaction_id: str,
    amount: Money | None,
    already_given: Given,
    today: date,
) -> Choice:
    sale = client.transaction(transaction_id)
    if sale is None:
        raise _no_card_payment(client, transaction_id)
    refunds: Sequence[GatewayTransaction] = ()
    if sale.state is TransactionState.SETTLED:
        refunds = client.transactions(start=sale.created_at.date(), end=today)
    return choose(sale, amount=amount, refunds=refunds, already_given=already_given)


def _no_card_payment(client: PayTraceClient, transaction_id: str) -> NeverWorks:
    """A bank payment has an id of another kind, and no published call gives one back that can be
    followed: v3 shows none, and v1 lists no bank payments."""
    unknown = NeverWorks(
        "PayTrace knows no transaction with this id.",
        code="paytrace.transaction_unknown",
        field="transaction_id",
    )
    try:
        found = client.ach.transaction(transaction_id)
    except NeverWorks:
        return unknown
    if found is None:
        return unknown
    return not_offered(
        "This is a bank payment, and PayTrace's API has no call that gives one back.",
        remedy="Give it back in PayTrace's own terminal; what is done there is found and posted.",
    )


def _do(client: PayTraceClient, transaction_id: str, choice: Choice) -> GivenBack:
    if choice.way is Way.VOID:
        client.cards.void(transaction_id)
        return GivenBack(Way.VOID, transaction_id, transaction_id, choice.amount)
    made = client.cards.refund(transaction_id=transaction_id, amount=choice.amount)
    return GivenBack(Way.REFUND, made.transaction_id, transaction_id, choice.amount)


def _void(sale: GatewayTransaction, amount: Money | None, already_given: Given) -> Choice:
    rest = sale.amount - _sum(already_given.values(), Money.zero(sale.amount.currency))
    if _wanted(amount, rest) == sale.amount:
        return Choice(Way.VOID, sale.amount)
    raise TryLater(
        "This payment has not settled yet, and until then only all of it can be given back. "
        "A part can be refunded once it has settled.",
        code="paytrace.part_before_settlement",
    )


_NEVER_PAID = {
    TransactionState.VOIDED: "This payment was voided: no money of it is left to give back.",
    TransactionState.AUTO_VOIDED: "PayTrace took this approval back by itself: nothing was paid.",
    TransactionState.DECLINED: "This payment was declined: nothing was paid.",
    TransactionState.UNKNOWN: "PayTrace gives this payment a status that is not known here, so it "
    "is not clear whether anything can be given back.",
}


def _check_was_paid(sale: GatewayTransaction) -> None:
    is_refund = sale.type in {TransactionType.REFUND, TransactionType.UNKNOWN}
    sentence = _NEVER_PAID.get(sale.state, "")
    if is_refund and not sentence and sale.state is not TransactionState.PENDING_SETTLEMENT:
        sentence = "This is a refund itself; it cannot be given back."
    if sentence:
        raise NeverWorks(sentence, code="paytrace.nothing_to_give_back", field="transaction_id")


def _likeness(one: GatewayTransaction) -> tuple[str, str, str]:
    return one.invoice_reference, one.last_four, one.customer_id


def _is_standing_refund(one: GatewayTransaction) -> bool:
    is_standing = one.state in {TransactionState.PENDING_SETTLEMENT, TransactionState.SETTLED}
    return one.type is TransactionType.REFUND and is_standing


def _is_standing_sale(one: GatewayTransaction) -> bool:
    is_sale = one.type in {TransactionType.SALE, TransactionType.AUTHORIZATION}
    return is_sale and one.state is TransactionState.SETTLED


def _sum(amounts: Iterable[Money], zero: Money) -> Money:
    total = zero
    for amount in amounts:
        total = total + amount
    return total

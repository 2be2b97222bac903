"""Looking for a change that a person keys: whether it stands in the books, or what is to be keyed.

The rules that write decide whether Sage would take it; here they write into nothing. Once it is
listed it is only looked for, value by value.
"""

from __future__ import annotations

from integrations.canonical.keyed_changes import ChangeQuestion, ChangeSeen, Wanted
from integrations.canonical.orders import CustomerRequest
from integrations.canonical.stock import ChangeOutcome, ChangeResult
from integrations.sagepro.backends import (
    by_hand_customers,
    by_hand_orders,
    matching_customers,
    ordering,
)
from integrations.sagepro.backends.books import Changeable, H
from integrations.sagepro.backends.changing import Change
from integrations.sagepro.backends.plan import Answered


def asked_of(wanted: Wanted) -> Change:
    """Key, kind and hash of a change: what our record of it holds, whoever writes it."""
    if isinstance(wanted, CustomerRequest):
        return matching_customers.asked_of(wanted)
    return ordering.asked_of(wanted)


def look(connection: H, company: Changeable[H], question: ChangeQuestion) -> ChangeSeen:
    """What the books show of the change that is asked about; only reads.

    Raises NeverWorks where this company has no such change.
    """
    try:
        return _look(connection, company, question)
    except Answered as answered:
        told = answered.result
        outcome = ChangeOutcome(told.outcome.value)
        return ChangeSeen(ChangeResult(outcome, told.evidence, told.refusal))


def _look(connection: H, company: Changeable[H], question: ChangeQuestion) -> ChangeSeen:
    if question.customer is not None:
        return by_hand_customers.look(connection, company, question, question.customer)
    if question.order is not None:
        return by_hand_orders.look(connection, company, question, question.order)
    raise ValueError("A question is about one change")

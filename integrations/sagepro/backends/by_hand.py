"""Looking for a change that a person keys: whether it stands in the books, or what is to be keyed.

The rules that write decide whether Sage would take it; here they write into nothing. Once it is
listed it is only looked for, value by value.
"""

from __future__ import annotations

from integrations.canonical.keyed_changes import ChangeQuestion, ChangeSeen, Wanted
from integrations.canonical.orders import CustomerRequest
from integrations.canonical.stock import Allocation, ChangeOutcome, ChangeResult
from integrations.sagepro.backends import (
    allocating,
    by_hand_customers,
    by_hand_orders,
    by_hand_stock,
    matching_customers,
    ordering,
)
from integrations.sagepro.backends.books import Changeable, H
from integrations.sagepro.backends.changing import Change
from integrations.sagepro.backends.dbf.company import DbfCompany
from integrations.sagepro.backends.plan import Answered
from integrations.sagepro.profile import PostingProfile


def asked_of(wanted: Wanted) -> Change:
    """Key, kind and hash of a change: what our record of it holds, whoever writes it."""
    if isinstance(wanted, CustomerRequest):
        return matching_customers.asked_of(wanted)
    if isinstance(wanted, Allocation):
        return allocating.asked_of(wanted)
    return ordering.asked_of(wanted)


def check(profile: PostingProfile, wanted: Wanted) -> ChangeResult | None:
    """The refusal of what no books of that profile could hold, such as a card number; it is
    asked of no company. Raises NeverWorks where the profile lets no such change be made."""
    company = DbfCompany(profile)
    try:
        if isinstance(wanted, CustomerRequest):
            matching_customers.check(company, wanted)
        elif isinstance(wanted, Allocation):
            allocating.check(company, wanted)
        else:
            ordering.check(company, wanted)
    except Answered as answered:
        return _result(answered)
    return None


def look(connection: H, company: Changeable[H], question: ChangeQuestion) -> ChangeSeen:
    """What the books show of the change that is asked about; only reads.

    Raises NeverWorks where this company has no such change.
    """
    try:
        return _look(connection, company, question)
    except Answered as answered:
        return ChangeSeen(_result(answered))


def _result(answered: Answered) -> ChangeResult:
    told = answered.result
    return ChangeResult(ChangeOutcome(told.outcome.value), told.evidence, told.refusal)


def _look(connection: H, company: Changeable[H], question: ChangeQuestion) -> ChangeSeen:
    if question.customer is not None:
        return by_hand_customers.look(connection, company, question, question.customer)
    if question.order is not None:
        return by_hand_orders.look(connection, company, question, question.order)
    if question.allocation is not None:
        return by_hand_stock.look(connection, company, question, question.allocation)
    raise ValueError("A question is about one change")

"""Postings that are a journal alone: settlements and fees, and taking one back.

Their distribution rows stand under our marker as document number, which is how they are found
again when our own record is gone. How a site books them is known from its calibration only.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from integrations.canonical.posting import PostingKind, PostingRequest
from integrations.sagepro.backends import ledger
from integrations.sagepro.backends.books import Company, H, Row
from integrations.sagepro.backends.plan import ZERO, Plan, refuse
from integrations.sagepro.backends.values import check_text


def plan_journal(connection: H, company: Company[H], request: PostingRequest) -> Plan:
    """Nothing moves but the ledger. Raises Answered with REFUSED."""
    _check_alone(company, request)
    if request.kind is PostingKind.REVERSAL:
        _check_stands(connection, company, request)
    return Plan(customer={}, movements=())


def lines_by_marker(connection: H, company: Company[H], marker: str) -> list[Row]:
    """The distribution rows of the journal that carries this marker."""
    if not marker.strip():
        return []
    where = company.matches("distributions", "document_number", [marker])
    return company.rows(connection, "distributions", where, order_by=("account", "amount"))


def _check_alone(company: Company[Any], request: PostingRequest) -> None:
    kind = request.kind.value
    check_text(company.profile, "distributions", "document_number", request.marker, field="marker")
    named = [
        word
        for word, value in {
            "customer": request.customer_number.strip(),
            "invoice": request.applications,
            "receipt field": request.fields,
        }.items()
        if value
    ]
    if named:
        raise _wrong(f"A {kind} journal names no {named[0]}; it moves GL accounts only.")
    total = sum((line.debit for line in request.journal), ZERO)
    if total != request.amount.amount:
        raise _wrong(f"The journal moves {total:.2f}, the {kind} is over {request.amount}.")


def _wrong(sentence: str) -> Exception:
    return refuse("value_refused", sentence, field="journal", remedy="Correct the GL rules.")


def _check_stands(connection: H, company: Company[H], request: PostingRequest) -> None:
    """Each account gives back at most what still stands on it."""
    left = _standing(connection, company, request)
    for line in request.journal:
        account, change = line.account.strip(), line.debit - line.credit
        before = left[account]
        left[account] += change
        if before * change >= 0 or before * left[account] < 0:
            raise refuse(
                "over_balance",
                f"GL account {account} has {abs(before):.2f} of that journal left; this would "
                f"move {abs(change):.2f}.",
                field="journal",
                remedy="Compare with the earlier reversals of this journal.",
            )


def _standing(connection: H, company: Company[H], request: PostingRequest) -> dict[str, Decimal]:
    parent = ledger.find_key(connection, company, request.reverses)
    marker = parent["marker"] if parent else request.reverses_marker
    rows = lines_by_marker(connection, company, marker)
    if not rows or (parent and parent["state"] == ledger.WITHDRAWN):
        name = company.profile.physical_table("distributions")
        raise refuse(
            "parent_missing",
            f"The journal to take back ({marker or request.reverses}) is not in Sage ({name}).",
            field="reverses",
            remedy="Post the journal first, or take it back in Sage by hand.",
        )
    for earlier in ledger.reversals_of(connection, company, request.reverses):
        if earlier["state"] == ledger.WRITTEN:
            rows = [*rows, *lines_by_marker(connection, company, earlier["marker"])]
    left: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        left[row["account"]] += row["amount"]
    return left

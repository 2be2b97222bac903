"""Postings as rows of our staging tables, and back as our record of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from integrations.canonical.identifiers import is_identifier
from integrations.canonical.posting import TAKES_BACK, PostingRequest
from integrations.canonical.redaction import redact_text
from integrations.sagepro.backends import ledger
from integrations.sagepro.backends.books import Row
from integrations.sagepro.backends.dbf import encoding
from integrations.sagepro.backends.dbf.encoding import Shape
from integrations.sagepro.backends.dbf.letters import as_digits, as_letters
from integrations.sagepro.backends.dbf.staging_shape import Line, State
from integrations.sagepro.backends.dbf.told_lines import told_of
from integrations.sagepro.backends.documents import currency_of
from integrations.sagepro.backends.plan import (
    ZERO,
    Movement,
    Plan,
    new_balance,
    refuse,
)
from integrations.sagepro.backends.writing import cash_account
from integrations.sagepro.profile import PostingProfile

NOTE, WORDS = "note", "words"
"""Kinds of a row that hands over a payment status, and what a flagged row is told before its
last answer: each is no record of ours."""
CHANGES = frozenset({"order", "customer", "allocation", "flagged", WORDS})
"""Kinds of a row that hands over a change beside payments."""
ON_ITS_WAY = frozenset({State.STAGED, State.TAKEN})

Record = dict[str, Any]
"""A row of one of our tables by column name."""

_IN_BOOKS = {
    State.POSTED: ledger.WRITTEN,
    State.VERIFIED: ledger.WRITTEN,
    State.PARTIAL: ledger.WRITTEN,
    State.WITHDRAWN: ledger.WITHDRAWN,
}


class StagedBooks(Protocol):
    """Our record of what was posted or withdrawn, as the posting rules ask for it."""

    def rows(self, column: str, keys: Sequence[str]) -> list[Row]:
        """Rows whose `effect_key`, `marker` or `reverses` is one of `keys`."""
        ...


def post_row(
    profile: PostingProfile, request: PostingRequest, plan: Plan, *, epoch: int, now: datetime
) -> Record:
    """The row that hands a posting over; where its lines are is added when they are written."""
    return _row(profile, request, epoch=epoch) | {
        "state": State.STAGED,
        "cash": cash_account(request, plan),
        "back": request.kind in TAKES_BACK,
        "credno": plan.credit_number,
        "nreceipt": len(plan.receipt_values()),
        "staged": moment(now),
    }


def remembered_row(
    profile: PostingProfile, request: PostingRequest, *, receipts: int, session: str, epoch: int
) -> Record:
    """The row of a posting that stands in the books and whose row was lost."""
    return _row(profile, request, epoch=epoch) | {
        "state": State.VERIFIED,
        "nreceipt": receipts,
        "arsess": session,
    }


def tombstone(profile: PostingProfile, *, key: str, marker: str) -> Record:
    return {
        "effkey": key,
        "company": profile.company_number,
        "marker": marker,
        "state": State.WITHDRAWN,
    }


def _row(profile: PostingProfile, request: PostingRequest, *, epoch: int) -> Record:
    return {
        "effkey": request.effect_key,
        "company": profile.company_number,
        "marker": request.marker,
        "payhash": as_letters(request.payload_hash),
        "kind": request.kind.value,
        "custno": request.customer_number.strip(),
        "amount": request.amount.plain,
        "currency": request.amount.currency,
        "acctdate": request.accounting_date,
        "revkey": request.reverses,
        "revmark": request.reverses_marker,
        "nlines": len(request.journal),
        "epoch": epoch,
    }


def receipt_lines(values: Sequence[tuple[str, Decimal, Decimal]]) -> list[Record]:
    """The lines that remember the receipts of a posting: document, paid and discount."""
    return [
        {"kind": Line.RECEIPT, "docno": number, "paid": _money(paid), "disc": _money(discount)}
        for number, paid, discount in values
    ]


def plan_lines(profile: PostingProfile, request: PostingRequest, plan: Plan) -> list[Record]:
    """Every step the program takes, in its order, and the mapped fields of the receipts."""
    lines: list[Record] = [{"kind": Line.NUMBER}]
    lines += receipt_lines([(one.number, one.paid, one.discount) for one in plan.movements])
    lines += [_document(profile, move) for move in plan.movements]
    if plan.new_credit:
        credit = (plan.credit_number, plan.new_credit, ZERO)
        lines += [{"kind": Line.CREDIT, "docno": plan.credit_number, "newbal": _money(-credit[1])}]
        lines += receipt_lines([credit])
    if plan.customer_change:
        lines += [_customer(plan)]
    # As the program writes it: with the sign that the site's own lines have.
    sign = -1 if profile.credits_are_positive else 1
    lines += [
        {
            "kind": Line.JOURNAL,
            "account": one.account,
            "amount": _money(sign * (one.debit - one.credit)),
        }
        for one in request.journal
    ]
    return lines + [
        {"kind": Line.FIELD, "field": profile.receipt_fields[name], "value": text.strip()}
        for name, text in request.fields.items()
    ]


def _document(profile: PostingProfile, move: Movement) -> Record:
    counted = move.total if profile.paid_includes_discount else move.paid
    is_home = currency_of(profile, move.document) == profile.home_currency
    return {
        "kind": Line.DOCUMENT,
        "docno": move.number,
        "oldbal": _money(move.document["balance"]),
        "newbal": _money(new_balance(move)),
        "oldpaid": _money(move.document["paid"]),
        "newpaid": _money(move.document["paid"] + counted),
        "oldstat": move.document["status"],
        # The base-currency twin of a foreign document follows the site's own rate.
        "value": "base" if is_home else "",
    }


def _customer(plan: Plan) -> Record:
    before = plan.customer["balance"]
    return {
        "kind": Line.CUSTOMER,
        "docno": plan.customer["number"],
        "oldbal": _money(before),
        "newbal": _money(before - plan.customer_change),
    }


def check_no_card(records: Sequence[Mapping[str, object]]) -> None:
    """Raises Answered with REFUSED when any text about to be written looks like a card number."""
    for record in records:
        for name, value in record.items():
            if is_identifier(name, value):
                continue
            if isinstance(value, str) and redact_text(value) != value:
                raise refuse(
                    "value_refused",
                    f"{name.upper()} of our staging table would hold a card number, which is "
                    "never written.",
                    field=name,
                    remedy="Map another field, or mask it in the field mapping.",
                )


def check_fits(shape: Shape, records: Sequence[Mapping[str, object]]) -> None:
    """Raises Answered with REFUSED when a value does not fit our own table as it is."""
    for record in records:
        try:
            encoding.record(shape, record)
        except ValueError as error:
            raise refuse(
                "value_too_long",
                f"Our staging table cannot hold a value of this posting: {error}.",
                remedy="Shorten it, or use only characters of the company's code page.",
            ) from error


def as_posting(post: Record, lines: Sequence[Record]) -> Row | None:
    """Our record of a posting by logical column; None while it is not in the books."""
    state = _IN_BOOKS.get(post["state"])
    if state is None or post["kind"] in {NOTE, WORDS}:
        return None
    return as_record(post, lines, state=state)


def as_record(post: Record, lines: Sequence[Record], *, state: str) -> Row:
    """A row as a record of ours in that state."""
    return {
        "effect_key": post["effkey"],
        "company": post["company"],
        "marker": post["marker"],
        "payload_hash": as_digits(post["payhash"]),
        "kind": post["kind"],
        "state": state,
        "customer_number": post["custno"],
        "invoices": _told(post, lines),
        "receipt_count": post["nreceipt"],
        "line_count": post["nlines"],
        "amount": Decimal(post["amount"] or 0),
        "currency": post["currency"],
        "accounting_date": post["acctdate"],
        "session": post["arsess"],
        "reverses": post["revkey"],
        "posted_at": post["done"],
    }


def _told(post: Record, lines: Sequence[Record]) -> str:
    if post["kind"] in CHANGES:
        return told_of(lines)
    receipts = sorted(
        (one["docno"], one["paid"], one["disc"]) for one in lines if one["kind"] == Line.RECEIPT
    )
    return json.dumps(receipts) if post["kind"] else ""


def moment(now: datetime) -> str:
    return f"{now:%Y-%m-%dT%H:%M:%S}"


def _money(value: Decimal) -> str:
    return f"{value:.4f}"

"""Whether a person has keyed a posting into Sage: decided from what stands in the books."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from integrations.canonical.keyed import GLLine, KeyedAnswer
from integrations.canonical.ledger_documents import Receipt
from integrations.canonical.posting import (
    TAKES_BACK,
    Application,
    PostingKind,
    PostingRequest,
)

_ZERO = Decimal(0)
# A receipt without our reference is believed only this close to the day it should bear.
_NEAR = timedelta(days=5)
_Part = tuple[str, Decimal, Decimal]


@dataclass(frozen=True)
class Keyed:
    """The receipts or GL lines that are this posting, and how they were known."""

    receipts: tuple[Receipt, ...]
    why: str
    lines: tuple[GLLine, ...] = ()


@dataclass(frozen=True)
class NotKeyed:
    """It is not in the books, or not as it should be; what is missing, for who keys it."""

    sentence: str
    stands_wrong: bool = False
    """Something carries the reference, and is not the posting."""
    is_part: bool = False
    """What stands belongs to it, and some of it is missing."""


def find_keyed(
    request: PostingRequest, seen: KeyedAnswer, *, is_said: bool, taken: Set[str]
) -> Keyed | NotKeyed:
    """Look for the posting among what carries its reference, then among what only looks like it.

    Likeness counts for receipts that pay invoices whole, and only when a person says that it was
    keyed: alone it proves nothing. `taken` are keys of receipts that belong to other postings.
    """
    if request.is_journal:
        return _journal(request, seen.lines)
    if seen.receipts:
        wrong = _difference(request, seen)
        return wrong or Keyed(seen.receipts, "It carries the reference.")
    if not is_said or _rest(request) or request.kind is not PostingKind.RECEIPT:
        missing = f"No receipt with the reference {request.marker} is in Sage yet."
        return NotKeyed(missing, is_part=True)
    return _alike(request, seen.alike, taken)


def _alike(
    request: PostingRequest, receipts: Sequence[Receipt], taken: Set[str]
) -> Keyed | NotKeyed:
    found: list[Receipt] = []
    for part in request.applications:
        like = [one for one in receipts if one.key not in taken and _is_like(one, part, request)]
        if len(like) != 1:
            return NotKeyed(_none_or_many(part, request, len(like)), is_part=True)
        found += like
    return Keyed(tuple(found), "Invoice, amount and date are the same, and only one receipt is.")


def _difference(request: PostingRequest, seen: KeyedAnswer) -> NotKeyed | None:
    """What is wrong with receipts that carry the reference; None when they are right."""
    marker, receipts = request.marker, seen.receipts
    if any(receipt.currency != request.amount.currency for receipt in receipts):
        return _wrong(f"The receipt {marker} is not in {request.amount.currency}.")
    strange = {one.customer_number for one in receipts} - {request.customer_number.strip()}
    if strange:
        customers = ", ".join(sorted(strange))
        return _wrong(
            f"{marker} stands under customer {customers} and should be {request.customer_number}'s."
        )
    if request.kind in TAKES_BACK:
        return _taken_back(request, seen)
    return _paid(request, receipts)


def _paid(request: PostingRequest, receipts: Sequence[Receipt]) -> NotKeyed | None:
    meant = Counter((a.invoice_number.strip(), a.amount, a.discount) for a in request.applications)
    if request.kind is PostingKind.APPLICATION:
        meant[request.credit_number.strip(), -request.amount.amount, _ZERO] += 1
    found = Counter((r.invoice_number, r.amount, r.discount) for r in receipts)
    missing, extra = meant - found, found - meant
    rest = _rest(request)
    # What is left over becomes a document of its own, whose number Sage may give.
    kept = next((part for part in extra if rest and part[1:] == (rest, _ZERO)), None)
    if kept is not None:
        extra[kept] -= 1
        extra += Counter()
        rest = _ZERO
    told = [f"{amount:,.2f} on invoice {number} is missing" for number, amount, _ in missing]
    told += [f"{rest:,.2f} on account is missing"] if rest else []
    told += [
        f"{amount:,.2f} on invoice {number} does not belong to it" for number, amount, _ in extra
    ]
    if not told:
        return None
    return NotKeyed(
        f"{request.marker}: {'; '.join(told)}. Correct it in Sage.",
        stands_wrong=True,
        is_part=not extra,
    )


def _taken_back(request: PostingRequest, seen: KeyedAnswer) -> NotKeyed | None:
    """Receipts of the other sign; of an application both sides, which add up to nothing."""
    given = sum((one.amount for one in seen.receipts if one.amount > 0), _ZERO)
    taken = -sum((one.amount for one in seen.receipts if one.amount < 0), _ZERO)
    sign = 1 if seen.pays_again else -1
    side, other = (given, taken) if seen.pays_again else (taken, given)
    whole = request.amount.amount
    if side == whole and other in (_ZERO, whole):
        return _named(request, seen.receipts, sign) or _fee(request, seen.lines)
    meant = f"{sign * whole:,.2f}"
    return NotKeyed(
        f"{request.marker} adds up to {given - taken:,.2f} in Sage and should be {meant}. "
        "Correct it in Sage.",
        stands_wrong=True,
        is_part=side < whole and not other,
    )


def _named(request: PostingRequest, receipts: Sequence[Receipt], sign: int) -> NotKeyed | None:
    """Whether the invoices that the request names gave back what it says."""
    stands = {(one.invoice_number, one.amount, one.discount) for one in receipts}
    for part in request.applications:
        meant: _Part = (part.invoice_number.strip(), sign * part.amount, sign * part.discount)
        if meant not in stands:
            return _wrong(f"{request.marker}: {meant[1]:,.2f} on invoice {meant[0]} is missing.")
    return None


def _fee(request: PostingRequest, lines: Sequence[GLLine]) -> NotKeyed | None:
    """What of a fee that came with it is missing in the ledger; only the fee's own accounts are
    compared, since Sage books the rest by itself."""
    meant: dict[str, list[Decimal]] = defaultdict(list)
    for side in request.journal:
        meant[side.account.strip()].append(side.debit - side.credit)
    for account, amounts in sorted(meant.items()):
        if not request.fee or request.fee not in map(abs, amounts):
            continue
        stands = Counter(
            line.amount
            for line in lines
            if line.account == account and line.day in {None, request.accounting_date}
        )
        # Sage may have made one line of several on an account.
        if Counter(amounts) - stands and sum(amounts, _ZERO) not in stands:
            told = " and ".join(f"{amount:,.2f}" for amount in amounts)
            return NotKeyed(
                f"{request.marker}: {told} on GL account {account} is missing for its fee, dated "
                f"{_words(request.accounting_date)}. Correct it in Sage.",
                stands_wrong=True,
                is_part=True,
            )
    return None


def _journal(request: PostingRequest, lines: Sequence[GLLine]) -> Keyed | NotKeyed:
    """One entry under the reference, with these accounts and amounts, of this day."""
    if not lines:
        missing = f"No GL entry with the reference {request.marker} is in Sage yet."
        return NotKeyed(missing, is_part=True)
    meant = _by_account((line.account, line.debit - line.credit) for line in request.journal)
    stands = _by_account((line.account, line.amount) for line in lines)
    if meant != stands:
        return _wrong(
            f"{request.marker} stands in Sage as {_sides(stands)}; it should be {_sides(meant)}."
        )
    days = {one.day for one in lines if one.day} - {request.accounting_date}
    if days:
        told = ", ".join(_words(day) for day in sorted(days))
        right = _words(request.accounting_date)
        return _wrong(f"{request.marker} stands under {told} and should be of {right}.")
    why = "It carries the reference, and accounts, amounts and date are the same."
    return Keyed((), why, tuple(lines))


def _by_account(lines: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for account, amount in lines:
        sums[account.strip()] += amount
    return {account: amount for account, amount in sorted(sums.items()) if amount}


def _sides(accounts: Mapping[str, Decimal]) -> str:
    sides = [
        f"{'debit' if amount > 0 else 'credit'} {account} {abs(amount):,.2f}"
        for account, amount in accounts.items()
    ]
    return ", ".join(sides) or "nothing at all"


def _words(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


def _wrong(sentence: str) -> NotKeyed:
    return NotKeyed(f"{sentence} Correct it in Sage.", stands_wrong=True)


def _rest(request: PostingRequest) -> Decimal:
    """What of a payment no invoice takes."""
    if request.kind not in {PostingKind.RECEIPT, PostingKind.ON_ACCOUNT}:
        return _ZERO
    applied = sum((part.amount for part in request.applications), _ZERO)
    return request.amount.amount - applied


def _is_like(receipt: Receipt, part: Application, request: PostingRequest) -> bool:
    return (
        receipt.invoice_number == part.invoice_number.strip()
        and (receipt.amount, receipt.discount) == (part.amount, part.discount)
        and receipt.currency == request.amount.currency
        and receipt.paid_date is not None
        and abs(receipt.paid_date - request.accounting_date) <= _NEAR
    )


def _none_or_many(part: Application, request: PostingRequest, count: int) -> str:
    what = f"of {part.amount:,.2f} {request.amount.currency}"
    if count == 0:
        return f"No receipt {what} on invoice {part.invoice_number} is in Sage yet."
    return (
        f"{count} receipts {what} stand on invoice {part.invoice_number}. "
        f"Type {request.marker} as the reference of the right one."
    )

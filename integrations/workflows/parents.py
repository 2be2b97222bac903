"""The posting an effect takes back: which it is, and what it did to the books."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from operator import attrgetter

from integrations.canonical.effects import EffectKind
from integrations.canonical.money import Money
from integrations.canonical.posting import Application, JournalLine, PostingKind
from integrations.canonical.transactions import GatewayTransaction
from integrations.matching.parents import ParentOutcome, SaleCandidate, find_parent
from integrations.posting.models import Effect, EffectState, LedgerEntry, LedgerLine, PostingAttempt
from integrations.posting.outbox import ENDED, FREE, IN_SAGE, ONLY_WAIT
from integrations.sagepro.profile import PostingProfile
from integrations.workflows.steps.account import FEE_LINES
from integrations.workflows.steps.match import LADDER
from integrations.workflows.subject import Beside, Parent

_S = EffectState
_STANDS = (_S.POSTED, _S.ADOPTED)
_TOLD_AS_ONE = {
    EffectKind.CHARGEBACK: EffectKind.FEE,
    EffectKind.FEE: EffectKind.CHARGEBACK,
}
_TAKES_BACK = (PostingKind.REVERSAL, PostingKind.CHARGEBACK)
# What the transaction itself did before it was voided, refused or returned.
_OWN = (EffectKind.SALE, EffectKind.REFUND)
_OWN_REASONS = {
    EffectKind.VOID: "PayTrace voided this payment.",
    EffectKind.DECLINE: "PayTrace refused this payment.",
    EffectKind.ACH_RETURN: "The payer's bank returned this payment.",
    EffectKind.CHARGEBACK_WON: "The dispute was won.",
    EffectKind.CHARGEBACK_LOST: "The dispute was lost.",
}


@dataclass(frozen=True)
class Found:
    """The parent, and how we know."""

    effect: Effect
    reason: str


def find(effect: Effect, transaction: GatewayTransaction) -> Found | None:
    """The effect that this one takes back; None when it is not known, or needs none."""
    kind = EffectKind(effect.kind)
    if kind is EffectKind.REFUND:
        return _refunded(effect, transaction)
    if kind is EffectKind.CHARGEBACK:
        return _disputed(effect, transaction)
    if kind in _OWN_REASONS:
        disputes = {EffectKind.CHARGEBACK_WON, EffectKind.CHARGEBACK_LOST}
        kinds = (EffectKind.CHARGEBACK,) if kind in disputes else _OWN
        own = Effect.objects.filter(
            source_id=effect.source_id, transaction_id=effect.transaction_id, kind__in=kinds
        ).first()
        return Found(own, _OWN_REASONS[kind]) if own else None
    return None


def beside(effect: Effect) -> Effect | None:
    """Of a chargeback its fee, of a fee its chargeback; None where the one is all there is."""
    other = _TOLD_AS_ONE.get(EffectKind(effect.kind))
    if other is None:
        return None
    return Effect.objects.filter(
        source_id=effect.source_id, transaction_id=effect.transaction_id, kind=other
    ).first()


def describe_beside(other: Effect) -> Beside:
    """How far that one has come, so that a fee is posted once and in one way."""
    return Beside(
        amount=Money(other.amount, other.currency),
        state=other.state,
        label=EffectState(other.state).label.lower(),
        reference=other.sage_reference,
        is_free=other.state in FREE,
        is_in_books=other.state in IN_SAGE,
        is_over=other.state in ENDED,
        holds_fee=bool((other.payload or {}).get("fee")),
    )


def describe(found: Found, *, but: Effect, profile: PostingProfile) -> Parent:
    """What the parent did to the books, and what was taken back of it before `but`."""
    parent = found.effect
    posted = [child for child in _children(parent, but=but) if child.state in _STANDS]
    label = EffectState(parent.state).label.lower()
    is_in_books = parent.state in _STANDS
    where = "is in Sage" if is_in_books else f"stands at ‘{label}’"
    is_reversal = _posting_kind(parent) in _TAKES_BACK
    return Parent(
        effect_key=parent.effect_key,
        marker=parent.marker,
        state=parent.state,
        sentence=f"{found.reason} Payment {parent.transaction_id} {where}.",
        customer_number=parent.customer_number,
        journal=_lines([parent]),
        earlier_reversals=_lines(posted),
        applications=_taken_from(parent, profile) if is_reversal and is_in_books else (),
        is_in_books=is_in_books,
        is_over=parent.state in ENDED and parent.state not in IN_SAGE,
        is_reversed=parent.state == _S.REVERSED,
        is_reversal=is_reversal,
    )


def _refunded(effect: Effect, transaction: GatewayTransaction) -> Found | None:
    chosen = str(effect.decision.get("payment_id", ""))
    if chosen:
        sale = _sale(effect, chosen)
        return Found(_stands_for(sale), "A person chose it.") if sale else None
    sales = {sale.transaction_id: sale for sale in _sales_like(effect, transaction)}
    found = find_parent(
        transaction,
        candidates=[_candidate(sale, transaction.account, but=effect) for sale in sales.values()],
        ladder=LADDER,
    )
    # Known, and less is left of it than this gives back: for a person, with the payment beside.
    meant = found.candidates[0] if found.outcome is ParentOutcome.TOO_LARGE else found.sale
    if meant is None:
        return None
    return Found(_stands_for(sales[meant.transaction_id]), found.reason)


def _disputed(effect: Effect, transaction: GatewayTransaction) -> Found | None:
    chosen = str(effect.decision.get("payment_id", ""))
    sale = _sale(effect, chosen or transaction.original_transaction_id)
    return Found(_stands_for(sale), "The payer disputes it.") if sale else None


def _sale(effect: Effect, transaction_id: str) -> Effect | None:
    """The payment of that number through the same account."""
    rows = Effect.objects.filter(source_id=effect.source_id, kind=EffectKind.SALE)
    return rows.filter(transaction_id=transaction_id).first()


def _stands_for(sale: Effect) -> Effect:
    """The posting that holds the sale's money now: after a won dispute, its new receipt."""
    if sale.state != _S.REVERSED:
        return sale
    again = Effect.objects.filter(parent__parent_id=sale.id, state__in=_STANDS)
    return again.exclude(kind__in=ONLY_WAIT).order_by("-posted_at").first() or sale


def _sales_like(effect: Effect, transaction: GatewayTransaction) -> list[Effect]:
    sales = Effect.objects.filter(source_id=effect.source_id, kind=EffectKind.SALE)
    if transaction.original_transaction_id:
        return list(sales.filter(transaction_id=transaction.original_transaction_id))
    if not transaction.invoice_reference or not transaction.last_four:
        return []
    return list(
        sales.filter(last_four=transaction.last_four, occurred_at__lte=transaction.created_at)
    )


def _candidate(sale: Effect, account: str, *, but: Effect) -> SaleCandidate:
    taken = sum((child.amount for child in _children(sale, but=but)), Decimal(0))
    return SaleCandidate(
        account=account,
        transaction_id=sale.transaction_id,
        invoice_reference=sale.invoice_reference,
        last_four=sale.last_four,
        remaining=Money(max(sale.amount - taken, Decimal(0)), sale.currency),
        created_at=sale.occurred_at,
    )


def _children(parent: Effect, *, but: Effect) -> list[Effect]:
    """What takes back this posting, already posted or on its way, this effect aside.

    One that was taken back whole itself, such as a chargeback that was won, counts no more. What
    only waits for it takes nothing back.
    """
    over = [state for state in ENDED if state not in _STANDS]
    rows = Effect.objects.filter(parent_id=parent.id).exclude(state__in=over).exclude(id=but.id)
    return list(rows.exclude(kind__in=ONLY_WAIT))


def _posting_kind(parent: Effect) -> str:
    return str((parent.payload or {}).get("kind", ""))


def _taken_from(reversal: Effect, profile: PostingProfile) -> tuple[Application, ...]:
    """What a posted reversal took from which invoice, as it was read back from Sage.

    None for a payment on account: its credit was a document of its own, and is made anew.
    """
    if reversal.parent is None or _posting_kind(reversal.parent) == PostingKind.ON_ACCOUNT:
        return ()
    told = PostingAttempt.objects.filter(
        effect_id=reversal.id, outcome__in=["posted", "exists"]
    ).latest("number")
    rows = told.evidence.get(profile.physical_table("receipts"), [])
    number, paid, discount = (
        profile.column("receipts", name).name for name in ("invoice_number", "paid", "discount")
    )
    return tuple(
        Application(row[number].strip(), -Decimal(row[paid]), -Decimal(row.get(discount, "0")))
        for row in rows
    )


def _lines(effects: Sequence[Effect]) -> tuple[JournalLine, ...]:
    """What these postings did to the accounts. The fee at the end of a chargeback's entry is left
    out: it is no part of the payment, and is not given back with it.
    """
    rows = LedgerLine.objects.select_related("entry").filter(entry__effect__in=effects)
    in_order = rows.order_by("entry__recorded_at", "entry_id", "position")
    return tuple(
        JournalLine(row.account, row.debit, row.credit, row.memo, row.reason)
        for entry, of_entry in groupby(in_order, key=attrgetter("entry"))
        for row in _but_fee(entry, list(of_entry))
    )


def _but_fee(entry: LedgerEntry, lines: list[LedgerLine]) -> list[LedgerLine]:
    return lines[:-FEE_LINES] if entry.fee else lines

"""PayTrace's own page of a payment link: having it made, knowing its payments, telling walks.

The page is made under the number of the attempt that asked for it, which nobody else has; by it
its payment is found, whoever told of it. PayTrace shows no call that ends such a page. Inside the
open company's transaction; no network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from integrations.canonical.attempt_numbers import is_ours
from integrations.canonical.money import Money
from integrations.canonical.transactions import (
    GatewayTransaction,
    TransactionState,
    TransactionType,
)
from integrations.instructions import link_states, operations, own_keys, protocol
from integrations.instructions.kinds import Kind
from integrations.instructions.link_models import PaymentLink
from integrations.instructions.models import Instruction, InstructionAttempt, InstructionState
from integrations.instructions.outcomes import Outcome
from integrations.instructions.policies import Who
from integrations.instructions.wishes import Wish

S = PaymentLink.State
_PAID = frozenset({TransactionState.PENDING_SETTLEMENT, TransactionState.SETTLED})


@dataclass(frozen=True)
class Asked:
    """What a payment's link had asked for. `doubt` is why a person has to look; else empty."""

    invoice_number: str
    made_by: str
    doubt: str = ""


def wish_of(row: PaymentLink, *, is_mailed: bool) -> Wish:
    """What PayTrace is told to have it make its page; where wanted it mails it itself."""
    assert row.amount is not None  # noqa: S101 only a link that asks for money has such a page
    return Wish(
        Kind.MAKE_PAGE,
        amount=Money(row.amount, row.currency),
        customer_number=row.customer_number,
        invoice_number=row.invoice_number,
        description=row.description,
        email=row.email if is_mailed else "",
    )


def begin(row: PaymentLink, wish: Wish) -> None:
    """Have the page of a link made, by a worker after commit."""
    taken = operations.new_row(
        wish,
        environment_id=row.environment_id,
        connection_id=row.connection_id,
        idempotency_key=f"{own_keys.OF_LINK}{row.id}:page",
        who=Who(f"Payment link of {row.made_by}"),
        state=InstructionState.READY,
    )
    PaymentLink.objects.filter(id=row.id).update(instruction=taken.instruction)
    operations.ring(row.connection_id)


def told_of(told: Sequence[GatewayTransaction], *, connection_id: UUID) -> None:
    """Mark the links whose payments these are as paid, once each, by the first of them. A second
    payment of one, one of less than was asked, or one of a cancelled link, changes nothing here:
    its walk brings it before a person."""
    paid: dict[str, list[GatewayTransaction]] = {}
    for one in sorted(told, key=_in_order):
        if _is_payment(one):
            paid.setdefault(one.invoice_reference, []).append(one)
    for attempt, row in _links_of(list(paid), connection_id=connection_id):
        enough = [one for one in paid[attempt.invoice_id] if _is_enough(one, row)]
        if not enough:
            continue
        number = enough[0].transaction_id
        _was_made(attempt)
        if link_states.paid_at_paytrace(row.id, transaction_id=number):
            Instruction.objects.filter(id=attempt.instruction_id).update(result_id=number)


def _in_order(one: GatewayTransaction) -> tuple[datetime, int, str]:
    """By time, which PayTrace tells in whole seconds, and then by number."""
    return one.created_at, len(one.transaction_id), one.transaction_id


def asked_by(transaction: GatewayTransaction, *, connection_id: UUID) -> Asked | None:
    """What the link had asked for by whose own page this payment came; None without one."""
    found = _links_of([transaction.invoice_reference], connection_id=connection_id)
    return next((_asked(row, transaction) for _, row in found), None)


def _asked(row: PaymentLink, transaction: GatewayTransaction) -> Asked:
    return Asked(row.invoice_number, row.made_by, doubt=_doubt(row, transaction))


def _doubt(row: PaymentLink, transaction: GatewayTransaction) -> str:
    amount = Money(row.amount or Decimal(0), row.currency)
    if not _is_enough(transaction, row):
        return (
            f"It carries the number of a payment link that asks {row.customer_number} for "
            f"{amount}, and is not that. PayTrace’s own page takes no other amount, so it was paid "
            "elsewhere; the link is not paid by it."
        )
    asks = f"a payment link that asked {row.customer_number} for {amount}"
    if row.transaction_id and row.transaction_id != transaction.transaction_id:
        return (
            f"{asks[0].upper()}{asks[1:]} was paid before, by payment {row.transaction_id}. "
            "This is a second payment on the same page of PayTrace."
        )
    if row.state == S.CANCELLED:
        return (
            f"It came by {asks}, and that had been cancelled by {row.ended_by}. PayTrace’s own "
            "page cannot be taken back."
        )
    return ""


def _is_enough(one: GatewayTransaction, row: PaymentLink) -> bool:
    """Whoever opens the page reads the number there, and can write it beside any amount elsewhere
    the merchant takes payments; on the page itself the amount is fixed."""
    asked = row.amount or Decimal(0)
    return one.amount.currency == row.currency and one.amount.amount >= asked


def _is_payment(one: GatewayTransaction) -> bool:
    return (
        one.type is TransactionType.SALE and one.state in _PAID and is_ours(one.invoice_reference)
    )


def _links_of(
    invoice_ids: Sequence[str], *, connection_id: UUID
) -> list[tuple[InstructionAttempt, PaymentLink]]:
    """The links whose pages carry these numbers, with the attempt that had them made."""
    ours = [one for one in invoice_ids if is_ours(one)]
    if not ours:
        return []
    found = list(
        InstructionAttempt.objects.filter(
            invoice_id__in=ours,
            instruction__connection_id=connection_id,
            instruction__kind=Kind.MAKE_PAGE,
        )
    )
    rows = PaymentLink.objects.filter(
        instruction_id__in=[one.instruction_id for one in found], page=PaymentLink.Page.PAYTRACE
    )
    by_instruction = {row.instruction_id: row for row in rows}
    return [
        (one, by_instruction[one.instruction_id])
        for one in found
        if one.instruction_id in by_instruction
    ]


def _was_made(attempt: InstructionAttempt) -> None:
    """Its answer may have been lost: whoever paid on the page has shown that it is there."""
    instruction = Instruction.objects.get(id=attempt.instruction_id)
    if instruction.state in {InstructionState.SENT, InstructionState.UNKNOWN}:
        told = protocol.told_by(attempt, instruction)
        sentence = "PayTrace made its page: a payment came by it."
        protocol.record(told, Outcome(InstructionState.DONE, sentence=sentence))

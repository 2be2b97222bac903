"""Late: a charge that had been given up turns out to be at PayTrace after all.

Nothing is sent here and nothing guessed: a charge is known by its attempt’s own invoice id.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace

from integrations.canonical.money import Money
from integrations.canonical.transactions import GatewayTransaction
from integrations.instructions import looking, operations, protocol
from integrations.instructions.kinds import Kind
from integrations.instructions.models import InstructionAttempt, InstructionState
from integrations.instructions.outcomes import NEVER_ARRIVED


def correct(told: Sequence[GatewayTransaction], *, connection_id: uuid.UUID) -> int:
    """Give charges that ended as never arrived the outcome that these transactions show; how
    many. Inside the open company’s transaction."""
    by_invoice = {one.invoice_reference: one for one in told if one.invoice_reference}
    found = InstructionAttempt.objects.select_related("instruction").filter(
        invoice_id__in=by_invoice,
        instruction__connection_id=connection_id,
        instruction__kind=Kind.CHARGE,
        instruction__state=InstructionState.REFUSED,
        instruction__code=NEVER_ARRIVED,
    )
    return sum(_correct(attempt, by_invoice[attempt.invoice_id]) for attempt in found)


def _correct(attempt: InstructionAttempt, transaction: GatewayTransaction) -> bool:
    row = attempt.instruction
    assert row.amount is not None  # noqa: S101 checked when the charge was asked for
    outcome = looking.of_transaction(transaction, amount=Money(row.amount, row.currency))
    late = replace(outcome, sentence=f"{outcome.sentence} PayTrace’s record of it came late.")
    if not protocol.record(protocol.told_by(attempt, row), late):
        return False
    row.refresh_from_db()
    operations.record("instruction.corrected", row, "Tieout")
    return True

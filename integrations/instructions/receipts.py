"""PayTrace's own receipt, mailed to whoever paid. Outside of transactions."""

# Every kind is called alike, needed or not.
# ruff: noqa: ARG001
from __future__ import annotations

from integrations.instructions.models import InstructionState
from integrations.instructions.outcomes import Outcome
from integrations.instructions.protocol import Told
from integrations.instructions.subjects import Subject
from integrations.instructions.wishes import Wish
from integrations.paytrace.client import PayTraceClient
from integrations.paytrace.people import HostedFields


def send_receipt(
    told: Told, subject: Subject, client: PayTraceClient, _: HostedFields | None
) -> Outcome:
    """Have PayTrace mail it."""
    wish = told.wish
    client.cards.email_receipt(transaction_id=wish.transaction_id, email=wish.email)
    return mailed(wish)


def mailed(wish: Wish) -> Outcome:
    """PayTrace has mailed it."""
    sentence = f"PayTrace mailed its receipt to {wish.email}."
    return Outcome(InstructionState.DONE, "", sentence, wish.transaction_id)

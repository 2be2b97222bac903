"""What waits for somebody's approval: nothing of it is sent to PayTrace before."""

from __future__ import annotations

from collections.abc import Iterator

from integrations.alerts.evaluation import Condition
from integrations.canonical.money import Money
from integrations.instructions import queries
from integrations.instructions.models import Instruction, InstructionState
from tenants.models import Environment

KIND = "approval"
# More of them at once are told of by the list they stand in.
_MOST = 100


def waiting(environment: Environment, link: str) -> Iterator[Condition]:
    """One condition for each, so that each is told; inside the tenant transaction."""
    found = queries.instructions(
        environment_id=environment.id, state=InstructionState.WAITING_APPROVAL
    )
    for one in found.defer("request")[:_MOST]:
        sentence = (
            f"{_what(one)}, asked for by {one.asked_by}, waits for approval. Nothing is sent to "
            "PayTrace before."
        )
        yield Condition(KIND, str(one.id), sentence, f"{link}/charges/{one.id}/")


def _what(one: Instruction) -> str:
    """`Charge of 2,600.00 USD for GLENN1`."""
    amount = "" if one.amount is None else f" of {Money(one.amount, one.currency)}"
    whose = f" for {one.customer_number}" if one.customer_number else ""
    return f"{one.get_kind_display()}{amount}{whose}"

"""A customer who paid by a link had the card kept: PayTrace is told to, once, after the payment.

By the payment's own number, so that a card that cannot be kept never costs the payment.
"""

from __future__ import annotations

import uuid

import structlog
from django.db import transaction

from integrations.instructions import operations
from integrations.instructions.kinds import Kind
from integrations.instructions.link_models import PaymentLink
from integrations.instructions.models import Instruction, InstructionState
from integrations.instructions.policies import Who
from integrations.instructions.wishes import Wish
from tenants.errors import NotPossible

log = structlog.get_logger("instructions.link_keeping")


def keep(instruction_id: uuid.UUID) -> None:
    """Take in that the card of a link's payment is kept, where its payer wanted that.

    In the transaction that writes the payment down; a worker sends it after commit. What keeps
    it from being asked is logged, and leaves the payment as it is.
    """
    link = PaymentLink.objects.filter(
        instruction_id=instruction_id,
        purpose=PaymentLink.Purpose.PAY,
        state=PaymentLink.State.PAID,
        keeps=True,
    ).first()
    if link is None:
        return
    paid = Instruction.objects.get(id=instruction_id)
    try:
        with transaction.atomic():
            _ask(link, paid)
    except NotPossible as error:
        log.warning("payment_link.card_not_kept", link_id=str(link.id), reason=error.sentence)


def storing(link: PaymentLink) -> Instruction | None:
    """What has the card of a link's payment kept; None where nothing was asked. The link with
    its `instruction`."""
    if link.instruction is None:
        return None
    return Instruction.objects.filter(
        environment_id=link.environment_id, idempotency_key=_key(link.instruction)
    ).first()


def _key(paid: Instruction) -> str:
    return f"{paid.idempotency_key}:keep"


def _ask(link: PaymentLink, paid: Instruction) -> None:
    wish = Wish(
        Kind.STORE_CUSTOMER,
        customer_number=link.customer_number,
        transaction_id=paid.result_id,
        email=link.email,
    )
    operations.new_row(
        wish,
        environment_id=link.environment_id,
        connection_id=link.connection_id,
        idempotency_key=_key(paid),
        who=Who(f"Payment link of {link.made_by}"),
        state=InstructionState.READY,
    )
    operations.ring(link.connection_id)

"""Attempts: each time PayTrace was told, committed before telling."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models.functions import Now

from integrations.canonical.attempt_numbers import CODE_LENGTH, DIGITS, numbered
from integrations.instructions.models import InstructionAttempt

# Of it in a vault id: with a customer number of Sage before it, it fits a column of 20.
_VAULT_CODE = 8
_MOST_WANTED = 50 - 1 - _VAULT_CODE


def begin(
    *, instruction_id: uuid.UUID, fence: int, invoice_number: str, gateway_day: date
) -> InstructionAttempt:
    """Put it on record that PayTrace will now be told, under an invoice id of its own."""
    number = InstructionAttempt.objects.filter(instruction_id=instruction_id).count() + 1
    return InstructionAttempt.objects.create(
        instruction_id=instruction_id,
        number=number,
        fence=fence,
        invoice_id=new_invoice_id(invoice_number),
        gateway_day=gateway_day,
    )


def new_invoice_id(invoice_number: str) -> str:
    """Unique, and readable beside the invoice it pays: `10432-T5K2Q9ABCDE`."""
    code = "".join(secrets.choice(DIGITS) for _ in range(CODE_LENGTH))
    return numbered(invoice_number, code=code)


def vault_id(invoice_id: str, *, wanted: str) -> str:
    """The id (v1) or label (v3) of a card that this attempt has stored, `ACME01-2Q9ABCDE`.

    Nobody else's and no other attempt's, so that what PayTrace holds under it, asked for a lost
    answer, is what this attempt stored; it was never there before and nobody can take it. Of
    `wanted` as much as fits the 50 characters of a v3 label.
    """
    return f"{wanted[:_MOST_WANTED]}-{invoice_id[-_VAULT_CODE:]}"


def end(attempt_id: uuid.UUID, *, outcome: str, sentence: str, evidence: Mapping[str, Any]) -> bool:
    """Write down what became of it, once."""
    row = InstructionAttempt.objects.filter(id=attempt_id, ended_at=None)
    return (
        row.update(
            ended_at=Now(),
            outcome=outcome[:12],
            sentence=sentence[:600],
            evidence=dict(evidence),
        )
        == 1
    )


def note_unknown(attempt_id: uuid.UUID, *, sentence: str) -> None:
    """No answer came; the attempt stays open until one does or a look-up decides."""
    InstructionAttempt.objects.filter(id=attempt_id, ended_at=None).update(
        outcome="unknown", sentence=sentence[:600]
    )


def latest(instruction_id: uuid.UUID) -> InstructionAttempt | None:
    """The newest one."""
    rows = InstructionAttempt.objects.filter(instruction_id=instruction_id)
    return rows.order_by("-number").first()

"""An instruction as programs see it: never a card number, never the keys of a card form."""

from __future__ import annotations

import uuid
from typing import Any

from rest_framework import serializers

from integrations.instructions import queries
from integrations.instructions.kinds import Kind
from integrations.instructions.models import Instruction, InstructionState
from integrations.posting import queries as posting
from portal.api.v1.shapes import AmountField, money
from portal.instruction_words import instruction_word

KINDS = [kind.value for kind in Kind]
_WAITS = frozenset({InstructionState.READY, InstructionState.UNKNOWN})
# Kinds whose result is a payment, refund or void, which the books know.
_OF_PAYMENTS = frozenset(
    {Kind.CHARGE, Kind.HOLD, Kind.CAPTURE, Kind.GIVE_BACK, Kind.REFUND_CUSTOMER}
)
_COPIED = (
    "id", "kind", "state", "state_since", "connection_id", "currency", "customer_number",
    "invoice_number", "vault_id", "transaction_id", "plan_id", "origin", "idempotency_key",
    "asked_by", "asked_at", "decided_by", "decided_at",
)  # fmt: skip
_ATTEMPT = ("number", "started_at", "ended_at", "invoice_id", "outcome", "sentence")
_RESULT = ("way", "approval_code", "last_four", "message")


class ResultOut(serializers.Serializer[Any]):
    """What PayTrace answered; texts are empty where it said nothing."""

    id = serializers.CharField(help_text="PayTrace’s number of what was made.")
    way = serializers.CharField(help_text="Of money given back: `void` or `refund`.")
    approval_code = serializers.CharField()
    last_four = serializers.CharField()
    message = serializers.CharField(help_text="The bank’s own words.")


class InstructionOut(serializers.Serializer[Any]):
    """One thing asked of PayTrace, once: where it stands and why."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=KINDS)
    state = serializers.ChoiceField(choices=InstructionState.choices)
    sentence = serializers.CharField(help_text="Where it stands and why, for a person.")
    reason_code = serializers.CharField()
    state_since = serializers.DateTimeField()
    is_ended = serializers.BooleanField(help_text="Nothing more will come of it.")
    connection_id = serializers.UUIDField()
    amount = AmountField(allow_null=True)
    currency = serializers.CharField()
    customer_number = serializers.CharField()
    invoice_number = serializers.CharField()
    vault_id = serializers.CharField()
    transaction_id = serializers.CharField()
    plan_id = serializers.UUIDField(allow_null=True)
    description = serializers.CharField()
    origin = serializers.ChoiceField(choices=Instruction.Origin.choices)
    idempotency_key = serializers.CharField()
    asked_by = serializers.CharField()
    asked_at = serializers.DateTimeField()
    decided_by = serializers.CharField(help_text="Who approved, rejected or cancelled it.")
    decided_at = serializers.DateTimeField(allow_null=True)
    decision_reason = serializers.CharField()
    next_try_at = serializers.DateTimeField(allow_null=True)
    result = ResultOut()


class AttemptOut(serializers.Serializer[Any]):
    """One time PayTrace was told."""

    number = serializers.IntegerField()
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    invoice_id = serializers.CharField(help_text="By it the outcome is found at PayTrace.")
    outcome = serializers.CharField(help_text="Empty while its answer is awaited.")
    sentence = serializers.CharField()


class InstructionDetailOut(InstructionOut):
    """One instruction with each time PayTrace was told, and the payments it led to."""

    attempts = AttemptOut(many=True)
    payment_ids = serializers.ListField(child=serializers.UUIDField())


def shown(one: Instruction) -> dict[str, Any]:
    """The instruction as `InstructionOut` shows it."""
    return {
        **{name: getattr(one, name) for name in _COPIED},
        "sentence": one.sentence or instruction_word(one.state).sentence,
        "reason_code": one.code,
        "is_ended": one.state not in queries.OPEN,
        "amount": None if one.amount is None else money(one.amount, one.currency),
        "description": one.request.get("description", ""),
        "decision_reason": one.reason,
        "next_try_at": one.due_at if one.state in _WAITS else None,
        "result": {"id": one.result_id, **{name: one.result.get(name, "") for name in _RESULT}},
    }


def detail(one: Instruction) -> dict[str, Any]:
    """The instruction as `InstructionDetailOut` shows it."""
    told = {
        **shown(one),
        "attempts": [
            {name: getattr(attempt, name) for name in _ATTEMPT}
            for attempt in queries.attempts(one.id)
        ],
        "payment_ids": _payment_ids(one),
    }
    return dict(InstructionDetailOut(told).data)


def _payment_ids(one: Instruction) -> list[uuid.UUID]:
    if not one.result_id or one.kind not in _OF_PAYMENTS:
        return []
    found = posting.of_transaction(source_id=one.connection_id, transaction_id=one.result_id)
    return [effect.id for effect in found]

"""Holds: amounts reserved on cards, as programs see them; capturing one is an instruction."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from integrations.events import holds
from integrations.events.holds import Hold
from integrations.instructions import queries
from integrations.instructions.models import Instruction
from portal.api.v1.authentication import key_of
from portal.api.v1.inputs import query_of
from portal.api.v1.schema import refusals
from portal.api.v1.shapes import AmountField

SCOPE = "instructions:read"


class NothingQuery(serializers.Serializer[Any]):
    """No filters."""


class HoldOut(serializers.Serializer[Any]):
    """An amount that is reserved on a card and neither captured nor let go."""

    transaction_id = serializers.CharField(
        help_text="PayTrace’s number: to `capture` it, to `adjust` its amount (API v3 only), or to "
        "`give_back` all of it, which lets it go."
    )
    connection_id = serializers.UUIDField()
    amount = AmountField()
    currency = serializers.CharField()
    held_at = serializers.DateTimeField()
    customer_id = serializers.CharField(help_text="The merchant’s own id at PayTrace.")
    customer_name = serializers.CharField()
    invoice_reference = serializers.CharField()
    customer_reference = serializers.CharField()
    card_brand = serializers.CharField()
    last_four = serializers.CharField()
    is_old = serializers.BooleanField(
        help_text="Held for more than 30 days: the bank may have let it go, though PayTrace does "
        "not tell so."
    )
    instruction_id = serializers.UUIDField(
        allow_null=True, help_text="What was asked about it last and has not come to nothing."
    )


class HoldListOut(serializers.Serializer[Any]):
    """The oldest of the last 30 days first, then older ones that PayTrace still shows as held, the
    newest first; at most 200."""

    holds = HoldOut(many=True)


class HoldList(APIView):
    """`/holds`"""

    scopes = {"GET": SCOPE}

    @extend_schema(
        operation_id="list_holds",
        summary="List holds",
        description=(
            "Amounts held on cards, whoever made them, at most 200: the oldest of the last 30 "
            "days first, then those that PayTrace still shows as held after that. "
            f"Needs the scope `{SCOPE}`."
        ),
        tags=["Instructions"],
        responses={200: HoldListOut, **refusals(400)},
    )
    def get(self, request: Request) -> Response:
        query_of(request, NothingQuery)
        environment_id = key_of(request).environment_id
        found = holds.holds(environment_id=environment_id, now=timezone.now())
        asked = queries.about_holds(
            environment_id=environment_id,
            transaction_ids=[one.transaction.transaction_id for one in found],
        )
        shown = [
            _shown(one, asked.get((one.connection.id, one.transaction.transaction_id)))
            for one in found
        ]
        return Response(HoldListOut({"holds": shown}).data)


_COPIED = (
    "transaction_id", "customer_id", "customer_name", "invoice_reference", "customer_reference",
    "card_brand", "last_four",
)  # fmt: skip


def _shown(one: Hold, asked: Instruction | None) -> dict[str, Any]:
    told = one.transaction
    return {
        **{name: getattr(told, name) for name in _COPIED},
        "connection_id": one.connection.id,
        "amount": told.amount.plain,
        "currency": told.amount.currency,
        "held_at": told.created_at,
        "is_old": one.is_old,
        "instruction_id": asked.id if asked else None,
    }

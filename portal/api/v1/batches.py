"""Batches and ACH deposits: what settled, and where its settlement stands."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from integrations.canonical.transactions import PaymentMethod
from integrations.events import batches
from integrations.events import queries as events
from integrations.events.models import GatewayBatch
from integrations.posting import queries as posting
from integrations.posting import words
from integrations.posting.models import Effect
from portal.api.v1.authentication import key_of
from portal.api.v1.inputs import query_of
from portal.api.v1.pages import PageQuery, read_cursor, write_cursor
from portal.api.v1.payments import STATES
from portal.api.v1.schema import refusals
from portal.api.v1.shapes import AmountField


class BatchOut(serializers.Serializer[Any]):
    """One settled batch of cards, or one ACH deposit. A batch's number comes round again, so number
    and day together name it."""

    id = serializers.UUIDField()
    method = serializers.ChoiceField(
        choices=[method.value for method in PaymentMethod],
        help_text="`card`: a batch. `ach`: an ACH deposit.",
    )
    number = serializers.CharField(help_text="Of an ACH deposit its id.")
    settled_on = serializers.DateField(help_text="The day in the PayTrace account's time zone.")
    settled_at = serializers.DateTimeField()
    transaction_count = serializers.IntegerField()
    net = AmountField(help_text="Sales less refunds; below zero when more was given back.")
    sales = AmountField(allow_null=True, help_text="null where PayTrace does not tell it.")
    refunds = AmountField(allow_null=True, help_text="null where PayTrace does not tell it.")
    fees = AmountField(
        allow_null=True,
        help_text="What the processor kept back: not in the net. null where it tells none.",
    )
    currency = serializers.CharField()
    paytrace_connection_id = serializers.UUIDField()
    settlement_id = serializers.UUIDField(
        allow_null=True, help_text="Its settlement among the payments; null when none is posted."
    )
    state = serializers.ChoiceField(
        choices=STATES, allow_null=True, help_text="Where the settlement stands."
    )
    sentence = serializers.CharField()


class BatchPageOut(serializers.Serializer[Any]):
    """One page of batches, the latest settled first."""

    batches = BatchOut(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class BatchList(APIView):
    """`/batches`"""

    scopes = {"GET": "payments:read"}

    @extend_schema(
        operation_id="list_batches",
        summary="List settled batches and ACH deposits",
        description="The latest first. Needs the scope `payments:read`.",
        tags=["Payments"],
        parameters=[PageQuery],
        responses={200: BatchPageOut, **refusals(400)},
    )
    def get(self, request: Request) -> Response:
        asked = query_of(request, PageQuery)
        page = events.batch_page(
            environment_id=key_of(request).environment_id,
            after=read_cursor(asked["cursor"]),
            size=asked["limit"],
        )
        effects = posting.by_id(row.effect_id for row in page.rows if row.effect_id)
        answer = {
            "batches": [
                batch_out(row, effects.get(row.effect_id) if row.effect_id else None)
                for row in page.rows
            ],
            "next_cursor": write_cursor(*page.next) if page.next else None,
        }
        return Response(BatchPageOut(answer).data)


def batch_out(row: GatewayBatch, effect: Effect | None) -> dict[str, Any]:
    """The batch as `BatchOut` shows it."""
    totals = batches.totals(row)
    return {
        "id": row.id,
        "method": row.method,
        "number": row.number,
        "settled_on": row.settled_on,
        "settled_at": row.settled_at,
        "transaction_count": totals.count,
        "net": totals.net.plain,
        "sales": totals.sales.plain if totals.sales else None,
        "refunds": totals.refunds.plain if totals.refunds else None,
        "fees": totals.fees.plain if totals.fees is not None else None,
        "currency": row.currency,
        "paytrace_connection_id": row.connection_id,
        "settlement_id": row.effect_id,
        "state": words.word_of(effect.state).slug if effect else None,
        "sentence": (effect.sentence or words.sentence_of(effect.state)) if effect else "",
    }

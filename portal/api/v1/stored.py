"""What charges are made by: stored payment methods, and recurring plans with their next days."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from integrations.canonical.transactions import PaymentMethod
from integrations.instructions import operations, queries
from integrations.instructions.models import RecurringPlan, StoredPaymentMethod
from integrations.paytrace.recurring import Frequency
from portal.api.v1.asking import FREQUENCIES
from portal.api.v1.authentication import key_of
from portal.api.v1.inputs import query_of
from portal.api.v1.instruction_shapes import InstructionDetailOut
from portal.api.v1.keyed import at_once
from portal.api.v1.schema import REQUIRED_IDEMPOTENCY_KEY, deciding_refusals, refusals
from portal.api.v1.shapes import AmountField, money
from portal.api.v1.storing import PAIR, PairIn, store

_SCOPE, _WRITE = "instructions:read", "instructions:write"
_TAGS = ["Instructions"]
_METHOD = (
    "id", "connection_id", "vault_id", "customer_number", "customer_name", "method", "brand",
    "last_four", "expiry_month", "expiry_year", "stored_at", "unlisted_since",
)  # fmt: skip
_PLAN = (
    "id", "connection_id", "state", "state_since", "recurrence_id", "customer_number", "vault_id",
    "currency", "method", "description", "total_count", "created_at", "unlisted_since",
)  # fmt: skip
# Coming payments that a plan names.
_MOST_DAYS = 6
_UNLISTED = "Since when PayTrace lists it no more; null while it does, or tells no list."


class CustomerQuery(serializers.Serializer[Any]):
    """Of one customer, or the newest 500 of all."""

    customer_number = serializers.CharField(max_length=20, default="", allow_blank=True)


class PaymentMethodOut(serializers.Serializer[Any]):
    """A card or account that PayTrace keeps. Never more of it is known here."""

    id = serializers.UUIDField()
    connection_id = serializers.UUIDField()
    vault_id = serializers.CharField(help_text="To charge by.")
    customer_number = serializers.CharField()
    customer_name = serializers.CharField()
    method = serializers.ChoiceField(
        choices=[method.value for method in PaymentMethod],
        help_text="`ach` is a bank account: a charge or plan of it says the same method.",
    )
    brand = serializers.CharField(help_text="Of a card.")
    last_four = serializers.CharField()
    expiry_month = serializers.IntegerField(allow_null=True)
    expiry_year = serializers.IntegerField(allow_null=True)
    stored_at = serializers.DateTimeField()
    unlisted_since = serializers.DateTimeField(allow_null=True, help_text=_UNLISTED)


class PaymentMethodListOut(serializers.Serializer[Any]):
    """Those that can be charged, newest first, at most 500."""

    payment_methods = PaymentMethodOut(many=True)


class RecurringPlanOut(serializers.Serializer[Any]):
    """A recurring payment that PayTrace charges by itself."""

    id = serializers.UUIDField()
    connection_id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=RecurringPlan.State.choices)
    state_since = serializers.DateTimeField()
    recurrence_id = serializers.CharField(help_text="PayTrace’s; empty while it is paused.")
    customer_number = serializers.CharField()
    vault_id = serializers.CharField()
    amount = AmountField()
    currency = serializers.CharField()
    frequency = serializers.ChoiceField(choices=FREQUENCIES)
    method = serializers.CharField()
    description = serializers.CharField()
    total_count = serializers.IntegerField(allow_null=True, help_text="Null until it is ended.")
    done_count = serializers.IntegerField(help_text="Payments made, by the calendar.")
    next_days = serializers.ListField(child=serializers.DateField())
    created_at = serializers.DateTimeField()
    unlisted_since = serializers.DateTimeField(allow_null=True, help_text=_UNLISTED)


class RecurringPlanListOut(serializers.Serializer[Any]):
    """Those in force first, newest first, at most 500."""

    recurring_plans = RecurringPlanOut(many=True)


class PaymentMethodList(APIView):
    """`/payment-methods`"""

    scopes = {"GET": _SCOPE, "POST": _WRITE}
    random_fields = PAIR

    @extend_schema(
        operation_id="list_payment_methods",
        summary="List stored payment methods",
        description=f"Newest first, at most 500. Needs the scope `{_SCOPE}`.",
        tags=_TAGS,
        parameters=[CustomerQuery],
        responses={200: PaymentMethodListOut, **refusals(400)},
    )
    def get(self, request: Request) -> Response:
        asked = query_of(request, CustomerQuery)
        found = queries.stored_methods(environment_id=key_of(request).environment_id, **asked)
        answer = {"payment_methods": [_method(one) for one in found]}
        return Response(PaymentMethodListOut(answer).data)

    @at_once
    @extend_schema(
        operation_id="store_payment_method",
        summary="Store the card that PayTrace’s card form took",
        description=(
            "The pair is passed on to PayTrace at once and never kept; nothing is charged. The "
            "answer is the instruction: `done` with the id to charge by as result, `refused`, or "
            "`unknown` while we find out. The same Idempotency-Key stores nothing again, with a "
            f"new pair neither. Needs the scope `{_WRITE}`."
        ),
        tags=_TAGS,
        parameters=[REQUIRED_IDEMPOTENCY_KEY],
        request=PairIn,
        responses={201: InstructionDetailOut, **deciding_refusals()},
    )
    def post(self, request: Request) -> Response:
        return store(request)


class RecurringPlanList(APIView):
    """`/recurring-plans`"""

    scopes = {"GET": _SCOPE}

    @extend_schema(
        operation_id="list_recurring_plans",
        summary="List recurring plans",
        description=f"Those in force first, at most 500. Needs the scope `{_SCOPE}`.",
        tags=_TAGS,
        parameters=[CustomerQuery],
        responses={200: RecurringPlanListOut, **refusals(400)},
    )
    def get(self, request: Request) -> Response:
        asked = query_of(request, CustomerQuery)
        found = queries.plans(environment_id=key_of(request).environment_id, **asked)
        answer = {"recurring_plans": [_plan(one) for one in found]}
        return Response(RecurringPlanListOut(answer).data)


def _method(one: StoredPaymentMethod) -> dict[str, Any]:
    return {name: getattr(one, name) for name in _METHOD}


def _plan(one: RecurringPlan) -> dict[str, Any]:
    today = operations.day_of(one.connection)
    return {
        **{name: getattr(one, name) for name in _PLAN},
        "amount": money(one.amount, one.currency),
        "frequency": Frequency(one.frequency).name.lower(),
        "done_count": queries.plan_as_of(one, today=today).done_count,
        "next_days": queries.next_days(one, today=today, most=_MOST_DAYS),
    }

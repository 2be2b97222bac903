"""Payments: the list, and one payment's timeline, journal and receipt."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from datetime import date
from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from integrations.canonical.effects import EffectKind
from integrations.canonical.posting import PostingRequest
from integrations.posting import queries, words
from integrations.posting.models import Effect
from portal.api.v1.authentication import key_of
from portal.api.v1.inputs import query_of
from portal.api.v1.pages import PageQuery, read_cursor, write_cursor
from portal.api.v1.schema import refusals
from portal.api.v1.shapes import AmountField, money
from portal.asked import instruction_behind
from portal.story import story
from tenants.models import Environment

STATES = [word.slug for word in words.WORDS]
_EARLIEST, _LATEST = date(2000, 1, 1), date(2100, 1, 1)


class PaymentQuery(PageQuery):
    """Filters of the list; all of them together."""

    search = serializers.CharField(
        max_length=100,
        default="",
        allow_blank=True,
        help_text="Invoice, customer, amount, last four, approval code, receipt or transaction.",
    )
    state = serializers.ChoiceField(choices=STATES, default="")
    kind = serializers.ChoiceField(choices=[kind.value for kind in EffectKind], default="")
    found_by = serializers.ChoiceField(choices=["notice", "sync", "person"], default="")
    first_day = serializers.DateField(
        default=None, help_text="Whole days in the environment's time zone, both included."
    )
    last_day = serializers.DateField(default=None)

    def validate_first_day(self, day: date | None) -> date | None:
        return _checked_day(day)

    def validate_last_day(self, day: date | None) -> date | None:
        return _checked_day(day)


class PaymentOut(serializers.Serializer[Any]):
    """One movement of money: a payment, refund, void or decline."""

    id = serializers.UUIDField()
    kind = serializers.CharField()
    state = serializers.ChoiceField(choices=STATES, help_text="The word people see.")
    detailed_state = serializers.CharField(help_text="What exactly it waits for, or how it ended.")
    sentence = serializers.CharField()
    reason_code = serializers.CharField()
    amount = AmountField()
    currency = serializers.CharField()
    occurred_at = serializers.DateTimeField()
    posted_at = serializers.DateTimeField(allow_null=True)
    accounting_date = serializers.DateField(allow_null=True)
    found_by = serializers.CharField()
    transaction_id = serializers.CharField()
    gateway_state = serializers.CharField()
    invoice_reference = serializers.CharField()
    customer_number = serializers.CharField()
    customer_name = serializers.CharField()
    card_brand = serializers.CharField()
    last_four = serializers.CharField()
    approval_code = serializers.CharField()
    paytrace_connection_id = serializers.UUIDField()
    sage_connection_id = serializers.UUIDField()


class PaymentPageOut(serializers.Serializer[Any]):
    """One page of payments, newest first."""

    payments = PaymentOut(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class MomentOut(serializers.Serializer[Any]):
    """Something that happened to the payment."""

    at = serializers.DateTimeField()
    stage = serializers.CharField()
    title = serializers.CharField()
    sentence = serializers.CharField()
    trace = serializers.ListField(child=serializers.CharField())


class JournalLineOut(serializers.Serializer[Any]):
    """One side of the journal entry; one of debit and credit is 0."""

    account = serializers.CharField()
    debit = AmountField()
    credit = AmountField()
    memo = serializers.CharField()
    reason = serializers.CharField(help_text="Why this account.")


class ReceiptOut(serializers.Serializer[Any]):
    """Where to see it in Sage Pro."""

    reference = serializers.CharField()
    marker = serializers.CharField(help_text="The text to search for in Sage.")
    accounting_date = serializers.DateField(allow_null=True)
    posted_at = serializers.DateTimeField(allow_null=True)


class AskedOut(serializers.Serializer[Any]):
    """Who asked PayTrace for it, and who approved that."""

    instruction_id = serializers.UUIDField()
    asked_by = serializers.CharField()
    asked_at = serializers.DateTimeField()
    decided_by = serializers.CharField(help_text="Empty where nobody had to approve it.")
    decided_at = serializers.DateTimeField(allow_null=True)


class PaymentDetailOut(PaymentOut):
    """One payment with everything that happened to it."""

    asked = AskedOut(allow_null=True, help_text="Null where PayTrace was not told from here.")

    timeline = MomentOut(many=True)
    journal = JournalLineOut(many=True, help_text="As posted, or as planned while `is_posted`.")
    is_posted = serializers.BooleanField()
    sage_receipt = ReceiptOut(allow_null=True)


class PaymentList(APIView):
    """`/payments`"""

    scopes = {"GET": "payments:read"}

    @extend_schema(
        operation_id="list_payments",
        summary="List payments",
        description="Newest first. Needs the scope `payments:read`.",
        tags=["Payments"],
        parameters=[PaymentQuery],
        responses={200: PaymentPageOut, **refusals(400)},
    )
    def get(self, request: Request) -> Response:
        asked = query_of(request, PaymentQuery)
        environment_id = key_of(request).environment_id
        found = queries.effects(
            environment_id=environment_id, wanted=_wanted(asked, environment_id)
        )
        place = read_cursor(asked["cursor"])
        after = queries.Place(*place) if place else None
        page = queries.page(found, after=after, size=asked["limit"])
        answer = {
            "payments": [payment_out(row) for row in page.rows],
            "next_cursor": write_cursor(page.next.occurred_at, page.next.id) if page.next else None,
        }
        return Response(PaymentPageOut(answer).data)


class PaymentDetail(APIView):
    """`/payments/{id}`"""

    scopes = {"GET": "payments:read"}

    @extend_schema(
        operation_id="get_payment",
        summary="One payment with its timeline, journal and Sage receipt",
        description="Needs the scope `payments:read`.",
        tags=["Payments"],
        responses={200: PaymentDetailOut, **refusals(404)},
    )
    def get(self, request: Request, id: uuid.UUID) -> Response:  # noqa: A002 the path's word
        effect = queries.effect(environment_id=key_of(request).environment_id, effect_id=id)
        if effect is None:
            raise Http404
        return Response(PaymentDetailOut(_detail(effect)).data)


def payment_out(effect: Effect) -> dict[str, Any]:
    """The payment as `PaymentOut` shows it."""
    copied = (
        "id",
        "kind",
        "reason_code",
        "currency",
        "occurred_at",
        "posted_at",
        "accounting_date",
        "found_by",
        "transaction_id",
        "gateway_state",
        "invoice_reference",
        "customer_number",
        "customer_name",
        "card_brand",
        "last_four",
        "approval_code",
    )
    return {
        **{name: getattr(effect, name) for name in copied},
        "state": words.word_of(effect.state).slug,
        "detailed_state": effect.state,
        "sentence": effect.sentence or words.sentence_of(effect.state),
        "amount": money(effect.amount, effect.currency),
        "paytrace_connection_id": effect.source_id,
        "sage_connection_id": effect.company_id,
    }


def _detail(effect: Effect) -> dict[str, Any]:
    posted = queries.ledger_lines(effect_id=effect.id)
    lines = posted or _planned(effect)
    return {
        **payment_out(effect),
        "asked": _asked(effect),
        "timeline": [asdict(moment) for moment in story(effect)],
        "journal": [
            {
                "account": line.account,
                "debit": money(line.debit, effect.currency),
                "credit": money(line.credit, effect.currency),
                "memo": line.memo,
                "reason": line.reason,
            }
            for line in lines
        ],
        "is_posted": bool(posted),
        "sage_receipt": _receipt(effect),
    }


def _asked(effect: Effect) -> dict[str, Any] | None:
    one = instruction_behind(effect)
    if one is None:
        return None
    copied = ("asked_by", "asked_at", "decided_by", "decided_at")
    return {"instruction_id": one.id, **{name: getattr(one, name) for name in copied}}


def _planned(effect: Effect) -> Any:
    return PostingRequest.from_json(effect.payload).journal if effect.payload else ()


def _receipt(effect: Effect) -> dict[str, Any] | None:
    if not effect.sage_reference:
        return None
    return {
        "reference": effect.sage_reference,
        "marker": effect.marker,
        "accounting_date": effect.accounting_date,
        "posted_at": effect.posted_at,
    }


def _wanted(asked: dict[str, Any], environment_id: uuid.UUID) -> queries.Wanted:
    return queries.Wanted(
        zone=Environment.objects.get(pk=environment_id).zone,
        text=asked["search"],
        state=asked["state"],
        kind=asked["kind"],
        found_by=asked["found_by"],
        first_day=asked["first_day"],
        last_day=asked["last_day"],
    )


def _checked_day(day: date | None) -> date | None:
    if day is not None and not _EARLIEST <= day <= _LATEST:
        raise serializers.ValidationError(f"A day from {_EARLIEST} to {_LATEST} is needed.")
    return day

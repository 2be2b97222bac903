"""Exceptions: payments that need a decision, and the four decisions."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from integrations import pipeline
from integrations.exceptions import queries
from integrations.exceptions.kinds import Offer, kind_of
from integrations.exceptions.models import ExceptionCase
from portal.api.v1.authentication import actor_of, key_of
from portal.api.v1.idempotency import decide_once
from portal.api.v1.inputs import Fields, body_of, query_of
from portal.api.v1.pages import PageQuery, read_cursor, write_cursor
from portal.api.v1.payments import PaymentOut, payment_out
from portal.api.v1.schema import IDEMPOTENCY_KEY, deciding_refusals, refusals
from portal.api.v1.shapes import AmountField, money

_READ, _WRITE = "exceptions:read", "exceptions:write"
_TAGS = ["Exceptions"]


class CaseQuery(PageQuery):
    """Filters of the list."""

    state = serializers.ChoiceField(choices=ExceptionCase.State.choices, default="open")
    code = serializers.CharField(max_length=60, default="", allow_blank=True)


class CaseOut(serializers.Serializer[Any]):
    """What is wrong, how much money is at stake, and what can be done."""

    id = serializers.UUIDField()
    payment_id = serializers.UUIDField()
    code = serializers.CharField()
    title = serializers.CharField()
    sentence = serializers.CharField()
    field = serializers.CharField()
    remedy = serializers.CharField()
    amount = AmountField()
    currency = serializers.CharField()
    state = serializers.ChoiceField(choices=ExceptionCase.State.choices)
    offers = serializers.ListField(
        child=serializers.ChoiceField(choices=[offer.value for offer in Offer]),
        help_text="Each one is an operation: `retry` is `/exceptions/{id}/retry`.",
    )
    opened_at = serializers.DateTimeField()
    resolved_at = serializers.DateTimeField(allow_null=True)
    resolution = serializers.CharField()
    resolved_by = serializers.CharField()
    reason = serializers.CharField()


class CasePageOut(serializers.Serializer[Any]):
    """One page of exceptions, oldest first."""

    exceptions = CaseOut(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class CaseDetailOut(CaseOut):
    """One exception with its payment."""

    payment = PaymentOut()


class RetryIn(serializers.Serializer[Any]):
    """Nothing to say: the payment is walked again with the rules in force now."""


class PutOnAccountIn(serializers.Serializer[Any]):
    """The customer whose open credit it becomes."""

    customer_number = serializers.CharField(max_length=20)
    reason = serializers.CharField(max_length=400, default="", allow_blank=True)


class ChooseInvoiceIn(serializers.Serializer[Any]):
    """The invoice it pays."""

    invoice_number = serializers.CharField(max_length=20)
    reason = serializers.CharField(max_length=400, default="", allow_blank=True)


class ChoosePaymentIn(serializers.Serializer[Any]):
    """The payment a chargeback takes back, by PayTrace's transaction number."""

    payment_id = serializers.CharField(max_length=64)
    reason = serializers.CharField(max_length=400, default="", allow_blank=True)


class DismissIn(serializers.Serializer[Any]):
    """Why it is not posted; the reason is kept."""

    reason = serializers.CharField(max_length=400)


class CaseList(APIView):
    """`/exceptions`"""

    scopes = {"GET": _READ}

    @extend_schema(
        operation_id="list_exceptions",
        summary="List exceptions",
        description=f"Oldest first. Needs the scope `{_READ}`.",
        tags=_TAGS,
        parameters=[CaseQuery],
        responses={200: CasePageOut, **refusals(400)},
    )
    def get(self, request: Request) -> Response:
        asked = query_of(request, CaseQuery)
        found = queries.cases(environment_id=key_of(request).environment_id)
        found = found.filter(state=asked["state"])
        if asked["code"]:
            found = found.filter(code=asked["code"])
        rows = list(_after(found, asked["cursor"])[: asked["limit"] + 1])
        shown = rows[: asked["limit"]]
        last = shown[-1] if len(rows) > len(shown) else None
        answer = {
            "exceptions": [_case_out(case) for case in shown],
            "next_cursor": write_cursor(last.opened_at, last.id) if last else None,
        }
        return Response(CasePageOut(answer).data)


class CaseDetail(APIView):
    """`/exceptions/{id}`"""

    scopes = {"GET": _READ}

    @extend_schema(
        operation_id="get_exception",
        summary="One exception with its payment",
        description=f"Needs the scope `{_READ}`.",
        tags=_TAGS,
        responses={200: CaseDetailOut, **refusals(404)},
    )
    def get(self, request: Request, id: uuid.UUID) -> Response:  # noqa: A002 the path's word
        return Response(_detail(_case(request, id)))


def _decision(
    *, name: str, summary: str, body: Fields, example: dict[str, str]
) -> Callable[..., Any]:
    return extend_schema(
        operation_id=name,
        summary=summary,
        description=f"Needs the scope `{_WRITE}`. Answers with the exception as it stands then; "
        "a worker walks the payment. 409 when it is no longer in a state that allows it.",
        tags=_TAGS,
        parameters=[IDEMPOTENCY_KEY],
        request=body,
        responses={200: CaseDetailOut, **deciding_refusals()},
        examples=[OpenApiExample(summary, value=example, request_only=True)],
    )


class Retry(APIView):
    """`/exceptions/{id}/retry`"""

    scopes = {"POST": _WRITE}

    @_decision(name="retry_exception", summary="Try again", body=RetryIn, example={})
    def post(self, request: Request, id: uuid.UUID) -> Response:  # noqa: A002
        body_of(request, RetryIn)
        return _decide(request, id, pipeline.retry)


class PutOnAccount(APIView):
    """`/exceptions/{id}/put-on-account`"""

    scopes = {"POST": _WRITE}

    @_decision(
        name="put_exception_on_account",
        summary="Put on account",
        body=PutOnAccountIn,
        example={"customer_number": "ACME01", "reason": "Prepayment, agreed by phone"},
    )
    def post(self, request: Request, id: uuid.UUID) -> Response:  # noqa: A002
        return _decide(request, id, pipeline.put_on_account, **body_of(request, PutOnAccountIn))


class ChooseInvoice(APIView):
    """`/exceptions/{id}/choose-invoice`"""

    scopes = {"POST": _WRITE}

    @_decision(
        name="choose_invoice_for_exception",
        summary="Apply to an invoice",
        body=ChooseInvoiceIn,
        example={"invoice_number": "10432", "reason": "The customer typed 10423"},
    )
    def post(self, request: Request, id: uuid.UUID) -> Response:  # noqa: A002
        return _decide(request, id, pipeline.choose_invoice, **body_of(request, ChooseInvoiceIn))


class ChoosePayment(APIView):
    """`/exceptions/{id}/choose-payment`"""

    scopes = {"POST": _WRITE}

    @_decision(
        name="choose_payment_for_exception",
        summary="Choose the payment that it takes back",
        body=ChoosePaymentIn,
        example={"payment_id": "392483001", "reason": "Named in the acquirer's letter"},
    )
    def post(self, request: Request, id: uuid.UUID) -> Response:  # noqa: A002
        return _decide(request, id, pipeline.choose_payment, **body_of(request, ChoosePaymentIn))


class Dismiss(APIView):
    """`/exceptions/{id}/dismiss`"""

    scopes = {"POST": _WRITE}

    @_decision(
        name="dismiss_exception",
        summary="Dismiss",
        body=DismissIn,
        example={"reason": "Keyed in Sage by Maria on 18 November"},
    )
    def post(self, request: Request, id: uuid.UUID) -> Response:  # noqa: A002
        return _decide(request, id, pipeline.dismiss, **body_of(request, DismissIn))


def _decide(
    request: Request, case_id: uuid.UUID, decide: Callable[..., None], **said: str
) -> Response:
    case = _case(request, case_id)

    def once() -> dict[str, Any]:
        decide(effect_id=case.effect_id, actor=actor_of(request), **said)
        return _detail(_case(request, case_id))

    return decide_once(request, once)


def _case(request: Request, case_id: uuid.UUID) -> ExceptionCase:
    found = queries.cases(environment_id=key_of(request).environment_id)
    case = found.filter(id=case_id).first()
    if case is None:
        raise Http404
    return case


def _after(found: QuerySet[ExceptionCase], cursor: str) -> QuerySet[ExceptionCase]:
    place = read_cursor(cursor)
    if place:
        at, row_id = place
        found = found.filter(Q(opened_at__gt=at) | Q(opened_at=at, id__gt=row_id))
    return found.order_by("opened_at", "id")


def _detail(case: ExceptionCase) -> dict[str, Any]:
    return dict(CaseDetailOut({**_case_out(case), "payment": payment_out(case.effect)}).data)


def _case_out(case: ExceptionCase) -> dict[str, Any]:
    copied = (
        "id",
        "code",
        "sentence",
        "field",
        "remedy",
        "currency",
        "state",
        "opened_at",
        "resolved_at",
        "resolution",
        "resolved_by",
        "reason",
    )
    kind = kind_of(case.code)
    is_open = case.state == ExceptionCase.State.OPEN
    return {
        **{name: getattr(case, name) for name in copied},
        "payment_id": case.effect_id,
        "title": kind.title,
        "amount": money(case.amount, case.currency),
        "offers": [offer.value for offer in kind.offers] if is_open else [],
    }

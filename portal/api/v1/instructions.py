"""Instructions: what PayTrace is asked to do, asked by programs, and what came of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from integrations.instructions import deciding, queries
from integrations.instructions.models import Instruction, InstructionState
from portal.api.v1.asking import InstructionIn, ask
from portal.api.v1.authentication import key_of, who_of
from portal.api.v1.idempotency import ask_once, decide_once
from portal.api.v1.inputs import Fields, body_of, query_of
from portal.api.v1.instruction_shapes import (
    KINDS,
    InstructionDetailOut,
    InstructionOut,
    detail,
    shown,
)
from portal.api.v1.pages import PageQuery, read_cursor, write_cursor
from portal.api.v1.schema import (
    IDEMPOTENCY_KEY,
    REQUIRED_IDEMPOTENCY_KEY,
    deciding_refusals,
    refusals,
)

READ, WRITE, APPROVE = "instructions:read", "instructions:write", "instructions:approve"
_TAGS = ["Instructions"]


class InstructionQuery(PageQuery):
    """Filters of the list; all of them together."""

    state = serializers.ChoiceField(choices=InstructionState.choices, default="")
    kind = serializers.ChoiceField(choices=KINDS, default="")
    plan_id = serializers.UUIDField(default=None)
    search = serializers.CharField(
        max_length=200,
        default="",
        allow_blank=True,
        help_text="A customer, invoice, transaction or idempotency key, whole; or an exact amount.",
    )


class InstructionPageOut(serializers.Serializer[Any]):
    """One page of instructions, newest first."""

    instructions = InstructionOut(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class NothingIn(serializers.Serializer[Any]):
    """Nothing to say."""


class WhyIn(serializers.Serializer[Any]):
    """Why; the reason is kept."""

    reason = serializers.CharField(max_length=400)


_CHARGE = {
    "kind": "charge",
    "amount": "740.00",
    "vault_id": "ACME01",
    "customer_number": "ACME01",
    "invoice_number": "10432",
}


class InstructionList(APIView):
    """`/instructions`"""

    scopes = {"GET": READ, "POST": WRITE}

    @extend_schema(
        operation_id="list_instructions",
        summary="List instructions",
        description=f"Newest first. Needs the scope `{READ}`.",
        tags=_TAGS,
        parameters=[InstructionQuery],
        responses={200: InstructionPageOut, **refusals(400)},
    )
    def get(self, request: Request) -> Response:
        asked = query_of(request, InstructionQuery)
        found = queries.instructions(
            environment_id=key_of(request).environment_id,
            state=asked["state"],
            kind=asked["kind"],
            search=asked["search"],
            plan_id=asked["plan_id"],
        )
        page = queries.page(found, after=read_cursor(asked["cursor"]), size=asked["limit"])
        answer = {
            "instructions": [shown(one) for one in page.rows],
            "next_cursor": write_cursor(*page.next) if page.next else None,
        }
        return Response(InstructionPageOut(answer).data)

    @extend_schema(
        operation_id="ask_paytrace",
        summary="Ask PayTrace for something",
        description=(
            "A charge, a hold, its capture or another amount for it, a refund or void, a "
            "refund to a stored card without an earlier payment (which somebody else always "
            "approves), the receipt or level 3 detail of a payment, a stored payment method, a "
            "step of a recurring plan. "
            f"Needs the scope `{WRITE}`. It is sent once, in a moment, or `waiting_approval` "
            "says that somebody else has to approve it first. 409 when payments from here are "
            "off or a limit is reached. Read it again to see how it ended."
        ),
        tags=_TAGS,
        parameters=[REQUIRED_IDEMPOTENCY_KEY],
        request=InstructionIn,
        responses={201: InstructionDetailOut, **deciding_refusals()},
        examples=[OpenApiExample("Charge a stored card", value=_CHARGE, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        asked = body_of(request, InstructionIn)
        return ask_once(request, lambda key: detail(ask(request, asked, key=key)))


class InstructionDetail(APIView):
    """`/instructions/{id}`"""

    scopes = {"GET": READ}

    @extend_schema(
        operation_id="get_instruction",
        summary="One instruction: where it stands and why",
        description=f"Needs the scope `{READ}`.",
        tags=_TAGS,
        responses={200: InstructionDetailOut, **refusals(404)},
    )
    def get(self, request: Request, id: uuid.UUID) -> Response:  # noqa: A002 the path's word
        return Response(detail(_find(request, id)))


def _decision(
    *, name: str, summary: str, scope: str, body: Fields, example: dict[str, str], note: str
) -> Callable[..., Any]:
    return extend_schema(
        operation_id=name,
        summary=summary,
        description=f"{note} Needs the scope `{scope}`. 409 when it is no longer in a state that "
        "allows it.",
        tags=_TAGS,
        parameters=[IDEMPOTENCY_KEY],
        request=body,
        responses={200: InstructionDetailOut, **deciding_refusals()},
        examples=[OpenApiExample(summary, value=example, request_only=True)],
    )


_SECOND = (
    "Never by the key that asked, nor by another key of the same person: whoever made this key "
    "has to be an approver or owner, and somebody else than who asked."
)


class Approve(APIView):
    """`/instructions/{id}/approve`"""

    scopes = {"POST": APPROVE}

    @_decision(
        name="approve_instruction", summary="Approve it", scope=APPROVE, body=NothingIn,
        example={}, note=_SECOND,
    )  # fmt: skip
    def post(self, request: Request, id: uuid.UUID) -> Response:  # noqa: A002
        body_of(request, NothingIn)
        return _decide(request, id, deciding.approve)


class Reject(APIView):
    """`/instructions/{id}/reject`"""

    scopes = {"POST": APPROVE}

    @_decision(
        name="reject_instruction", summary="Do not approve it", scope=APPROVE, body=WhyIn,
        example={"reason": "Not this month"}, note=_SECOND,
    )  # fmt: skip
    def post(self, request: Request, id: uuid.UUID) -> Response:  # noqa: A002
        return _decide(request, id, deciding.reject, **body_of(request, WhyIn))


class Cancel(APIView):
    """`/instructions/{id}/cancel`"""

    scopes = {"POST": WRITE}

    @_decision(
        name="cancel_instruction", summary="Take it back before it is sent", scope=WRITE,
        body=WhyIn, example={"reason": "The customer paid by check"},
        note="Only while it waits for approval or to be sent.",
    )  # fmt: skip
    def post(self, request: Request, id: uuid.UUID) -> Response:  # noqa: A002
        return _decide(request, id, deciding.cancel, **body_of(request, WhyIn))


def _decide(
    request: Request, instruction_id: uuid.UUID, decide: Callable[..., Instruction], **said: str
) -> Response:
    one = _find(request, instruction_id)

    def once() -> dict[str, Any]:
        done = decide(
            instruction_id=one.id, environment_id=one.environment_id, who=who_of(request), **said
        )
        return detail(done)

    return decide_once(request, once)


def _find(request: Request, instruction_id: uuid.UUID) -> Instruction:
    found = queries.instruction(
        environment_id=key_of(request).environment_id, instruction_id=instruction_id
    )
    if found is None:
        raise Http404
    return found

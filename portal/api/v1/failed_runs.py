"""A recurring payment that failed: a program asks PayTrace for it again, or pauses its plan."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from integrations import pipeline
from integrations.exceptions import queries
from integrations.instructions.models import Instruction
from integrations.pipeline import failed_runs
from portal.api.v1.authentication import key_of, who_of
from portal.api.v1.idempotency import ask_once
from portal.api.v1.inputs import body_of
from portal.api.v1.instruction_shapes import InstructionDetailOut, detail
from portal.api.v1.instructions import WRITE, NothingIn
from portal.api.v1.schema import REQUIRED_IDEMPOTENCY_KEY, deciding_refusals


def _asking(*, name: str, summary: str, note: str) -> Callable[..., Any]:
    return extend_schema(
        operation_id=name,
        summary=summary,
        description=f"{note} It closes the exception and answers with the instruction, which is "
        "sent once, in a moment, or waits for somebody else’s approval first. Needs the scope "
        f"`{WRITE}`. 409 when somebody has decided already, when payments from here are off, or "
        "when a limit is reached.",
        tags=["Exceptions"],
        parameters=[REQUIRED_IDEMPOTENCY_KEY],
        request=NothingIn,
        responses={201: InstructionDetailOut, **deciding_refusals()},
    )


class ChargeAgain(APIView):
    """`/exceptions/{id}/charge-again`"""

    scopes = {"POST": WRITE}

    @_asking(
        name="charge_failed_run_again",
        summary="Charge a failed recurring payment again",
        note="Of an exception `plan_run_failed`: the plan’s stored payment method is charged once "
        "more; the plan stays as it is.",
    )
    def post(self, request: Request, id: uuid.UUID) -> Response:  # noqa: A002 the path's word
        return _ask(request, id, pipeline.charge_again)


class PausePlan(APIView):
    """`/exceptions/{id}/pause-plan`"""

    scopes = {"POST": WRITE}

    @_asking(
        name="pause_plan_of_failed_run",
        summary="Pause the plan of a failed recurring payment",
        note="Of an exception `plan_run_failed`: PayTrace charges by the plan no more until it is "
        "resumed.",
    )
    def post(self, request: Request, id: uuid.UUID) -> Response:  # noqa: A002
        return _ask(request, id, pipeline.pause_plan)


def _ask(request: Request, case_id: uuid.UUID, step: Callable[..., Instruction]) -> Response:
    body_of(request, NothingIn)
    cases = queries.cases(environment_id=key_of(request).environment_id)
    case = cases.filter(id=case_id, code=failed_runs.CODE).first()
    if case is None:
        raise Http404
    return ask_once(request, lambda _: detail(step(effect_id=case.effect_id, who=who_of(request))))

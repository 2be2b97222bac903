"""The field mapping in force, and publishing a new version."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from integrations.canonical.problems import Unpublishable
from integrations.mapping import operations, queries
from integrations.mapping.rows import MAX_ROWS, MAX_STEPS_PER_ROW, from_json, to_json
from portal.api.v1.authentication import actor_of, key_of
from portal.api.v1.connections import NoQuery
from portal.api.v1.errors import Refusal
from portal.api.v1.idempotency import decide_once
from portal.api.v1.inputs import body_of, query_of
from portal.api.v1.schema import IDEMPOTENCY_KEY, deciding_refusals, refusals

_TAGS = ["Field mapping"]


class StepShape(serializers.Serializer[Any]):
    """One named transformation with its arguments."""

    name = serializers.CharField(max_length=60)
    arguments = serializers.DictField(
        child=serializers.CharField(allow_blank=True, trim_whitespace=False, max_length=2048),
        default=dict,
    )


class RowShape(serializers.Serializer[Any]):
    """How one field of the receipt is filled: from a source field or a constant."""

    target = serializers.CharField(max_length=60)
    source = serializers.CharField(  # type: ignore[assignment]  # a field of ours, not DRF's
        max_length=255, allow_blank=True, default=""
    )
    constant = serializers.CharField(
        max_length=255, allow_blank=True, default="", trim_whitespace=False
    )
    steps: serializers.ListSerializer[Any] = serializers.ListSerializer(
        child=StepShape(), default=list, max_length=MAX_STEPS_PER_ROW
    )


class MappingIn(serializers.Serializer[Any]):
    """The whole mapping; it replaces the one in force."""

    rows: serializers.ListSerializer[Any] = serializers.ListSerializer(
        child=RowShape(), max_length=MAX_ROWS
    )
    note = serializers.CharField(max_length=300, allow_blank=True, default="")


class MappingOut(serializers.Serializer[Any]):
    """The mapping in force; version 0 is the one Tieout comes with."""

    version = serializers.IntegerField()
    rows = RowShape(many=True)


_EXAMPLE = {
    "rows": [
        {"target": "reference", "source": "invoice_reference", "constant": "", "steps": []},
        {"target": "comment", "source": "", "constant": "Paid by card", "steps": []},
    ],
    "note": "Invoice number into the reference",
}


class Mapping(APIView):
    """`/mappings`"""

    scopes = {"GET": "mappings:read", "POST": "mappings:write"}

    @extend_schema(
        operation_id="get_mapping",
        summary="The field mapping in force",
        description="Needs the scope `mappings:read`.",
        tags=_TAGS,
        responses={200: MappingOut, **refusals(400)},
    )
    def get(self, request: Request) -> Response:
        query_of(request, NoQuery)
        return Response(_in_force(request))

    @extend_schema(
        operation_id="publish_mapping",
        summary="Publish a new version",
        description="Needs the scope `mappings:write`. 422 with one problem per row at fault.",
        tags=_TAGS,
        parameters=[IDEMPOTENCY_KEY],
        request=MappingIn,
        responses={201: MappingOut, **deciding_refusals()},
        examples=[OpenApiExample("Two rows", value=_EXAMPLE, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        asked = body_of(request, MappingIn)
        return decide_once(request, lambda: _publish(request, asked), status=201)


def _publish(request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    try:
        operations.publish(
            environment_id=key_of(request).environment_id,
            rows=from_json(asked["rows"]),
            actor=actor_of(request),
            note=asked["note"],
        )
    except Unpublishable as error:
        raise unpublishable(error) from error
    except ValueError as error:
        raise Refusal(422, "unpublishable", str(error), field="rows") from error
    return _in_force(request)


def unpublishable(error: Unpublishable) -> Refusal:
    """422 with every problem that keeps a mapping or rule set from being published."""
    first = error.problems[0]
    return Refusal(422, "unpublishable", first.sentence, first.field, first.remedy, error.problems)


def _in_force(request: Request) -> dict[str, Any]:
    found = queries.in_force(key_of(request).environment_id)
    return dict(MappingOut({"version": found.version, "rows": to_json(found.rows)}).data)

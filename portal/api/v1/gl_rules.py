"""The GL rules in force, and publishing a new version."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from integrations.accounting import operations, queries
from integrations.accounting.rule_checks import MAX_CONDITIONS, MAX_RULES
from integrations.accounting.rule_json import MAX_TEXT_LENGTH, from_json, to_json
from integrations.accounting.rules import AccountRole
from integrations.canonical.conditions import MAX_VALUES, Operator
from integrations.canonical.problems import Unpublishable
from portal.api.v1.authentication import actor_of, key_of
from portal.api.v1.connections import NoQuery
from portal.api.v1.errors import Refusal
from portal.api.v1.idempotency import decide_once
from portal.api.v1.inputs import body_of, query_of
from portal.api.v1.mappings import unpublishable
from portal.api.v1.schema import IDEMPOTENCY_KEY, deciding_refusals, refusals

_TAGS = ["GL rules"]


class ConditionShape(serializers.Serializer[Any]):
    """`field operator values`, such as `card_brand is_one_of [Visa, Amex]`."""

    field = serializers.CharField(max_length=MAX_TEXT_LENGTH)
    operator = serializers.ChoiceField(choices=[operator.value for operator in Operator])
    values = serializers.ListField(
        child=serializers.CharField(max_length=MAX_TEXT_LENGTH),
        max_length=MAX_VALUES,
        default=list,
    )


class RuleShape(serializers.Serializer[Any]):
    """When all conditions hold, the role is played by the account; the first rule wins."""

    name = serializers.CharField(max_length=MAX_TEXT_LENGTH)
    role = serializers.ChoiceField(choices=[role.value for role in AccountRole])
    account = serializers.CharField(max_length=MAX_TEXT_LENGTH)
    conditions: serializers.ListSerializer[Any] = serializers.ListSerializer(
        child=ConditionShape(), default=list, max_length=MAX_CONDITIONS
    )
    effective_from = serializers.CharField(
        max_length=10, allow_blank=True, default="", help_text="A day such as 2026-01-31, or empty."
    )
    effective_until = serializers.CharField(
        max_length=10, allow_blank=True, default="", help_text="The last day, or empty."
    )


class RulesIn(serializers.Serializer[Any]):
    """The whole rule set; it replaces the one in force."""

    rules: serializers.ListSerializer[Any] = serializers.ListSerializer(
        child=RuleShape(), max_length=MAX_RULES
    )
    note = serializers.CharField(max_length=300, allow_blank=True, default="")


class RulesOut(serializers.Serializer[Any]):
    """The rules in force; version 0 has none."""

    version = serializers.IntegerField()
    rules = RuleShape(many=True)


_EXAMPLE = {
    "rules": [
        {
            "name": "Cards",
            "role": "card_clearing",
            "account": "1105-00",
            "conditions": [],
            "effective_from": "",
            "effective_until": "",
        },
        {
            "name": "Receivables",
            "role": "receivables",
            "account": "1200-00",
            "conditions": [],
            "effective_from": "",
            "effective_until": "",
        },
    ],
    "note": "First rules",
}


class Rules(APIView):
    """`/gl-rules`"""

    scopes = {"GET": "gl_rules:read", "POST": "gl_rules:write"}

    @extend_schema(
        operation_id="get_gl_rules",
        summary="The GL rules in force",
        description="Needs the scope `gl_rules:read`.",
        tags=_TAGS,
        responses={200: RulesOut, **refusals(400)},
    )
    def get(self, request: Request) -> Response:
        query_of(request, NoQuery)
        return Response(_in_force(request))

    @extend_schema(
        operation_id="publish_gl_rules",
        summary="Publish a new version",
        description="Needs the scope `gl_rules:write`. 422 with one problem per rule at fault.",
        tags=_TAGS,
        parameters=[IDEMPOTENCY_KEY],
        request=RulesIn,
        responses={201: RulesOut, **deciding_refusals()},
        examples=[OpenApiExample("Two rules", value=_EXAMPLE, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        asked = body_of(request, RulesIn)
        return decide_once(request, lambda: _publish(request, asked), status=201)


def _publish(request: Request, asked: dict[str, Any]) -> dict[str, Any]:
    try:
        operations.publish_rules(
            environment_id=key_of(request).environment_id,
            rules=from_json(asked["rules"]),
            actor=actor_of(request),
            note=asked["note"],
        )
    except Unpublishable as error:
        raise unpublishable(error) from error
    except ValueError as error:
        raise Refusal(422, "unpublishable", str(error), field="rules") from error
    return _in_force(request)


def _in_force(request: Request) -> dict[str, Any]:
    found = queries.rules_in_force(key_of(request).environment_id)
    return dict(RulesOut({"version": found.version, "rules": to_json(found.rules)}).data)

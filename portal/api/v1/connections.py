"""Connections, without anything secret, and the Sage companies' charts of accounts."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from integrations.accounting import queries as accounting
from integrations.connections import queries
from integrations.connections.models import Connection
from portal.api.v1.authentication import key_of
from portal.api.v1.inputs import query_of
from portal.api.v1.schema import refusals

_SCOPE = "connections:read"


class ConnectionOut(serializers.Serializer[Any]):
    """A PayTrace account or Sage Pro company, and how it is."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Connection.Kind.choices)
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=Connection.State.choices)
    state_sentence = serializers.CharField()
    state_since = serializers.DateTimeField()
    last_ok_at = serializers.DateTimeField(allow_null=True)
    is_paused = serializers.BooleanField()
    is_halted = serializers.BooleanField()
    posts_to_id = serializers.UUIDField(allow_null=True)
    settings = serializers.DictField(child=serializers.CharField(), help_text="Never a secret.")


class ConnectionListOut(serializers.Serializer[Any]):
    """Every connection of the environment."""

    connections = ConnectionOut(many=True)


class AccountOut(serializers.Serializer[Any]):
    """A GL account as last read from Sage."""

    sage_connection_id = serializers.UUIDField()
    number = serializers.CharField()
    description = serializers.CharField()
    is_active = serializers.BooleanField()


class AccountListOut(serializers.Serializer[Any]):
    """The charts of accounts of the environment's Sage companies."""

    accounts = AccountOut(many=True)


class NoQuery(serializers.Serializer[Any]):
    """No parameters."""


class ConnectionList(APIView):
    """`/connections`"""

    scopes = {"GET": _SCOPE}

    @extend_schema(
        operation_id="list_connections",
        summary="List connections",
        description=f"Needs the scope `{_SCOPE}`.",
        tags=["Connections"],
        responses={200: ConnectionListOut, **refusals(400)},
    )
    def get(self, request: Request) -> Response:
        query_of(request, NoQuery)
        found = queries.connections(key_of(request).environment_id)
        answer = {"connections": [_connection_out(connection) for connection in found]}
        return Response(ConnectionListOut(answer).data)


class ConnectionDetail(APIView):
    """`/connections/{id}`"""

    scopes = {"GET": _SCOPE}

    @extend_schema(
        operation_id="get_connection",
        summary="One connection",
        description=f"Needs the scope `{_SCOPE}`.",
        tags=["Connections"],
        responses={200: ConnectionOut, **refusals(404)},
    )
    def get(self, request: Request, id: uuid.UUID) -> Response:  # noqa: A002 the path's word
        found = queries.connections(key_of(request).environment_id)
        connection = next((each for each in found if each.id == id), None)
        if connection is None:
            raise Http404
        return Response(ConnectionOut(_connection_out(connection)).data)


class AccountList(APIView):
    """`/accounts`"""

    scopes = {"GET": "gl_rules:read"}

    @extend_schema(
        operation_id="list_accounts",
        summary="List GL accounts",
        description="As last read from Sage. Needs the scope `gl_rules:read`.",
        tags=["GL rules"],
        responses={200: AccountListOut, **refusals(400)},
    )
    def get(self, request: Request) -> Response:
        query_of(request, NoQuery)
        companies = queries.sage_companies(key_of(request).environment_id)
        rows = [
            {
                "sage_connection_id": company.id,
                "number": account.number,
                "description": account.description,
                "is_active": account.is_active,
            }
            for company in companies
            for account in accounting.accounts(company.id)
        ]
        return Response(AccountListOut({"accounts": rows}).data)


def _connection_out(connection: Connection) -> dict[str, Any]:
    copied = ("id", "kind", "name", "state", "state_sentence", "state_since", "last_ok_at")
    shown = queries.public_settings(connection)
    return {
        **{name: getattr(connection, name) for name in copied},
        "is_paused": connection.paused_at is not None,
        "is_halted": connection.halted_at is not None,
        "posts_to_id": connection.posts_to_id,
        "settings": {name: str(value) for name, value in shown.items()},
    }

"""The posting profile of a Sage company and its versions, to read."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from integrations.connections import profiles, queries
from integrations.connections.models import Connection, ProfileVersion
from portal.api.v1.authentication import key_of
from portal.api.v1.connections import NoQuery
from portal.api.v1.inputs import query_of
from portal.api.v1.schema import refusals

_SCOPE = "connections:read"


class ProfileVersionOut(serializers.Serializer[Any]):
    """One version: who saved it, when and why."""

    version = serializers.IntegerField()
    origin = serializers.ChoiceField(choices=ProfileVersion.Origin.choices)
    saved_at = serializers.DateTimeField()
    saved_by = serializers.CharField()
    note = serializers.CharField()


class PostingProfileOut(serializers.Serializer[Any]):
    """The profile in force; version 0 has no entry among the versions."""

    version = serializers.IntegerField()
    profile = serializers.DictField(help_text="Names, widths and posting habits. Never a secret.")
    versions = ProfileVersionOut(many=True)


class PostingProfileDetail(APIView):
    """`/connections/{id}/posting-profile`"""

    scopes = {"GET": _SCOPE}

    @extend_schema(
        operation_id="get_posting_profile",
        summary="The posting profile of a Sage company",
        description=f"404 for a PayTrace account. Needs the scope `{_SCOPE}`.",
        tags=["Connections"],
        responses={200: PostingProfileOut, **refusals(400, 404)},
    )
    def get(self, request: Request, id: uuid.UUID) -> Response:  # noqa: A002 the path's word
        query_of(request, NoQuery)
        companies = queries.sage_companies(key_of(request).environment_id)
        company = next((each for each in companies if each.id == id), None)
        if company is None:
            raise Http404
        return Response(PostingProfileOut(_out(company)).data)


def _out(company: Connection) -> dict[str, Any]:
    return {
        "version": profiles.version_in_force(company),
        "profile": company.settings["profile"],
        "versions": profiles.versions(company.id),
    }

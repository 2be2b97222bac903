"""Input read through a serializer, unknown names refused at every level."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from integrations.canonical.problems import Problem
from portal.api.v1.errors import invalid

Fields = type[serializers.Serializer[Any]]


def body_of(request: Request, shape: Fields) -> dict[str, Any]:
    """The clean body. Raises Refusal or ValidationError with the field at fault."""
    return _read(shape, request.data)


def query_of(request: Request, shape: Fields) -> dict[str, Any]:
    """The clean query parameters. Raises as `body_of`."""
    twice = [name for name, values in request.query_params.lists() if len(values) > 1]
    if twice:
        raise invalid([Problem(twice[0], "This parameter is given twice.")])
    return _read(shape, request.query_params.dict())


def _read(shape: Fields, data: Any) -> dict[str, Any]:
    serializer = shape(data=data)
    strangers = list(_strangers(serializer, data, path=""))
    if strangers:
        raise invalid(strangers)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def _strangers(field: Any, data: Any, *, path: str) -> Iterator[Problem]:
    if isinstance(field, serializers.ListSerializer) and isinstance(data, list):
        for number, item in enumerate(data):
            yield from _strangers(field.child, item, path=f"{path}[{number}]")
    elif isinstance(field, serializers.Serializer) and isinstance(data, Mapping):
        for name, inner in data.items():
            here = f"{path}.{name}" if path else str(name)
            if name not in field.fields:
                known = ", ".join(field.fields)
                yield Problem(
                    here[:200], "This field is not known here.", remedy=f"Known: {known}."
                )
            else:
                yield from _strangers(field.fields[name], inner, path=here)

"""Intake: the raw bytes of a notice in, 2xx out, one call."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse


def receive(request: HttpRequest, token: str) -> HttpResponse:
    """Placeholder until intake lands."""
    raise NotImplementedError

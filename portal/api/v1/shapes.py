"""Words every answer shares: money, states, pages."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from integrations.canonical.money import exponent, round_to


def money(amount: Decimal, currency: str) -> str:
    """An amount as a decimal string with all digits of its currency: `740.00`."""
    return f"{round_to(amount, currency):.{exponent(currency)}f}"


class AmountField(serializers.CharField):
    """A decimal string in major units, such as `740.00`; never a JSON number."""


class ProblemOut(serializers.Serializer[Any]):
    """One thing to repair."""

    field = serializers.CharField()
    message = serializers.CharField()
    remedy = serializers.CharField()


class ErrorBody(serializers.Serializer[Any]):
    """Why a request was refused."""

    code = serializers.CharField(help_text="Stable and machine-readable.")
    message = serializers.CharField(help_text="A sentence for a person.")
    field = serializers.CharField(help_text="The input at fault, empty when there is none.")
    remedy = serializers.CharField(help_text="What to do about it, empty when unknown.")
    request_id = serializers.CharField(help_text="Tell us this when you ask for help.")
    problems = ProblemOut(many=True)


class ErrorOut(serializers.Serializer[Any]):
    """The one shape of every refusal."""

    error = ErrorBody()

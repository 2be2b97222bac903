"""Storing the card that PayTrace's own form took in a program's page, asked by that program.

The pair is good for one use, goes to PayTrace within the request, and is kept nowhere.
"""

from __future__ import annotations

from typing import Any

from django.core.validators import RegexValidator
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from integrations.instructions import hosted, operations, queries
from integrations.instructions.hosted import Place
from integrations.instructions.models import Instruction
from integrations.paytrace.card_form import SCRIPT
from integrations.paytrace.people import HostedFields
from portal.api.v1.asking import account_named
from portal.api.v1.authentication import key_of, who_of
from portal.api.v1.idempotency import REPLAYED, needed_key
from portal.api.v1.inputs import body_of
from portal.api.v1.instruction_shapes import detail
from portal.api.v1.keyed import at_once
from portal.api.v1.schema import deciding_refusals
from portal.card_wall import PAIR
from portal.web.forms.pay import LONGEST
from tenants.scope import tenant_transaction

__all__ = ["PAIR", "CardForms", "PairIn", "store"]

_plain = RegexValidator(
    r"^[\x21-\x7e]+\Z", "Send it just as PayTrace’s card form gave it, without blanks."
)


def _half(help_text: str) -> serializers.CharField:
    return serializers.CharField(
        max_length=LONGEST,
        trim_whitespace=False,
        validators=[_plain],
        write_only=True,
        help_text=help_text,
    )


def _text(help_text: str) -> serializers.CharField:
    return serializers.CharField(default="", allow_blank=True, help_text=help_text)


class PairIn(serializers.Serializer[Any]):
    """The pair of PayTrace’s card form (Protect.js), and whose card it is. Never a card number."""

    hpf_token = _half("PayTrace’s `HPF_Token`.")
    enc_key = _half("PayTrace’s `enc_key`.")
    customer_number = serializers.CharField(help_text="The customer in Sage.")
    vault_id = _text(
        "What its id at PayTrace shall begin with; without it the customer number. A code of our "
        "own follows, and the result says the whole id."
    )
    name = _text("The customer’s name.")
    email = _text("Where PayTrace sends its receipts.")
    connection_id = serializers.UUIDField(
        default=None,
        allow_null=True,
        help_text="The PayTrace account; may be left out where there is only one.",
    )


class AccountIn(serializers.Serializer[Any]):
    """Whose card form is to be opened."""

    connection_id = serializers.UUIDField(
        default=None,
        allow_null=True,
        help_text="The PayTrace account; may be left out where there is only one.",
    )


class CardFormOut(serializers.Serializer[Any]):
    """What a page needs to show PayTrace’s card form."""

    client_key = serializers.CharField(help_text="Opens an empty form, for some minutes.")
    script = serializers.URLField(help_text="PayTrace’s script, to be loaded from there.")


class CardForms(APIView):
    """`/card-forms`"""

    scopes = {"POST": "instructions:write"}

    @at_once
    @extend_schema(
        operation_id="open_card_form",
        summary="Open PayTrace’s card form in a page of yours",
        description=(
            "The customer types the card into PayTrace’s own frame; its pair goes to "
            "`/payment-methods`. Needs the scope `instructions:write`. 409 when the account "
            "cannot be used now."
        ),
        tags=["Instructions"],
        request=AccountIn,
        responses={201: CardFormOut, **deciding_refusals()},
    )
    def post(self, request: Request) -> Response:
        api_key, asked = key_of(request), body_of(request, AccountIn)
        with tenant_transaction(api_key.tenant_id):
            account = account_named(asked["connection_id"], api_key.environment_id)
        form = hosted.card_form(Place(api_key.tenant_id, api_key.environment_id, account.id))
        shown = {"client_key": form.client_key, "script": f"{form.origin}{SCRIPT}"}
        return Response(CardFormOut(shown).data, status=201)


def store(request: Request) -> Response:
    """Pass the pair on, once for a key; the instruction that says what became of it.

    Outside of any transaction. Raises Refusal, BadWish, KeyReused and NotPossible.
    """
    key, api_key = needed_key(request), key_of(request)
    asked = body_of(request, PairIn)
    pair = HostedFields(asked.pop("hpf_token"), asked.pop("enc_key"))
    asked["keep_as"] = asked.pop("vault_id")
    wanted = asked.pop("connection_id")
    with tenant_transaction(api_key.tenant_id):
        account = account_named(wanted, api_key.environment_id)
        former = operations.former(
            hosted.to_store(**asked),
            environment_id=api_key.environment_id,
            connection_id=account.id,
            idempotency_key=key,
        )
        if former is not None:
            return Response(_told(former), status=201, headers=REPLAYED)
    one = hosted.store_hosted(
        place=Place(api_key.tenant_id, api_key.environment_id, account.id),
        hosted=pair,
        idempotency_key=key,
        who=who_of(request),
        **asked,
    )
    with tenant_transaction(api_key.tenant_id):
        return Response(_told(one), status=201)


def _told(one: Instruction) -> dict[str, Any]:
    found = queries.instruction(environment_id=one.environment_id, instruction_id=one.id)
    assert found is not None  # noqa: S101 it was just read or made
    return detail(found)

"""Payment links: addresses at which one customer pays one amount, or leaves a card, once."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from integrations.instructions import links, operations
from integrations.instructions.link_addresses import addresses_of
from integrations.instructions.links import DEFAULT_DAYS, LONGEST_DAYS, NewLink
from integrations.instructions.models import PaymentLink
from integrations.instructions.paying import state_at
from portal.api.v1.asking import AmountIn, account_named, amount_named
from portal.api.v1.authentication import key_of, who_of
from portal.api.v1.idempotency import decide_once, needed_key
from portal.api.v1.inputs import body_of, query_of
from portal.api.v1.instructions import NothingIn
from portal.api.v1.schema import (
    IDEMPOTENCY_KEY,
    REQUIRED_IDEMPOTENCY_KEY,
    deciding_refusals,
    refusals,
)
from portal.api.v1.shapes import AmountField, money
from portal.link_words import sentence_of

READ, WRITE = "instructions:read", "instructions:write"
_TAGS = ["Payment links"]
# Newer ones are not missed by asking: an older one is found by its state, invoice or customer.
_MOST = 200
_COPIED = (
    "id", "purpose", "connection_id", "currency", "customer_number", "invoice_number",
    "description", "email", "may_keep", "expires_at", "mailed_at", "made_by", "made_at",
    "instruction_id", "page", "transaction_id",
)  # fmt: skip
_EXAMPLE = {
    "amount": "740.00",
    "customer_number": "ACME01",
    "invoice_number": "10432",
    "email": "ap@acme.example",
    "is_mailed": True,
}


class LinkIn(serializers.Serializer[Any]):
    """Whom to ask for what. Without an amount the customer is asked for a card to keep."""

    connection_id = serializers.UUIDField(
        default=None,
        allow_null=True,
        help_text="The PayTrace account; may be left out where there is only one.",
    )
    customer_number = serializers.CharField(max_length=20, help_text="The customer in Sage.")
    amount = AmountIn(
        default="", allow_blank=True, help_text="A decimal text in major units: `740.00`."
    )
    currency = serializers.CharField(
        default="", allow_blank=True, help_text="That of the account, which is also meant without."
    )
    invoice_number = serializers.CharField(
        max_length=20, default="", allow_blank=True, help_text="The invoice in Sage that is paid."
    )
    description = serializers.CharField(
        max_length=100, default="", allow_blank=True, help_text="A note for the customer."
    )
    email = serializers.EmailField(default="", allow_blank=True)
    is_mailed = serializers.BooleanField(
        default=False, help_text="Mail the address to `email` now."
    )
    may_keep = serializers.BooleanField(
        default=False, help_text="Who pays may have the card kept for later charges."
    )
    page = serializers.ChoiceField(
        choices=PaymentLink.Page.choices,
        default=PaymentLink.Page.TIEOUT,
        help_text="Where it is paid. `paytrace` needs an account of API v3 and an amount; such a "
        "page cannot be taken back, and its link is `making` until PayTrace has answered.",
    )
    days = serializers.IntegerField(
        default=DEFAULT_DAYS, min_value=1, max_value=LONGEST_DAYS, help_text="How long it is good."
    )


class LinkOut(serializers.Serializer[Any]):
    """One payment link: what it asks for, where it stands, and its address while it is open."""

    id = serializers.UUIDField()
    address = serializers.CharField(
        help_text=f"To be opened by the customer. Only while it is open, and with `{WRITE}`; of "
        "PayTrace's own page only where PayTrace told it."
    )
    state = serializers.ChoiceField(choices=PaymentLink.State.choices)
    sentence = serializers.CharField()
    purpose = serializers.ChoiceField(choices=PaymentLink.Purpose.choices)
    page = serializers.ChoiceField(choices=PaymentLink.Page.choices)
    connection_id = serializers.UUIDField()
    amount = AmountField(allow_null=True)
    currency = serializers.CharField()
    customer_number = serializers.CharField()
    invoice_number = serializers.CharField()
    description = serializers.CharField()
    email = serializers.CharField()
    may_keep = serializers.BooleanField()
    expires_at = serializers.DateTimeField()
    mailed_at = serializers.DateTimeField(allow_null=True)
    made_by = serializers.CharField()
    made_at = serializers.DateTimeField()
    instruction_id = serializers.UUIDField(
        allow_null=True,
        help_text="The charge or stored card of its latest try; of PayTrace's own page what had "
        "it made.",
    )
    transaction_id = serializers.CharField(
        help_text="The payment that came by PayTrace's own page."
    )


class LinkListOut(serializers.Serializer[Any]):
    """The newest first, at most 200."""

    payment_links = LinkOut(many=True)


class LinkQuery(serializers.Serializer[Any]):
    """Filters of the list; both together."""

    state = serializers.ChoiceField(choices=PaymentLink.State.choices, default="")
    search = serializers.CharField(
        max_length=254,
        default="",
        allow_blank=True,
        help_text="A customer, invoice or e-mail, whole.",
    )


class PaymentLinkList(APIView):
    """`/payment-links`"""

    scopes = {"GET": READ, "POST": WRITE}

    @extend_schema(
        operation_id="list_payment_links",
        summary="List payment links",
        description=f"Newest first, at most {_MOST}. Needs the scope `{READ}`.",
        tags=_TAGS,
        parameters=[LinkQuery],
        responses={200: LinkListOut, **refusals(400)},
    )
    def get(self, request: Request) -> Response:
        asked = query_of(request, LinkQuery)
        found = links.links(environment_id=key_of(request).environment_id, **asked)
        shown = _shown(request, list(found[:_MOST]))
        return Response(LinkListOut({"payment_links": shown}).data)

    @extend_schema(
        operation_id="make_payment_link",
        summary="Make a payment link",
        description=(
            "An address at which the customer pays with PayTrace's own card form, or on PayTrace's "
            "own page, once and until it expires. 409 when an open link asks for the same "
            f"invoice. The same Idempotency-Key answers the same link. Needs the scope `{WRITE}`."
        ),
        tags=_TAGS,
        parameters=[REQUIRED_IDEMPOTENCY_KEY],
        request=LinkIn,
        responses={201: LinkOut, **deciding_refusals()},
        examples=[OpenApiExample("Ask for an invoice", value=_EXAMPLE, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        asked = body_of(request, LinkIn)
        # The answer holds the address, so it is never stored: the link itself keeps the key.
        return Response(_one(request, _made(request, asked)), status=201)


class PaymentLinkDetail(APIView):
    """`/payment-links/{id}`"""

    scopes = {"GET": READ}

    @extend_schema(
        operation_id="get_payment_link",
        summary="One payment link: where it stands",
        description=f"Needs the scope `{READ}`.",
        tags=_TAGS,
        responses={200: LinkOut, **refusals(404)},
    )
    def get(self, request: Request, id: uuid.UUID) -> Response:  # noqa: A002 the path's word
        return Response(_one(request, _find(request, id)))


class PaymentLinkCancel(APIView):
    """`/payment-links/{id}/cancel`"""

    scopes = {"POST": WRITE}

    @extend_schema(
        operation_id="cancel_payment_link",
        summary="Make a payment link worthless",
        description=f"Only while it is open. Needs the scope `{WRITE}`.",
        tags=_TAGS,
        parameters=[IDEMPOTENCY_KEY],
        request=NothingIn,
        responses={200: LinkOut, **deciding_refusals()},
    )
    def post(self, request: Request, id: uuid.UUID) -> Response:  # noqa: A002
        body_of(request, NothingIn)
        one = _find(request, id)

        def cancelled() -> dict[str, Any]:
            done = links.cancel(
                link_id=one.id, environment_id=one.environment_id, who=who_of(request)
            )
            return _one(request, done)

        return decide_once(request, cancelled)


def _made(request: Request, asked: dict[str, Any]) -> PaymentLink:
    who, environment_id = who_of(request), key_of(request).environment_id
    operations.check_key_owner(who)
    connection = account_named(asked["connection_id"], environment_id)
    new = NewLink(
        customer_number=asked["customer_number"],
        amount=amount_named(asked, str(connection.settings["currency"])),
        **{
            name: asked[name]
            for name in (
                "invoice_number", "description", "email", "days", "is_mailed", "may_keep", "page",
            )
        },
    )  # fmt: skip
    return links.make(
        new,
        environment_id=environment_id,
        connection_id=connection.id,
        idempotency_key=_key(request),
        who=who,
    )


def _key(request: Request) -> str:
    """Of this API key alone, and never one that a form made."""
    told = f"{key_of(request).id}:{needed_key(request)}"
    return f"api:{hashlib.sha256(told.encode()).hexdigest()}"


def _find(request: Request, link_id: uuid.UUID) -> PaymentLink:
    found = links.link(environment_id=key_of(request).environment_id, link_id=link_id)
    if found is None:
        raise Http404
    return found


def _one(request: Request, link: PaymentLink) -> dict[str, Any]:
    (shown,) = _shown(request, [link])
    return dict(LinkOut(shown).data)


def _shown(request: Request, found: Sequence[PaymentLink]) -> list[dict[str, Any]]:
    now, may_see = timezone.now(), WRITE in key_of(request).scopes
    states = {one.id: state_at(one, now=now) for one in found}
    usable = [one for one in found if states[one.id] == PaymentLink.State.OPEN]
    addresses = addresses_of(usable if may_see else [])
    return [
        {
            **{name: getattr(one, name) for name in _COPIED},
            "address": addresses.get(one.id, ""),
            "state": states[one.id],
            "sentence": sentence_of(one, states[one.id]),
            "amount": None if one.amount is None else money(one.amount, one.currency),
        }
        for one in found
    ]

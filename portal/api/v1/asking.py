"""What a program wants of PayTrace, read from a request and asked for once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request

from integrations.canonical.money import Money, MoneyError
from integrations.canonical.problems import Problem
from integrations.canonical.transactions import PaymentMethod
from integrations.connections import queries as connections
from integrations.connections.models import Connection
from integrations.events import holds
from integrations.instructions import kinds, operations, queries
from integrations.instructions.held import Held
from integrations.instructions.kinds import Kind
from integrations.instructions.models import Instruction
from integrations.instructions.wishes import Wish
from integrations.paytrace.recurring import Frequency
from portal.api.v1.authentication import key_of, who_of
from portal.api.v1.errors import Refusal, invalid
from portal.api.v1.level_three import LevelThreeIn, said
from tenants.errors import NotPossible

FREQUENCIES = [frequency.name.lower() for frequency in Frequency]
_COPIED = (
    "customer_number", "invoice_number", "vault_id", "transaction_id", "plan_id", "start_on",
    "next_on", "total_count", "description", "name", "email", "phone", "street", "street2", "city",
    "region", "postal_code", "country", "expiry_month", "expiry_year",
)  # fmt: skip


class AmountIn(serializers.CharField):
    """A decimal text in major units, such as `740.00`; never a JSON number with a point."""

    default_error_messages = {"invalid": 'Write the amount as text, such as "740.00".'}


def _text(help_text: str, **more: Any) -> serializers.CharField:
    return serializers.CharField(default="", allow_blank=True, help_text=help_text, **more)


class InstructionIn(serializers.Serializer[Any]):
    """What is wanted. `kind` says which of the other fields it needs and may have."""

    kind = serializers.ChoiceField(
        choices=[kind.value for kind in Kind if kind not in kinds.OF_LINKS]
    )
    connection_id = serializers.UUIDField(
        default=None,
        allow_null=True,
        help_text="The PayTrace account; may be left out where there is only one, or a plan.",
    )
    amount = AmountIn(
        default="", allow_blank=True, help_text="A decimal text in major units: `740.00`."
    )
    currency = _text("That of the account, which is also what is meant without it.")
    customer_number = _text("The customer in Sage.")
    invoice_number = _text(
        "The invoice in Sage that a charge pays, or that a refund is about; or the credit memo."
    )
    vault_id = _text(
        "PayTrace’s id of a stored payment method: what to charge, change or forget. Of one to "
        "be stored, what its id shall begin with; without it the customer number. A code of our "
        "own follows, and the result says the whole id."
    )
    transaction_id = _text(
        "PayTrace’s number of a payment: what to give back, what hold to capture, change or let "
        "go, whose card to charge again, or whose card or bank account to store."
    )
    plan_id = serializers.UUIDField(
        default=None, allow_null=True, help_text="Of a recurring plan that is there already."
    )
    method = serializers.ChoiceField(
        choices=[method.value for method in PaymentMethod],
        default=None,
        allow_null=True,
        help_text="`ach` where the stored payment method is a bank account, or where the bank "
        "account of a payment is to be stored. Without it, a card.",
    )
    frequency = serializers.ChoiceField(choices=FREQUENCIES, default=None, allow_null=True)
    level_three = LevelThreeIn(
        default=None, allow_null=True, help_text="Of a sale that has not settled: what was sold."
    )
    start_on = serializers.DateField(default=None, allow_null=True)
    next_on = serializers.DateField(
        default=None, allow_null=True, help_text="Of a plan that is changed: its next payment."
    )
    total_count = serializers.IntegerField(
        default=None, allow_null=True, help_text="Payments in all; without it, until it is ended."
    )
    description = _text(
        "Shown at PayTrace and here. Of a refund without an earlier payment, its reason."
    )
    name = _text("Of a payment method to be stored or changed: the customer’s name.")
    email = _text("Where PayTrace sends its receipt: of a charge, or of an earlier payment.")
    phone = _text("Of a payment method that is changed, as all that follow; what is empty stays.")
    street = _text("Of its billing address.")
    street2 = _text("A second line of it.")
    city = _text("Of its billing address.")
    region = _text("The state or province.")
    postal_code = _text("Of its billing address.")
    country = _text("Two letters, such as `US`.")
    expiry_month = serializers.IntegerField(
        default=None,
        allow_null=True,
        help_text="Where the card was renewed: 1 to 12.",
    )
    expiry_year = serializers.IntegerField(
        default=None, allow_null=True, help_text="With the month; four digits."
    )


def ask(request: Request, asked: dict[str, Any], *, key: str) -> Instruction:
    """Take in what a program wants; the instruction it led to, now or before.

    Raises Refusal, BadWish, KeyReused and NotPossible, all with a sentence.
    """
    environment_id = key_of(request).environment_id
    connection = _connection(asked, environment_id)
    wish = _wish(asked, connection)
    taken = operations.ask(
        wish,
        environment_id=environment_id,
        connection_id=connection.id,
        idempotency_key=key,
        origin=Instruction.Origin.API,
        who=who_of(request),
        held=_held(wish, connection),
    )
    return taken.instruction


def _held(wish: Wish, connection: Connection) -> Held | None:
    """The hold whose amount shall change."""
    if wish.kind is not Kind.ADJUST:
        return None
    found = holds.of_number(
        connection_id=connection.id, transaction_id=wish.transaction_id, now=timezone.now()
    )
    return Held(found.transaction.amount, found.first) if found else None


def _connection(asked: dict[str, Any], environment_id: UUID) -> Connection:
    """The account that is named, or the plan’s, or the only one."""
    wanted = asked["connection_id"]
    if wanted is None and asked["plan_id"] is not None:
        plan = queries.plan(environment_id=environment_id, plan_id=asked["plan_id"])
        if plan is None:
            raise NotPossible("There is no such recurring plan.", field="plan_id")
        return plan.connection
    return account_named(wanted, environment_id)


def account_named(wanted: UUID | None, environment_id: UUID) -> Connection:
    """The PayTrace account of that id, or the only one. Raises Refusal and NotPossible."""
    accounts = [
        one
        for one in connections.connections(environment_id)
        if one.kind == Connection.Kind.PAYTRACE and wanted in {None, one.id}
    ]
    if wanted is not None and not accounts:
        raise NotPossible(
            "There is no such PayTrace account in this environment.", field="connection_id"
        )
    if len(accounts) != 1:
        count = "several PayTrace accounts" if accounts else "no PayTrace account"
        raise Refusal(
            409, "not_possible", f"This environment has {count}.", "connection_id",
            "Name one of `/connections`." if accounts else "Connect one first.",
        )  # fmt: skip
    return accounts[0]


def _wish(asked: dict[str, Any], connection: Connection) -> Wish:
    frequency, method = asked["frequency"], asked["method"]
    return Wish(
        kind=Kind(asked["kind"]),
        amount=amount_named(asked, str(connection.settings["currency"])),
        frequency=Frequency[frequency.upper()] if frequency else None,
        method=PaymentMethod(method) if method else None,
        level_three=said(asked["level_three"]),
        **{name: asked[name] for name in _COPIED},
    )


def amount_named(asked: dict[str, Any], currency: str) -> Money | None:
    """The amount, in that currency unless another is named; None for none. Raises Refusal."""
    if not asked["amount"]:
        return None
    given = asked["currency"] or currency
    try:
        Money.zero(given)
    except MoneyError as error:
        raise invalid([Problem("currency", f"{error}.")]) from error
    try:
        return Money.parse(asked["amount"], given)
    except MoneyError as error:
        raise invalid([Problem("amount", f"{error}.", "Give an amount such as 740.00.")]) from error

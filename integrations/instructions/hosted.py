"""Paying and storing with PayTrace's hosted fields: told at once, by whoever has the keys.

The pair of keys is good for one use and is never stored, so no worker can send such a payment
later. The attempt is committed first; then PayTrace is told, in the caller's request and outside
of any transaction; then the answer is recorded. A lost answer is looked for by workers, as of
every other instruction; nothing is ever sent twice.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models.functions import Now
from django.utils import timezone

from integrations.canonical.errors import IntegrationError
from integrations.canonical.money import Money
from integrations.connections import clients, health
from integrations.connections.models import Connection
from integrations.instructions import link_states, operations, protocol
from integrations.instructions.kinds import Kind
from integrations.instructions.models import Instruction, InstructionState
from integrations.instructions.operations import Taken
from integrations.instructions.policies import Who
from integrations.instructions.protocol import Claimed, Told
from integrations.instructions.running import Desk, tell
from integrations.instructions.sending import FIRST_LOOK
from integrations.instructions.subjects import Subject
from integrations.instructions.wishes import Wish
from integrations.paytrace.card_form import form_origin
from integrations.paytrace.client import PayTraceClient
from integrations.paytrace.people import HostedFields
from tenants import work
from tenants.errors import NotPossible
from tenants.models import Tenant, WorkKind
from tenants.scope import tenant_transaction

S = InstructionState
_CANNOT = "Card payments cannot be taken at the moment. Please try again later."
_GONE = "The card form could not be used: {sentence} Nothing was charged. Enter the card again."


@dataclass(frozen=True)
class Place:
    """Whose account it goes through."""

    tenant_id: uuid.UUID
    environment_id: uuid.UUID
    connection_id: uuid.UUID


@dataclass(frozen=True)
class CardForm:
    """PayTrace's own card form for one page view. The key opens an empty form, for some minutes."""

    client_key: str = field(repr=False)
    origin: str
    """Where its script and frame come from, such as `https://protect.paytrace.com`."""


def charge_hosted(
    *,
    place: Place,
    hosted: HostedFields,
    amount: Money,
    idempotency_key: str,
    who: Who,
    invoice_number: str = "",
    customer_number: str = "",
    description: str = "",
    email: str = "",
    keep_as: str = "",
) -> Instruction:
    """Charge the card that PayTrace's own form took, now; the instruction with its outcome.

    Call it outside of any transaction: it opens its own and speaks to PayTrace in between, for
    up to half a minute. `idempotency_key` belongs to one intention to pay, such as one opening of
    a payment link: a key that came before answers the same instruction and charges nothing, even
    with a new pair. `keep_as` also stores the card, under an id of PayTrace's vault that begins
    so, and leaves a StoredPaymentMethod.

    Show `state` and `sentence`: `done`, `declined` and `refused` are final; `unknown` or `sent`
    means that it is being found out: do not offer to pay again. Raises NotPossible when nothing
    was asked of PayTrace: a field at fault, or an account that cannot be used now.
    """
    wish = Wish(
        Kind.CHARGE,
        amount=amount,
        invoice_number=invoice_number,
        customer_number=customer_number,
        description=description,
        email=email,
        vault_id=keep_as,
        is_hosted=True,
        keeps_method=bool(keep_as),
    )
    return _tell(wish, place=place, hosted=hosted, idempotency_key=idempotency_key, who=who)


def store_hosted(
    *,
    place: Place,
    hosted: HostedFields,
    customer_number: str,
    idempotency_key: str,
    who: Who,
    name: str = "",
    email: str = "",
    keep_as: str = "",
) -> Instruction:
    """Store the card that PayTrace's own form took, for later charges; nothing is charged.

    Its id in PayTrace's vault begins with `keep_as`, else with the customer number. As
    `charge_hosted` otherwise.
    """
    wish = to_store(customer_number=customer_number, name=name, email=email, keep_as=keep_as)
    return _tell(wish, place=place, hosted=hosted, idempotency_key=idempotency_key, who=who)


def to_store(*, customer_number: str, name: str = "", email: str = "", keep_as: str = "") -> Wish:
    """What `store_hosted` asks for."""
    return Wish(
        Kind.STORE_CUSTOMER,
        customer_number=customer_number,
        vault_id=keep_as,
        name=name,
        email=email,
        is_hosted=True,
    )


def card_form(place: Place) -> CardForm:
    """What a page needs to show PayTrace's card form: asks PayTrace, so outside of transactions.

    Raises NotPossible with a sentence for the payer when the account cannot be used now.
    """
    connection, client = _open(place)
    try:
        origin = form_origin(
            base_url=str(connection.settings["base_url"]),
            environment=str(connection.settings["gateway_environment"]),
        )
        key = client.account.client_key()
    except IntegrationError as error:
        _failed(connection, error)
        raise NotPossible(_CANNOT) from error
    return CardForm(key.reveal(), origin)


def tell_at_once(take: Callable[[], Taken], *, place: Place, hosted: HostedFields) -> Instruction:
    """Tell PayTrace what `take` takes in, within this call; the instruction with its outcome.

    `take` runs inside the transaction that puts the attempt on record, so what it checks and
    moves holds exactly when PayTrace is told; what it raises, nothing was asked.
    """
    connection, client = _open(place)
    desk = Desk(place.tenant_id, client, operations.day_of(connection))
    began = time.monotonic()
    with tenant_transaction(place.tenant_id):
        taken = take()
        if not taken.is_new:
            return taken.instruction
        told = _on_record(taken.instruction, desk)
    try:
        tell(told, Subject(desk.today), desk=desk, began=began, hosted=hosted)
    except IntegrationError as error:
        _failed(connection, error)
    return _ended(told, place)


def _tell(
    wish: Wish, *, place: Place, hosted: HostedFields, idempotency_key: str, who: Who
) -> Instruction:
    return tell_at_once(
        lambda: operations.new_row(
            wish,
            environment_id=place.environment_id,
            connection_id=place.connection_id,
            idempotency_key=idempotency_key,
            who=who,
            state=S.SENT,
        ),
        place=place,
        hosted=hosted,
    )


def _open(place: Place) -> tuple[Connection, PayTraceClient]:
    with tenant_transaction(place.tenant_id):
        connection = Connection.objects.get(
            id=place.connection_id, environment_id=place.environment_id
        )
        is_paused = Tenant.objects.filter(id=place.tenant_id, paused_at__isnull=False).exists()
        may_go = not is_paused and health.may_try(connection, timezone.now())
    if not may_go:
        raise NotPossible(_CANNOT)
    try:
        client = clients.paytrace_client(
            tenant_id=place.tenant_id, connection_id=place.connection_id
        )
    except IntegrationError as error:
        _failed(connection, error)
        raise NotPossible(_CANNOT) from error
    return connection, client


def _on_record(row: Instruction, desk: Desk) -> Told:
    Instruction.objects.filter(id=row.id).update(
        fence=1, lease_until=Now() + timedelta(seconds=protocol.LEASE_SECONDS)
    )
    told = protocol.on_record(Claimed(row.id, 1), gateway_day=desk.today)
    # Should this process die now, a worker looks for the answer once the lease is over.
    work.ring(
        WorkKind.INSTRUCT,
        tenant_id=desk.tenant_id,
        subject_id=row.connection_id,
        after=timedelta(seconds=protocol.LEASE_SECONDS + 5),
    )
    return told


def _failed(connection: Connection, error: IntegrationError) -> None:
    with tenant_transaction(connection.tenant_id):
        health.record_failure(connection_id=connection.id, error=error, now=timezone.now())


def _ended(told: Told, place: Place) -> Instruction:
    """The row as it is now. Without its keys nobody can send it again: what is ready is over."""
    with tenant_transaction(place.tenant_id):
        row = Instruction.objects.get(id=told.instruction_id)
        if row.state == S.READY:
            sentence = _GONE.format(sentence=row.sentence.split(" Nothing was sent")[0])
            moved = Instruction.objects.filter(id=row.id, state=S.READY).update(
                state=S.REFUSED, state_since=Now(), sentence=sentence[:600]
            )
            if moved:
                link_states.follow(row.id, is_done=False)
            row = Instruction.objects.get(id=row.id)
        if row.state == S.UNKNOWN:
            operations.ring(row.connection_id, after=FIRST_LOOK)
    return row


__all__ = [
    "CardForm",
    "Place",
    "card_form",
    "charge_hosted",
    "store_hosted",
    "tell_at_once",
    "to_store",
]

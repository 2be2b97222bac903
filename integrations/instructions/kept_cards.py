"""What may be asked about cards that PayTrace keeps. Inside the open company's transaction."""

from __future__ import annotations

from uuid import UUID

from integrations.canonical.money import Money
from integrations.canonical.transactions import PaymentMethod
from integrations.connections.models import Connection
from integrations.instructions import wishes
from integrations.instructions.kinds import OF_KEPT, Kind
from integrations.instructions.models import (
    Instruction,
    InstructionState,
    RecurringPlan,
    StoredPaymentMethod,
)
from integrations.instructions.queries import OPEN
from integrations.instructions.wishes import Wish
from tenants import audit
from tenants.errors import NotPossible

_CHARGING = (Kind.CHARGE, Kind.HOLD, Kind.REFUND_CUSTOMER, Kind.PLAN_CREATE)

# What PayTrace does with cards only, and what is said where a bank account is named.
_OF_CARDS = {
    Kind.HOLD: "This payment method is a bank account, and on those nothing can be held. "
    "Charge it.",
    Kind.REFUND_CUSTOMER: "This payment method is a bank account, and to those PayTrace refunds "
    "nothing without a payment. Give a payment of it back, or choose a stored card.",
}


def check(wish: Wish, connection: Connection) -> None:
    """Raise NotPossible for a change of a stored card that cannot be told to PayTrace now, for a
    card that is stored already, and for a charge that takes a card for a bank account."""
    _check_method(wish, connection)
    if wish.kind in OF_KEPT:
        _check_change(wish, connection)
    if wish.kind is Kind.STORE_CUSTOMER and wish.transaction_id:
        _check_not_stored(wish, connection)
    if wish.kind is Kind.REFUND_CUSTOMER:
        check_is_theirs(wish, connection)


def check_is_theirs(wish: Wish, connection: Connection) -> None:
    """Raise NotPossible: money without an earlier payment goes to a card that is known as that
    customer's alone."""
    known = StoredPaymentMethod.objects.filter(
        connection=connection,
        vault_id=wish.vault_id,
        customer_number__iexact=wish.customer_number,
        forgotten_at=None,
    )
    if not known.exists():
        raise NotPossible(
            f"No stored card under this id is {wish.customer_number}’s. Choose one of the page "
            "Stored cards, or say there whose it is.",
            field="vault_id",
        )


def assign(
    *, method_id: UUID, environment_id: UUID, customer_number: str, actor: str
) -> StoredPaymentMethod:
    """A person says which customer in Sage a stored card is of. Raises NotPossible naming the
    field, or when there is no such card."""
    rows = StoredPaymentMethod.objects.select_for_update().filter(
        id=method_id, environment_id=environment_id, forgotten_at=None
    )
    row = rows.first()
    if row is None:
        raise NotPossible("There is no such stored card.")
    number = customer_number.strip()
    wish = Wish(Kind.CHARGE, vault_id=row.vault_id, customer_number=number)
    wrong = [one for one in wishes.texts(wish) if one.field == "customer_number"]
    if wrong or not number:
        sentence = wrong[0].sentence if wrong else "Say whose card it is."
        raise NotPossible(sentence, field="customer_number")
    before, row.customer_number = row.customer_number, number
    row.save(update_fields=["customer_number"])
    audit.record(
        "payment_method.assigned", actor=actor, subject=str(row), subject_id=row.id,
        details={"customer": number, "before": before},
    )  # fmt: skip
    return row


def method_of(vault_id: str, connection: Connection) -> PaymentMethod | None:
    """How a stored payment method is charged; None for one that is known to PayTrace alone."""
    kept = StoredPaymentMethod.objects.filter(
        connection=connection, vault_id=vault_id, forgotten_at=None
    ).first()
    return PaymentMethod(kept.method) if kept is not None else None


def _check_method(wish: Wish, connection: Connection) -> None:
    if wish.kind not in (*_CHARGING, Kind.FORGET_CUSTOMER) or not wish.vault_id:
        return
    known = method_of(wish.vault_id, connection)
    if known is PaymentMethod.ACH and wish.kind in _OF_CARDS:
        raise NotPossible(_OF_CARDS[wish.kind], field="vault_id")
    if known is not None and known is not (wish.method or PaymentMethod.CARD):
        is_account = known is PaymentMethod.ACH
        what, remedy = (
            ("a bank account", "Give ach as the method.")
            if is_account
            else ("a card", "Leave the method out.")
        )
        raise NotPossible(f"This payment method is {what}. {remedy}", field="method")


def _check_change(wish: Wish, connection: Connection) -> None:
    """One thing after another of a stored customer."""
    if wish.kind is Kind.UPDATE_CUSTOMER and connection.settings.get("api_version") == "v3":
        raise NotPossible(
            f"{connection.name} uses PayTrace’s API v3, which changes no stored payment method. "
            "Change it in PayTrace, or store the card anew.",
            field="vault_id",
        )
    kept = {"connection": connection, "vault_id": wish.vault_id}
    # Held until this is committed, so that of two that ask at once the second sees the first.
    StoredPaymentMethod.objects.select_for_update().filter(**kept, forgotten_at=None).first()
    if Instruction.objects.filter(**kept, kind__in=OF_KEPT, state__in=OPEN).exists():
        raise NotPossible(
            "Something else about this payment method is still under way. Wait until it is done.",
            field="vault_id",
        )
    if wish.kind is Kind.FORGET_CUSTOMER:
        _check_not_charged(connection, wish.vault_id)


def _check_not_charged(connection: Connection, vault_id: str) -> None:
    """Forgotten, it could not be charged any more by what still will."""
    kept = {"connection": connection, "vault_id": vault_id}
    plan = RecurringPlan.objects.filter(**kept).exclude(state=RecurringPlan.State.ENDED).first()
    if plan is not None:
        raise NotPossible(
            f"A recurring plan of {Money(plan.amount, plan.currency)} charges this payment method. "
            "End the plan first.",
            field="vault_id",
        )
    if Instruction.objects.filter(**kept, kind__in=_CHARGING, state__in=OPEN).exists():
        raise NotPossible(
            "A charge, refund or plan of this payment method is still under way. Wait until it is "
            "done, or cancel it.",
            field="vault_id",
        )


def _check_not_stored(wish: Wish, connection: Connection) -> None:
    """PayTrace would store the card of a payment as often as it is told to."""
    what = "bank account" if wish.method is PaymentMethod.ACH else "card"
    same = Instruction.objects.filter(
        connection=connection,
        kind=Kind.STORE_CUSTOMER,
        transaction_id=wish.transaction_id,
        customer_number__iexact=wish.customer_number,
    )
    if same.filter(state__in=OPEN).exists():
        raise NotPossible(
            f"The {what} of this payment is being stored already. Wait until that is done.",
            field="transaction_id",
        )
    done = same.filter(state=InstructionState.DONE).values("result_id")
    found = StoredPaymentMethod.objects.filter(
        connection=connection, vault_id__in=done, forgotten_at=None
    ).first()
    if found is not None:
        raise NotPossible(
            f"PayTrace keeps the {what} of this payment for {wish.customer_number} already: "
            f"{found}. Charge that one.",
            field="transaction_id",
        )

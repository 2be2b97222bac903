"""Failed runs: a recurring plan charged and no money came. A person decides what follows.

Nothing of it is posted: a declined run is noted as every decline is, a returned one is taken
back. Beside that stands a row of its own with a case, until somebody charges again, pauses the
plan or dismisses it.
"""

from __future__ import annotations

import uuid
from datetime import date
from zoneinfo import ZoneInfo

from integrations.canonical.effects import EffectKind, effect_key
from integrations.canonical.money import Money
from integrations.canonical.posting import marker_for
from integrations.canonical.transactions import (
    GatewayTransaction,
    PaymentMethod,
    TransactionState,
)
from integrations.connections.models import Connection
from integrations.exceptions import operations as cases
from integrations.exceptions.models import ExceptionCase
from integrations.instructions import operations, runs
from integrations.instructions.kinds import Kind
from integrations.instructions.models import Instruction, RecurringPlan
from integrations.instructions.policies import Who
from integrations.instructions.wishes import Wish
from integrations.posting import outbox
from integrations.posting.models import Effect, EffectState
from tenants import audit
from tenants.errors import NotPossible
from tenants.insert import insert_once

KIND = EffectKind.FAILED_RUN
CODE = "plan_run_failed"
Resolution = ExceptionCase.Resolution
_HOW = {
    TransactionState.DECLINED: "was declined",
    TransactionState.AUTO_VOIDED: "was taken back by PayTrace’s security rules",
    TransactionState.RETURNED: "came back from the customer’s bank",
}


def ask(transaction: GatewayTransaction, *, source: Connection, found_by: str) -> None:
    """Park a row of its own for a payment that a plan did not get, and open a case, once."""
    if transaction.state not in _HOW:
        return
    day = _day(transaction, source)
    plan = runs.plan_of(transaction, connection_id=source.id, day=day)
    if plan is None:
        return
    row = _row(transaction, plan=plan, source=source, found_by=found_by)
    if row is None or not insert_once(row):
        return
    sentence = _sentence(transaction, plan=plan, day=day)
    outbox.park(row.id, code=CODE, sentence=sentence)
    cases.open_case(row.id, code=CODE, sentence=sentence, evidence={"plan_id": str(plan.id)})


def charge_again(*, effect_id: uuid.UUID, who: Who) -> Instruction:
    """Ask PayTrace to charge the plan’s stored payment method once more, and close the case.

    Raises NotPossible when it was decided already, and what `ask` of an instruction raises.
    """
    effect, plan = _open(effect_id)
    wish = Wish(
        Kind.CHARGE,
        amount=Money(effect.amount, effect.currency),
        vault_id=plan.vault_id,
        customer_number=plan.customer_number,
        method=PaymentMethod.ACH if plan.method == PaymentMethod.ACH else None,
        description=plan.description,
    )
    return _ask(effect, wish, who=who, resolution=Resolution.CHARGED_AGAIN)


def pause_plan(*, effect_id: uuid.UUID, who: Who) -> Instruction:
    """Ask PayTrace to charge by the plan no more until it is resumed, and close the case.

    Raises as `charge_again`.
    """
    effect, plan = _open(effect_id)
    wish = Wish(Kind.PLAN_PAUSE, plan_id=plan.id)
    return _ask(effect, wish, who=who, resolution=Resolution.PLAN_PAUSED)


def plan_of_case(effect_id: uuid.UUID) -> RecurringPlan:
    """The plan a failed run belongs to, with its `connection`."""
    case = ExceptionCase.objects.filter(effect_id=effect_id, code=CODE).latest("opened_at")
    rows = RecurringPlan.objects.select_related("connection")
    return rows.get(id=case.evidence["plan_id"])


def _open(effect_id: uuid.UUID) -> tuple[Effect, RecurringPlan]:
    effect = Effect.objects.filter(id=effect_id, kind=KIND).first()
    if effect is None:
        raise NotPossible("There is no such failed recurring payment.")
    if effect.state != EffectState.PARKED:
        raise NotPossible("Somebody has decided about this already.")
    return effect, plan_of_case(effect_id)


def _ask(
    effect: Effect, wish: Wish, *, who: Who, resolution: ExceptionCase.Resolution
) -> Instruction:
    if not outbox.begin_walk(effect.id):
        raise NotPossible("Somebody else was quicker: look at where it stands now.")
    taken = operations.ask(
        wish,
        environment_id=effect.environment_id,
        connection_id=effect.source_id,
        idempotency_key=f"failed-run:{effect.id}:{wish.kind}",
        origin=Instruction.Origin.API if who.key_id else Instruction.Origin.PERSON,
        who=who,
    )
    outbox.note(
        effect.id, code=resolution, sentence=f"{resolution.label}: {who.name} asked for it."
    )
    cases.resolve(effect.id, resolution=resolution, actor=who.name)
    audit.record(
        f"payment.{resolution}",
        actor=who.name,
        subject=f"{effect.amount} {effect.currency}, transaction {effect.transaction_id}",
        subject_id=effect.id,
        details={"instruction": str(taken.instruction.id)},
    )
    return taken.instruction


def _sentence(transaction: GatewayTransaction, *, plan: RecurringPlan, day: date) -> str:
    customer = plan.customer_number or transaction.customer_name or plan.vault_id
    what = f"Recurring plan ‘{plan.description}’" if plan.description else "A recurring plan"
    said = f" PayTrace says: {transaction.message}." if transaction.message else ""
    return (
        f"{what} of customer {customer} charged {transaction.amount} on {day:%B} {day.day}, "
        f"{day.year}, and it {_HOW[transaction.state]}.{said} No money came."
    )


def _day(transaction: GatewayTransaction, source: Connection) -> date:
    return transaction.created_at.astimezone(ZoneInfo(str(source.settings["zone"]))).date()


def _row(
    transaction: GatewayTransaction, *, plan: RecurringPlan, source: Connection, found_by: str
) -> Effect | None:
    """None where the account posts nowhere."""
    if source.posts_to_id is None:
        return None
    key = effect_key(
        account=transaction.account, transaction_id=transaction.transaction_id, kind=KIND
    )
    return Effect(
        environment_id=source.environment_id,
        company_id=source.posts_to_id,
        source_id=source.id,
        effect_key=key,
        kind=KIND,
        transaction_id=transaction.transaction_id,
        amount=transaction.amount.amount,
        currency=transaction.amount.currency,
        occurred_at=transaction.created_at,
        found_by=found_by,
        invoice_reference=transaction.invoice_reference[:60],
        customer_number=plan.customer_number,
        customer_name=transaction.customer_name[:120],
        card_brand=transaction.card_brand,
        last_four=transaction.last_four[:4],
        gateway_state=transaction.state,
        marker=marker_for(key),
    )

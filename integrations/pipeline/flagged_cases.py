"""A row flagged in Sage that cannot be understood goes to a person, once per generation.

Beside the refused instruction, and in the transaction that takes it in. The case closes by
itself once the row, mended and flagged again, is taken in.
"""

from __future__ import annotations

from django.utils import timezone

from integrations.canonical.effects import EffectKind, effect_key
from integrations.canonical.flagged import FlaggedRow
from integrations.canonical.money import Money, MoneyError
from integrations.canonical.posting import marker_for
from integrations.connections import flagged
from integrations.connections.models import Connection
from integrations.events.models import GatewayFact
from integrations.exceptions import operations as cases
from integrations.exceptions.models import ExceptionCase
from integrations.instructions import policies
from integrations.instructions.models import Instruction
from integrations.posting import outbox
from integrations.posting.models import Effect, EffectState
from tenants import audit, work
from tenants.errors import NotPossible
from tenants.insert import insert_once
from tenants.models import WorkKind

KIND = EffectKind.FLAGGED_ROW
CODE = "row_refused"
_PREFIX = "ROW-"
_LONGEST_NUMBER = 64


def ask(row: FlaggedRow, refused: Instruction, *, account: Connection) -> None:
    """Park a row of its own for what was refused and open a case."""
    made = _effect(row, account=account)
    if not insert_once(made):
        return
    outbox.park(made.id, code=CODE, sentence=refused.sentence)
    cases.open_case(
        made.id,
        code=CODE,
        sentence=refused.sentence,
        remedy=f"Mend row {row.number} in Sage and flag it again.",
        evidence={
            "instruction_id": str(refused.id),
            "record": {
                "row": row.number,
                "asks_for": row.kind_word,
                "amount": f"{row.amount} {row.currency}".strip(),
                "customer": row.customer_number,
                "stored_card": row.vault_id,
                "payment": row.transaction_id,
                "invoice": row.invoice_number.strip(),
                "how_often": row.frequency,
                "description": row.description,
            },
        },
    )


def settle(number: str, *, account: Connection) -> None:
    """The row was flagged again: what was asked about its earlier generations is over."""
    asked = Effect.objects.filter(source_id=account.id, kind=KIND, state=EffectState.PARKED)
    for effect in asked.filter(transaction_id=_name(number)):
        outbox.begin_walk(effect.id)
        outbox.note(effect.id, code="row_flagged_again", sentence="The row was flagged again.")
        cases.resolve(effect.id, resolution=ExceptionCase.Resolution.BY_ITSELF)


def look_again(effect: Effect, *, actor: str) -> None:
    """Look through what is flagged in Sage now. Raises NotPossible where no row is taken in."""
    account = flagged.account_of(effect.company_id)
    if account is None:
        raise NotPossible(
            "Rows flagged in Sage are not taken in any more. Take them in again on the page of "
            "the PayTrace account, or dismiss this."
        )
    if policies.policy_of(account.environment_id) is None:
        raise NotPossible(
            "Charges and refunds from here are off, so no row is taken in. An owner has to set "
            "the limits first."
        )
    audit.record(
        "flagged_row.look_asked",
        actor=actor,
        subject=effect.transaction_id,
        subject_id=effect.id,
    )
    work.ring(WorkKind.FLAGGED, tenant_id=effect.tenant_id, subject_id=effect.company_id)


def _name(number: str) -> str:
    return (_PREFIX + number)[:_LONGEST_NUMBER]


def _effect(row: FlaggedRow, *, account: Connection) -> Effect:
    if account.posts_to_id is None:
        raise LookupError("Rows are taken in only through an account that posts somewhere")
    name, money = _name(row.number), _money(row, account)
    key = effect_key(
        account=str(account.settings["merchant_id"]),
        transaction_id=name,
        kind=KIND,
        n=row.generation + 1,
    )
    return Effect(
        environment_id=account.environment_id,
        company_id=account.posts_to_id,
        source_id=account.id,
        effect_key=key,
        kind=KIND,
        transaction_id=name,
        amount=money.amount,
        currency=money.currency,
        occurred_at=timezone.now(),
        found_by=GatewayFact.SeenBy.PERSON,
        invoice_reference=row.invoice_number.strip()[:60],
        customer_number=row.customer_number[:20],
        marker=marker_for(key),
    )


def _money(row: FlaggedRow, account: Connection) -> Money:
    """What it asks for; 0 stands for an amount that is none, and is never shown as one."""
    none = Money.zero(str(account.settings["currency"]))
    try:
        money = Money(row.amount, row.currency)
    except MoneyError:
        return none
    return none if money.amount < 0 else money

"""Decide: what a person says about an effect, written down at once and walked by a worker.

A decision is possible only where Sage owes no answer: from `intent` on the payload is frozen
until the writer has spoken.
"""

from __future__ import annotations

import uuid
from typing import Any

from integrations.canonical.effects import EffectKind
from integrations.exceptions import operations as cases
from integrations.exceptions.models import ExceptionCase
from integrations.pipeline import flagged_cases, reversal
from integrations.pipeline.poll import poll_now
from integrations.posting import outbox
from integrations.posting.models import Effect, EffectState
from integrations.workflows.steps.match import LINK_USED_UP
from tenants import audit, work
from tenants.errors import NotPossible
from tenants.models import WorkKind

Resolution = ExceptionCase.Resolution
# No walk can say what these do to the books; they resolve by what PayTrace tells next.
_UNCLEAR = frozenset({EffectKind.REVIEW, EffectKind.UNREADABLE})
_DECIDABLE = (EffectState.PARKED, *outbox.WAITING)


def retry(*, effect_id: uuid.UUID, actor: str) -> None:
    """Walk it again with the rules in force now. Raises NotPossible.

    Retrying a suspected duplicate, or what came by a link that was used up, is the person's word
    that it is another payment. What stands
    half written in Sage is asked about again, with the very payload that was frozen. What
    PayTrace does not tell clearly is not walked: PayTrace is looked through again. So is Sage
    for a flagged row.
    """
    half_written = Effect.objects.filter(id=effect_id, state=EffectState.PARTIAL).first()
    if half_written is not None:
        _ask_again(half_written, actor=actor)
        return
    effect = _decidable(effect_id)
    if effect.kind == EffectKind.FAILED_RUN:
        raise NotPossible(
            "A failed recurring payment is not posted, so there is nothing to try again. Charge "
            "again, pause the plan, or dismiss it."
        )
    if effect.kind == EffectKind.FLAGGED_ROW:
        flagged_cases.look_again(effect, actor=actor)
        return
    if effect.kind in _UNCLEAR:
        poll_now(connection_id=effect.source_id, actor=actor)
        return
    decision: dict[str, Any] = {"trigger": "retry"}
    if effect.reason_code in {"duplicate", LINK_USED_UP}:
        decision["not_a_duplicate"] = True
    _again(effect, decision, Resolution.RETRIED, actor=actor, reason="")


def put_on_account(*, effect_id: uuid.UUID, customer_number: str, actor: str, reason: str) -> None:
    """Post it as an open credit of this customer. Raises NotPossible."""
    effect = _decidable(effect_id)
    _only_payments(effect)
    decision = {
        "trigger": "decision",
        "on_account": True,
        "customer_number": customer_number.strip(),
    }
    _again(effect, decision, Resolution.ON_ACCOUNT, actor=actor, reason=reason)


def choose_invoice(*, effect_id: uuid.UUID, invoice_number: str, actor: str, reason: str) -> None:
    """Apply it to this invoice. Raises NotPossible."""
    effect = _decidable(effect_id)
    _only_payments(effect)
    number = invoice_number.strip()
    if not number:
        raise NotPossible("Enter the number of the invoice it pays.")
    decision = {"trigger": "decision", "invoice_number": number}
    _again(effect, decision, Resolution.INVOICE_CHOSEN, actor=actor, reason=reason)


def choose_payment(*, effect_id: uuid.UUID, payment_id: str, actor: str, reason: str) -> None:
    """Take back this payment of the same account by the chargeback, or by the refund that
    belongs to none. Raises NotPossible."""
    effect = _decidable(effect_id)
    if effect.kind != EffectKind.CHARGEBACK and effect.reason_code != "refund_without_payment":
        raise NotPossible(
            "Only of a chargeback, and of a refund that belongs to no payment, the payment can be "
            "chosen."
        )
    number = payment_id.strip()
    paid = Effect.objects.filter(
        source_id=effect.source_id, kind=EffectKind.SALE, transaction_id=number
    ).first()
    if paid is None:
        raise NotPossible(f"No payment {number} of this account is known here. Check the number.")
    if paid.currency != effect.currency or paid.amount < effect.amount:
        raise NotPossible(f"Payment {number} is smaller than what this takes back.")
    decision = {"trigger": "decision", "payment_id": number}
    _again(effect, decision, Resolution.PAYMENT_CHOSEN, actor=actor, reason=reason)


def dismiss(*, effect_id: uuid.UUID, actor: str, reason: str) -> None:
    """End it without posting, with a reason that stays. Raises NotPossible."""
    effect = _decidable(effect_id)
    if effect.state != EffectState.PARKED:
        raise NotPossible("This payment is waiting and will go on by itself; nothing to dismiss.")
    if not reason.strip():
        raise NotPossible("Say why, so that the next person understands: the reason is kept.")
    if not outbox.dismiss(effect.id, sentence=f"Dismissed by {actor}: {reason}"):
        raise _too_late()
    cases.resolve(effect.id, resolution=Resolution.DISMISSED, actor=actor, reason=reason)
    _audit(effect, "payment.dismissed", actor=actor, reason=reason)
    reversal.wake_children(effect.id)


def _again(
    effect: Effect, decision: dict[str, Any], resolution: Resolution, *, actor: str, reason: str
) -> None:
    if not outbox.begin_walk(effect.id, decision=decision):
        raise _too_late()
    cases.resolve(effect.id, resolution=resolution, actor=actor, reason=reason)
    _audit(effect, f"payment.{resolution}", actor=actor, reason=reason, **decision)
    work.ring(WorkKind.DELIVER, tenant_id=effect.tenant_id, subject_id=effect.company_id)


def _ask_again(effect: Effect, *, actor: str) -> None:
    if not outbox.ask_again(effect.id):
        raise _too_late()
    cases.resolve(effect.id, resolution=Resolution.RETRIED, actor=actor)
    _audit(effect, "payment.asked_again", actor=actor, reason="")
    work.ring(WorkKind.DELIVER, tenant_id=effect.tenant_id, subject_id=effect.company_id)


def _decidable(effect_id: uuid.UUID) -> Effect:
    effect = Effect.objects.filter(id=effect_id).first()
    if effect is None:
        raise NotPossible("This payment does not exist.")
    if effect.state == EffectState.HANDED_OVER:
        raise NotPossible(
            "This payment has been handed over to be written into Sage, and its answer has not "
            "come yet. Decide once it is here; nothing can be changed until then."
        )
    if effect.state not in _DECIDABLE:
        label = EffectState(effect.state).label.lower()
        raise NotPossible(f"This payment is ‘{label}’ now, so there is nothing to decide.")
    return effect


def _only_payments(effect: Effect) -> None:
    if effect.kind != "sale":
        raise NotPossible("Only a payment can be applied or put on account, not a refund or void.")


def _too_late() -> NotPossible:
    return NotPossible("Somebody else, or a worker, was quicker: look at where it stands now.")


def _audit(effect: Effect, action: str, *, actor: str, reason: str, **details: Any) -> None:
    audit.record(
        action,
        actor=actor,
        subject=f"{effect.amount} {effect.currency}, transaction {effect.transaction_id}",
        subject_id=effect.id,
        details={"reason": reason, **details},
    )

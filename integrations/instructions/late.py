"""Late: what had been given up as never arrived turns out to stand at PayTrace after all.

Nothing is sent here and nothing guessed. A charge is known by its attempt’s own invoice id, a
refund by its payment, amount and moment, a void by its payment. Of what PayTrace lists nowhere
by itself, stored customers and plans, it is asked once more after an hour and after a day, and
at once when a payment shows that it is there.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from integrations.canonical.errors import NeverWorks, OutcomeUnknown
from integrations.canonical.money import Money
from integrations.canonical.transactions import (
    GatewayTransaction,
    TransactionState,
    TransactionType,
)
from integrations.instructions import attempts, looking, operations, protocol, unanswered
from integrations.instructions.card_outcomes import is_its_own, of_transaction, says_nothing
from integrations.instructions.kinds import OF_KEPT, Kind
from integrations.instructions.models import (
    Instruction,
    InstructionAttempt,
    InstructionState,
)
from integrations.instructions.outcomes import NEVER_ARRIVED, PERSON_NEEDED, Outcome
from integrations.instructions.protocol import Claimed, Told
from integrations.instructions.running import Desk
from integrations.instructions.sending import given_back
from integrations.instructions.subjects import subject_of
from tenants.scope import tenant_transaction

S = InstructionState
Payments = Callable[[Sequence[str]], Mapping[str, GatewayTransaction]]
"""The newest state of each of these payments of the account, where it is known."""
# How far PayTrace's clock and ours, and a call under way, can be apart.
_ABOUT_THEN = timedelta(minutes=10)
_NOT_GIVEN = frozenset(
    {TransactionState.UNKNOWN, TransactionState.ERROR, TransactionState.DECLINED,
     TransactionState.AUTO_VOIDED, TransactionState.VOIDED}
)  # fmt: skip
# What is known by its attempt's own invoice id.
_CHARGING = frozenset({Kind.CHARGE, Kind.HOLD, Kind.REFUND_CUSTOMER})
_CAME_TO_NOTHING = (S.REFUSED, S.DECLINED, S.REJECTED, S.CANCELLED)


def correct(
    told: Sequence[GatewayTransaction], *, connection_id: uuid.UUID, payments: Payments
) -> int:
    """Give what ended as never arrived, or nobody could find out, the outcome that these
    transactions show; how many. Inside the open company’s transaction."""
    given_up = _given_up(connection_id)
    rows = list(given_up | _in_doubt(connection_id))
    if not rows:
        return 0
    _wake(told, [row for row in rows if row.state == S.REFUSED], connection_id=connection_id)
    back = [row for row in rows if row.kind == Kind.GIVE_BACK]
    return _charges(told, rows) + _given_back(told, back, payments)


def look(claimed: Claimed, *, desk: Desk) -> Outcome | None:
    """Ask PayTrace once more about one that had been given up; what it turned out to be, None
    when there is nothing new. Outside of transactions; raises what a read raises."""
    with tenant_transaction(desk.tenant_id):
        row = Instruction.objects.get(id=claimed.instruction_id)
        told = protocol.question_of(row)
        if told is None or _is_overtaken(row):
            protocol.look_late_again(claimed, after=None)
            return None
        subject = subject_of(row.id, today=desk.today)
    try:
        found = looking.look(told, subject, client=desk.client)
    except (NeverWorks, OutcomeUnknown):
        found = unanswered.cannot_look()
    with tenant_transaction(desk.tenant_id):
        if found.state is S.DONE and _record(told, found):
            return found
        after = found.after if found.state is S.REFUSED else None
        protocol.look_late_again(claimed, after=after)
    return None


def _given_up(connection_id: uuid.UUID) -> QuerySet[Instruction]:
    return Instruction.objects.filter(
        connection_id=connection_id, state=S.REFUSED, code=NEVER_ARRIVED
    )


def _in_doubt(connection_id: uuid.UUID) -> QuerySet[Instruction]:
    """Charges that PayTrace’s API cannot be asked about, or does not show clearly: only a person
    could find out."""
    return Instruction.objects.filter(
        connection_id=connection_id, state=S.UNKNOWN, code=PERSON_NEEDED, kind__in=_CHARGING
    )


def _charges(told: Sequence[GatewayTransaction], rows: Sequence[Instruction]) -> int:
    clear = [one for one in told if one.invoice_reference and not says_nothing(one)]
    charges = {row.id: row for row in rows if row.kind in _CHARGING}
    if not clear or not charges:
        return 0
    found = InstructionAttempt.objects.filter(
        invoice_id__in=[one.invoice_reference for one in clear], instruction_id__in=charges
    )
    moved = 0
    for attempt in found:
        row = charges[attempt.instruction_id]
        its = _of_attempt(attempt, clear, kind=Kind(row.kind))
        if its is None:
            continue
        assert row.amount is not None  # noqa: S101 checked when the charge was asked for
        outcome = of_transaction(
            its,
            amount=Money(row.amount, row.currency),
            kind=Kind(row.kind),
        )
        told_by = protocol.told_by(attempt, row)
        if row.state == S.REFUSED:
            moved += _record(told_by, outcome)
        else:
            moved += protocol.record(told_by, outcome)
    return moved


def _of_attempt(
    attempt: InstructionAttempt, told: Sequence[GatewayTransaction], *, kind: Kind
) -> GatewayTransaction | None:
    its = (one for one in told if one.invoice_reference == attempt.invoice_id)
    return next((one for one in its if is_its_own(one, kind=kind)), None)


def _given_back(
    told: Sequence[GatewayTransaction], rows: Sequence[Instruction], payments: Payments
) -> int:
    """Each refund or void that is what one of these, and one alone, had asked for."""
    giving = [one for one in told if _gives_back(one)]
    if not rows or not giving:
        return 0
    known = payments([row.transaction_id for row in rows])
    moved = 0
    for one in giving:
        fits = [row for row in rows if _is_about(row, one, known.get(row.transaction_id))]
        found = [attempt for row in fits if (attempt := _its_attempt(row, one)) is not None]
        if len(found) == 1:
            way = "refund" if one.type is TransactionType.REFUND else "void"
            moved += _record(found[0], given_back(way, one.transaction_id, one.amount))
    return moved


def _gives_back(one: GatewayTransaction) -> bool:
    if one.type is TransactionType.REFUND:
        return one.state not in _NOT_GIVEN
    return one.state is TransactionState.VOIDED


def _is_about(
    row: Instruction, one: GatewayTransaction, payment: GatewayTransaction | None
) -> bool:
    assert row.amount is not None  # noqa: S101 checked when it was asked for
    amount = Money(row.amount, row.currency)
    if one.type is TransactionType.REFUND:
        return looking.is_refund(one, payment, amount)
    return one.transaction_id == row.transaction_id and one.amount == amount


def _its_attempt(row: Instruction, one: GatewayTransaction) -> Told | None:
    """The attempt that made it; None where another instruction did or may have, or where it
    was made at another time than this was told."""
    others = Instruction.objects.filter(
        connection_id=row.connection_id, kind=Kind.GIVE_BACK, transaction_id=row.transaction_id
    ).exclude(id=row.id)
    explained = Q(result_id=one.transaction_id) | ~Q(state__in=(S.DONE, *_CAME_TO_NOTHING))
    attempt = attempts.latest(row.id)
    if attempt is None or others.filter(explained).exists():
        return None
    at = one.created_at if one.type is TransactionType.REFUND else one.changed_at
    if at is not None and abs(at - attempt.started_at) > _ABOUT_THEN:
        return None
    return protocol.told_by(attempt, row)


def _wake(
    told: Sequence[GatewayTransaction], rows: Sequence[Instruction], *, connection_id: uuid.UUID
) -> None:
    """Look again now for plans and stored customers whose payments these are."""
    words = {one.description.split()[-1] for one in told if one.description.strip()}
    payers = {one.customer_id for one in told if one.customer_id}
    plans = [row.id for row in rows if row.kind in {Kind.PLAN_CREATE, Kind.PLAN_RESUME}]
    woken = _whose_card_pays([row for row in rows if row.kind == Kind.STORE_CUSTOMER], payers)
    if plans and words:
        made = InstructionAttempt.objects.filter(instruction_id__in=plans, invoice_id__in=words)
        woken |= set(made.values_list("instruction_id", flat=True))
    if woken and _given_up(connection_id).filter(id__in=woken).update(due_at=Now()):
        operations.ring(connection_id)


def _whose_card_pays(rows: Sequence[Instruction], payers: Collection[str]) -> set[uuid.UUID]:
    by_id = {row.id: row for row in rows}
    told = InstructionAttempt.objects.filter(instruction_id__in=by_id) if payers else []
    return {
        one.instruction_id
        for one in told
        if protocol.told_by(one, by_id[one.instruction_id]).vault_id in payers
    }


def _is_overtaken(row: Instruction) -> bool:
    """Whether something asked since, or known since, makes what PayTrace shows now no answer."""
    since = Instruction.objects.filter(connection_id=row.connection_id, asked_at__gt=row.asked_at)
    since = since.exclude(state__in=_CAME_TO_NOTHING)
    if row.plan_id is not None:
        return since.filter(plan_id=row.plan_id).exists()
    if row.kind == Kind.ADJUST:
        return since.filter(kind=Kind.ADJUST, transaction_id=row.transaction_id).exists()
    # A plan and a card that were to be made are known by their attempt’s own word.
    if row.kind not in OF_KEPT:
        return False
    return since.filter(kind__in=OF_KEPT, vault_id=row.vault_id).exists()


def _record(told: Told, outcome: Outcome) -> bool:
    late = replace(outcome, sentence=f"{outcome.sentence} PayTrace’s record of it came late.")
    if not protocol.record(told, late):
        return False
    row = Instruction.objects.get(id=told.instruction_id)
    operations.record("instruction.corrected", row, "Tieout")
    return True

"""Chargebacks: three doors into one effect. File, form and disputes provider all end here.

A dispute is a transaction of its own that names the payment, so a case told twice, or by two
doors, is one.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from integrations.canonical.arrows import DISPUTE, is_allowed
from integrations.canonical.disputes import Dispute, case_number, to_transaction
from integrations.canonical.problems import Problem
from integrations.canonical.transactions import GatewayTransaction
from integrations.connections.models import Connection
from integrations.events import deadlines, facts
from integrations.events.deadlines import Moved
from integrations.events.models import GatewayFact
from integrations.pipeline.taking_in import take_in
from tenants import audit
from tenants.errors import NotPossible


@dataclass(frozen=True)
class Told:
    """What became of the chargebacks somebody told: all of them, or none and the problems."""

    new: int = 0
    known: int = 0
    problems: tuple[Problem, ...] = ()
    moved: tuple[Moved, ...] = ()
    """Those known whose last day to contest is another one now."""


def record_chargebacks(
    disputes: Sequence[Dispute], *, connection_id: uuid.UUID, actor: str
) -> Told:
    """Enter what a person tells, in their order; with one problem nothing is entered.

    A problem's field is `<place>, <column>`, the place being 1 for the first. Inside the
    tenant transaction. Raises NotPossible for an account that posts to no Sage company.
    """
    source = Connection.objects.get(id=connection_id)
    if source.posts_to_id is None:
        raise NotPossible(f"{source.name} posts to no Sage company yet. Choose one first.")
    told = transactions(disputes, source=source)
    problems = _problems(told, source=source)
    if problems:
        return Told(problems=problems)
    fresh = take_in(told, source=source, seen_by=GatewayFact.SeenBy.PERSON)
    for one in fresh:
        _audit(one, source=source, actor=actor)
    moved = note_deadlines(told, source=source, seen_by=GatewayFact.SeenBy.PERSON, told_by=actor)
    return Told(new=len(fresh), known=len(told) - len(fresh), moved=tuple(moved))


def note_deadlines(
    told: Sequence[GatewayTransaction],
    *,
    source: Connection,
    seen_by: GatewayFact.SeenBy,
    told_by: str,
) -> list[Moved]:
    """Keep a last day to contest that is told anew of a case known before; those that moved."""
    moved = deadlines.record(told, connection_id=source.id, seen_by=seen_by, told_by=told_by)
    for one in moved:
        audit.record(
            "chargeback.deadline_moved",
            actor=told_by,
            subject=f"case {case_number(one.transaction_id)}",
            subject_id=source.id,
            details={"before": str(one.before or ""), "respond_by": str(one.after)},
        )
    return moved


def transactions(disputes: Sequence[Dispute], *, source: Connection) -> list[GatewayTransaction]:
    """The disputes as transactions that name their payments; told the same by whichever door."""
    payments = facts.histories(
        connection_id=source.id, transaction_ids=[one.payment_id for one in disputes]
    )
    return [
        to_transaction(
            one,
            account=str(source.settings["merchant_id"]),
            zone=str(source.settings["zone"]),
            payment=payments[one.payment_id][-1] if one.payment_id in payments else None,
        )
        for one in disputes
    ]


def contradiction(told: Sequence[GatewayTransaction], *, source: Connection) -> str:
    """Why these states of one case do not fit what is known, in a sentence; empty when they do.

    A payment that is not known yet contradicts nothing: it may still come.
    """
    payments = facts.histories(
        connection_id=source.id, transaction_ids=[one.original_transaction_id for one in told]
    )
    cases = facts.histories(
        connection_id=source.id, transaction_ids=[one.transaction_id for one in told]
    )
    for one in _fee_with_the_new(told, cases):
        payment = payments.get(one.original_transaction_id, [])
        before = cases.setdefault(one.transaction_id, [])
        found = (_of_payment(one, payment) if payment else None) or _of_case(one, before)
        if found is not None:
            return found[1]
        before.append(one)
    return ""


def _fee_with_the_new(
    told: Sequence[GatewayTransaction], cases: Mapping[str, Sequence[GatewayTransaction]]
) -> list[GatewayTransaction]:
    """A state that is new brings a late fee with it; then the states before need not."""
    known = {(one.transaction_id, one.state) for states in cases.values() for one in states}
    if all((one.transaction_id, one.state) in known for one in told):
        return list(told)
    return [
        replace(one, fee=None) if (one.transaction_id, one.state) in known else one for one in told
    ]


def _problems(told: Sequence[GatewayTransaction], *, source: Connection) -> tuple[Problem, ...]:
    payments = facts.histories(
        connection_id=source.id, transaction_ids=[one.original_transaction_id for one in told]
    )
    cases = facts.histories(
        connection_id=source.id, transaction_ids=[one.transaction_id for one in told]
    )
    problems = []
    for place, one in enumerate(told, start=1):
        payment = payments.get(one.original_transaction_id, [])
        before = cases.setdefault(one.transaction_id, [])
        found = _of_payment(one, payment) or _of_case(one, before)
        if found is not None:
            column, sentence = found
            problems.append(Problem(f"{place}, {column}", sentence))
        before.append(one)
    return tuple(problems)


def _of_payment(
    told: GatewayTransaction, payment: Sequence[GatewayTransaction]
) -> tuple[str, str] | None:
    number = told.original_transaction_id
    if not payment:
        return "payment", (
            f"Payment {number} is not known here. Check the number, or read its days from "
            "PayTrace first."
        )
    if told.amount.currency != payment[-1].amount.currency:
        return "amount", f"Payment {number} is over {payment[-1].amount}, not {told.amount}."
    if told.amount > payment[-1].amount:
        return "amount", f"Payment {number} is over {payment[-1].amount}, less than {told.amount}."
    return None


def _of_case(
    told: GatewayTransaction, before: Sequence[GatewayTransaction]
) -> tuple[str, str] | None:
    """What is told already of the case, here or further up in the same file."""
    name = f"Case {case_number(told.transaction_id)}"
    for one in before:
        named = {one.original_transaction_id, told.original_transaction_id} - {""}
        if len(named) > 1:
            return "payment", f"{name} is about payment {one.original_transaction_id}."
        if one.amount != told.amount:
            return "amount", f"{name} is over {one.amount}."
        moves = ((one.state, told.state), (told.state, one.state))
        if not any(is_allowed(*move, arrows=DISPUTE) for move in moves):
            return "state", f"{name} was {one.state.value}, so it cannot be {told.state.value} too."
    return _of_fee(told, before)


def _of_fee(
    told: GatewayTransaction, before: Sequence[GatewayTransaction]
) -> tuple[str, str] | None:
    """A fee is posted once: another one, or one told after its state was, fits nowhere."""
    if told.fee is None or not told.fee.amount:
        return None
    name = f"Case {case_number(told.transaction_id)}"
    fees = [one.fee for one in before if one.fee is not None and one.fee.amount]
    if fees and told.fee not in fees:
        return "fee", f"{name} has a fee of {fees[0]}, not {told.fee}."
    if not fees and told.state in {one.state for one in before}:
        return "fee", f"{name} was told without a fee, so {told.fee} was not posted with it."
    return None


def _audit(told: GatewayTransaction, *, source: Connection, actor: str) -> None:
    audit.record(
        f"chargeback.{told.state.value}",
        actor=actor,
        subject=f"{told.amount}, case {case_number(told.transaction_id)}",
        subject_id=source.id,
        details={
            "payment": told.original_transaction_id,
            "fee": str(told.fee or ""),
            "respond_by": str(told.respond_by or ""),
        },
    )

"""Answer: what was asked of an agent has its answer; whoever waited for it is rung.

Nothing is believed here: the company's next drain puts the same question again, and is told
what the answer says.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from integrations.connections import calibrating, testing
from integrations.connections.agents import jobs, pairing, self_test
from integrations.posting import outbox
from integrations.sagepro.agent import calls
from tenants import work
from tenants.models import WorkKind
from tenants.scope import tenant_transaction

_OF_FLAGGED_ROWS = frozenset({"flagged_rows", "answer_flagged"})


@dataclass(frozen=True)
class Answer:
    """One job's answer as an agent sent it."""

    job_id: uuid.UUID
    answer: Mapping[str, Any]


def take_answers(caller: pairing.Caller, answers: Sequence[Answer]) -> bool:
    """Store answers and ring for them, committed when this returns; False for an ended pairing.

    An answer that is known already, or whose job is gone, is let go. Outside transactions.
    """
    now = timezone.now()
    with tenant_transaction(caller.tenant_id):
        agent = pairing.in_force(caller.connection_id)
        if agent is None:
            return False
        told = {one.job_id: one.answer for one in answers}
        stored = jobs.store_answers(agent, told, now=now)
        jobs.forget_touched(caller.connection_id, stored)
        for one in stored:
            if one.name == calls.EXAMINE:
                self_test.keep(agent, one.answer, now=now)
        _ring(caller, stored)
    return True


def _ring(caller: pairing.Caller, answered: Sequence[jobs.Answered]) -> None:
    if not answered:
        return
    posted = [one.subject for one in answered if one.name == calls.POST]
    outbox.note_answers(company_id=caller.connection_id, effect_keys=posted)
    bells = [(WorkKind.DELIVER, caller.connection_id)]
    if any(one.name == calls.OPEN_ITEMS for one in answered):
        bells.append((WorkKind.OPEN_ITEMS, caller.connection_id))
    if any(one.name in _OF_FLAGGED_ROWS for one in answered):
        bells.append((WorkKind.FLAGGED, caller.connection_id))
    bells += [
        (WorkKind.CALIBRATE, step_id) for step_id in calibrating.waiting_steps(caller.connection_id)
    ]
    bells += [(WorkKind.TEST, test_id) for test_id in testing.waiting_tests(caller.connection_id)]
    work.ring_all(bells, tenant_id=caller.tenant_id)


def answer_came(*, tenant_id: uuid.UUID, company_id: uuid.UUID, effect_key: str) -> None:
    """Ring for one handed-over effect. Inside the transaction that stored its answer.

    Harmless when repeated, and for a key that is not known.
    """
    if outbox.note_answers(company_id=company_id, effect_keys=[effect_key]):
        work.ring(WorkKind.DELIVER, tenant_id=tenant_id, subject_id=company_id)

"""What must hold at every moment, checked every minute and after every walk in the tests.

The conservation equation: every effect is in exactly one counted state, so
received = posted + reversed + withdrawn + dismissed + noted + waiting + in work + needs a person.
A break of the money rules halts posting to that company in the same transaction.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from django.db import connection

from integrations.connections import health
from tenants.scope import tenant_transaction

log = structlog.get_logger("posting.invariants")


@dataclass(frozen=True)
class Conservation:
    """Counts of effects of one environment, by where they stand."""

    received: int
    posted: int
    reversed: int
    withdrawn: int
    dismissed: int
    noted: int
    waiting: int
    in_work: int
    needs_person: int

    @property
    def holds(self) -> bool:
        """Whether every received effect is in exactly one counted state."""
        return self.received == (
            self.posted + self.reversed + self.withdrawn + self.dismissed
            + self.noted + self.waiting + self.in_work + self.needs_person
        )  # fmt: skip


@dataclass(frozen=True)
class Break:
    """One broken rule: which, in which company, and the sentence for people."""

    rule: str
    company_id: uuid.UUID
    sentence: str


_COUNT = """
SELECT count(*),
    count(*) FILTER (WHERE state IN ('posted', 'adopted')),
    count(*) FILTER (WHERE state = 'reversed'),
    count(*) FILTER (WHERE state = 'withdrawn'),
    count(*) FILTER (WHERE state = 'dismissed'),
    count(*) FILTER (WHERE state = 'noted'),
    count(*) FILTER (WHERE state IN ('waiting_parent', 'waiting_period', 'waiting_mapping',
        'waiting_credential', 'waiting_erp')),
    count(*) FILTER (WHERE state IN ('new', 'ready', 'claimed', 'intent', 'unknown',
        'handed_over')),
    count(*) FILTER (WHERE state IN ('parked', 'partial'))
FROM posting_effect WHERE environment_id = %s
"""


def conservation(environment_id: uuid.UUID) -> Conservation:
    """Count one environment's effects in one statement; inside the tenant transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [environment_id])
        return Conservation(*cursor.fetchone())


_RULES: dict[str, tuple[str, str]] = {
    "ledger": (
        "A posted payment has no ledger entry, or a ledger entry no posted payment.",
        """
        SELECT e.company_id FROM posting_effect e
        LEFT JOIN posting_ledgerentry l ON l.effect_id = e.id
        WHERE (e.state IN ('posted', 'reversed') AND l.id IS NULL)
           OR (l.id IS NOT NULL AND e.state NOT IN ('posted', 'reversed'))
        """,
    ),
    "balance": (
        "A ledger entry does not balance.",
        """
        SELECT l.company_id FROM posting_ledgerentry l
        JOIN posting_ledgerline i ON i.entry_id = l.id
        GROUP BY l.id, l.company_id, l.amount, l.fee
        HAVING sum(i.debit) <> sum(i.credit) OR sum(i.debit) <> l.amount + l.fee
        """,
    ),
    "reversals": (
        "More was taken back than was posted.",
        """
        SELECT p.company_id FROM posting_ledgerentry p
        JOIN posting_ledgerentry r ON r.reverses_id = p.id
        GROUP BY p.id, p.company_id, p.amount HAVING sum(r.amount) > p.amount
        """,
    ),
    "one_question": (
        "Two questions about one payment are open at once.",
        """
        SELECT e.company_id FROM posting_effect e
        JOIN posting_postingattempt a ON a.effect_id = e.id AND a.ended_at IS NULL
        GROUP BY e.id, e.company_id HAVING count(*) > 1
        """,
    ),
    "parked_case": (
        "A payment needs a person, but no case asks one.",
        """
        SELECT e.company_id FROM posting_effect e
        WHERE e.state = 'parked' AND NOT EXISTS (
            SELECT 1 FROM exceptions_exceptioncase c
            WHERE c.effect_id = e.id AND c.state = 'open')
        """,
    ),
}
# A break of these is about money in the books, so posting stops until somebody has looked.
_HALTING = frozenset({"ledger", "balance", "reversals", "one_question"})


def breaks() -> list[Break]:
    """Every broken rule of the open tenant; empty when all is well."""
    found = []
    with connection.cursor() as cursor:
        for rule, (sentence, statement) in _RULES.items():
            cursor.execute(statement)
            found += [Break(rule, company, sentence) for company in _distinct(cursor.fetchall())]
    return found


def check(*, tenant_id: uuid.UUID) -> list[Break]:
    """Look for breaks and halt the companies concerned, in one transaction."""
    with tenant_transaction(tenant_id):
        found = breaks()
        for broken in found:
            log.error("invariant.broken", rule=broken.rule, company_id=str(broken.company_id))
            if broken.rule in _HALTING:
                health.halt(connection_id=broken.company_id, reason=broken.sentence)
    return found


def _distinct(rows: Sequence[tuple[uuid.UUID]]) -> list[uuid.UUID]:
    return sorted({row[0] for row in rows})

"""Preview: what a real recent payment would become under other rows or rules. No network."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from integrations.accounting.dates import accounting_date
from integrations.accounting.journal import Journal, journal_for
from integrations.accounting.rules import GLRule, Resolution, resolve
from integrations.accounting.templates import JournalKind, roles_of
from integrations.canonical.fields import Record
from integrations.canonical.posting import JournalLine
from integrations.canonical.problems import Problem
from integrations.mapping.engine import TraceLine, apply
from integrations.mapping.rows import MappingRow
from integrations.workflows.gathering import Seen, load, subject_of
from integrations.workflows.subject import Subject


@dataclass(frozen=True)
class Preview:
    """Receipt values and journal as they would be, each with its why; and what stands against."""

    record: Record
    values: Mapping[str, str]
    trace: Mapping[str, tuple[TraceLine, ...]]
    lines: tuple[JournalLine, ...]
    resolutions: tuple[Resolution, ...]
    problems: tuple[Problem, ...]


def preview(
    *,
    effect_id: uuid.UUID,
    rows: Sequence[MappingRow] | None = None,
    rules: Sequence[GLRule] | None = None,
    kind: JournalKind = JournalKind.RECEIPT,
) -> Preview:
    """Map and account a stored payment with these rows and rules instead of those in force.

    Inside the tenant transaction; nothing is written and nobody is asked. Raises
    Effect.DoesNotExist.
    """
    loaded = load(effect_id)
    subject = subject_of(loaded, Seen(periods=()), ours={})
    if rows is not None:
        subject = replace(subject, rows=tuple(rows))
    if rules is not None:
        subject = replace(subject, rules=tuple(rules))
    mapped = apply(subject.rows, subject.record, targets=subject.targets)
    journal, resolutions = _account(subject, kind)
    return Preview(
        record=subject.record,
        values=mapped.values,
        trace=mapped.trace,
        lines=journal.lines,
        resolutions=resolutions,
        problems=(*mapped.problems, *journal.problems),
    )


def _account(subject: Subject, kind: JournalKind) -> tuple[Journal, tuple[Resolution, ...]]:
    if subject.amount.amount <= Decimal(0):
        return Journal((), ""), ()
    day = accounting_date(
        subject.transaction.created_at, zone=subject.zone, cut_off=subject.cut_off
    )
    method = subject.transaction.method
    journal = journal_for(
        kind, subject.amount, method=method, record=subject.record,
        rules=subject.rules, accounts=subject.accounts, on=day,
    )  # fmt: skip
    resolutions = tuple(
        resolve(role, subject.record, rules=subject.rules, accounts=subject.accounts, on=day)
        for role in roles_of(kind, method=method)
    )
    return journal, resolutions

"""The posting that says what was keyed, as a workflow would ask for it."""

from __future__ import annotations

from decimal import Decimal

from integrations.canonical.money import Money
from integrations.canonical.posting import (
    JOURNALS,
    Application,
    JournalLine,
    PostingKind,
    PostingRequest,
)
from integrations.sagepro.calibration.keyed import Keyed
from integrations.sagepro.calibration.observation import Observation
from integrations.sagepro.calibration.transactions import TASKS
from integrations.sagepro.profile import PostingProfile

_ZERO = Decimal(0)


def request_of(found: Observation, profile: PostingProfile) -> PostingRequest | str:
    """The posting that says what was keyed; a sentence when it cannot be said so."""
    keyed, kind = found.keyed, TASKS[found.transaction].proves
    if kind is None:
        return "Tieout does not post this kind of transaction."
    lines = _journal(found, kind, profile)
    problem = _unbalanced(lines, kind, profile) or _too_long(keyed, kind, profile)
    if problem:
        return problem
    return PostingRequest(
        effect_key=f"calibration:{found.transaction}",
        marker=keyed.reference,
        kind=kind,
        customer_number=keyed.customer,
        amount=Money(keyed.amount, profile.home_currency),
        accounting_date=keyed.day,
        applications=tuple(Application(p.invoice, p.amount, p.discount) for p in keyed.parts),
        journal=lines,
        fields={n: text for n, text in keyed.fields.items() if n in profile.receipt_fields},
        reverses="calibration:taken-back" if keyed.takes_back else "",
        reverses_marker=keyed.takes_back,
        credit_number=keyed.credit,
        fee=keyed.fee,
    )


def _journal(
    found: Observation, kind: PostingKind, profile: PostingProfile
) -> tuple[JournalLine, ...]:
    """A journal is what was keyed; the GL lines of all else are Sage's own."""
    keyed = found.keyed
    if kind in JOURNALS:
        return (
            _line(keyed.debit_account, keyed.amount),
            _line(keyed.credit_account, -keyed.amount),
        )
    return _lines_of_sage(found, profile)


def _lines_of_sage(found: Observation, profile: PostingProfile) -> tuple[JournalLine, ...]:
    """What Sage wrote into the GL distribution, the account of the money first."""
    change = found.changes.get(profile.physical_table("distributions"))
    account = profile.column("distributions", "account").name
    amount = profile.column("distributions", "amount").name
    sign = -1 if profile.credits_are_positive else 1
    lines = [
        _line(str(row.get(account) or "").strip(), sign * Decimal(row.get(amount) or 0))
        for row in (change.added if change else ())
        if Decimal(row.get(amount) or 0)
    ]
    return tuple(sorted(lines, key=lambda line: not _is_money(line, found.keyed)))


def _line(account: str, amount: Decimal) -> JournalLine:
    return JournalLine(account, max(amount, _ZERO), max(-amount, _ZERO))


def _is_money(line: JournalLine, keyed: Keyed) -> bool:
    """A chargeback and its fee may leave the bank in one line."""
    if keyed.takes_back:
        return line.credit in {keyed.amount, keyed.amount + keyed.fee}
    return line.debit == keyed.amount


def _unbalanced(lines: tuple[JournalLine, ...], kind: PostingKind, profile: PostingProfile) -> str:
    has_none = kind is PostingKind.APPLICATION and not profile.distributes_applications
    if not sum((line.debit - line.credit for line in lines), _ZERO) and (lines or has_none):
        return ""
    name = profile.physical_table("distributions")
    return f"Sage wrote no GL distribution into {name} that adds up to nothing."


def _too_long(keyed: Keyed, kind: PostingKind, profile: PostingProfile) -> str:
    """Our marker will stand where the reference stands."""
    place = ("distributions", "document_number") if kind in JOURNALS else ("receipts", "marker")
    width = profile.column(*place).type.width
    if 0 < len(keyed.reference) <= width:
        return ""
    return f"The reference ‘{keyed.reference}’ does not fit into {width} characters."

"""Stock that a person says is allocated: the books hold one quantity, which may not prove it.

What they cannot show, a second word of that person decides; who and when is kept and audited.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from integrations.canonical.keyed_changes import ChangeSeen
from integrations.canonical.stock import Allocation, ChangeOutcome
from integrations.connections import worksheet_changes
from integrations.connections.models import WorksheetEntry
from integrations.connections.rows import locked_connection, record_change
from integrations.connections.worksheet import EntryState
from integrations.connections.worksheet_changes import Asked, Kept
from integrations.matching.keyed_stock import Proof, judge


def judged(
    asked: Asked, entry: WorksheetEntry, seen: ChangeSeen, *, company_id: UUID
) -> ChangeSeen:
    """DONE where the quantity proves it, or a person says so twice; else what is in the way.

    Inside the open company's transaction. Leaves alone what nobody says is keyed.
    """
    is_said = entry.state == EntryState.CONFIRMED
    if not isinstance(asked.wanted, Allocation) or seen.stands is None or not is_said:
        return seen
    kept = Kept.of(entry)
    proof = judge(
        asked.wanted,
        stood=kept.stood,
        stands=seen.stands,
        since=worksheet_changes.moved_since(kept, company_id=company_id),
        said=worksheet_changes.moves_said(asked.effect_key, company_id=company_id),
    )
    if proof is Proof.KEYED:
        return _done(seen)
    if proof is Proof.UNPROVEN and kept.is_unproven:
        return _on_word(entry, seen)
    is_unproven = proof is Proof.UNPROVEN
    worksheet_changes.doubt(asked, company_id=company_id, is_unproven=is_unproven)
    return replace(seen, told=_told(kept, seen.stands, is_unproven=is_unproven))


def _done(seen: ChangeSeen, **more: str) -> ChangeSeen:
    evidence = {**seen.result.evidence, **more}
    result = replace(seen.result, outcome=ChangeOutcome.DONE, evidence=evidence)
    return replace(seen, result=result)


def _on_word(entry: WorksheetEntry, seen: ChangeSeen) -> ChangeSeen:
    record_change(
        "worksheet.believed_on_word",
        locked_connection(entry.company_id),
        entry.confirmed_by,
        marker=entry.marker,
        key=entry.effect_key,
    )
    when = f"{entry.confirmed_at:%Y-%m-%d %H:%M} UTC" if entry.confirmed_at else ""
    return _done(seen, known_by=f"{entry.confirmed_by} said so twice, last on {when}.")


def _told(kept: Kept, stands: Decimal, *, is_unproven: bool) -> str:
    (row,) = kept.listed
    (column,) = row.values
    where = f"{row.name}.{column.name} of {row.key} is {stands:f} in Sage"
    if not is_unproven:
        return f"{where} and should be {column.value}."
    return (
        f"{where}. It was {column.was} when this was listed, and with this it would be "
        f"{column.value}: something else moved it too, so the books cannot show whether this is "
        "keyed. If it is, tick it once more; your word is kept."
    )

"""The question about a change that a person keys: the books answer it, then the worksheet.

As with postings (`integrations.connections.keying`), the books are looked at before anything is
listed and before anything is believed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from integrations.canonical.keyed_changes import (
    ChangeQuestion,
    ChangeSeen,
    KeyedVersion,
    Wanted,
    question_about,
)
from integrations.canonical.orders import OrderRequest
from integrations.canonical.posting import Hands, Refusal
from integrations.canonical.stock import ChangeOutcome, ChangeResult
from integrations.connections import worksheet, worksheet_changes
from integrations.connections.models import WorksheetEntry
from integrations.connections.worksheet import EntryState
from integrations.connections.worksheet_changes import Asked, Kept
from integrations.sagepro.beyond_payments import BeyondPayments
from integrations.sagepro.columns import MarkerRule
from integrations.sagepro.unsendable import refused_number
from tenants.scope import tenant_transaction

_LISTED = (EntryState.WAITING, EntryState.CONFIRMED)
_FREE = (None, EntryState.TAKEN_OFF, EntryState.GIVEN_BACK)
_STANDS = (ChangeOutcome.DONE, ChangeOutcome.MATCHED, ChangeOutcome.EXISTS)
_ENDS = (ChangeOutcome.CONFLICT, ChangeOutcome.WITHDRAWN)


@dataclass(frozen=True)
class ChangeDesk:
    """One company's worksheet, and the way its books are read. Called outside transactions."""

    reader: BeyondPayments
    rule: MarkerRule
    tenant_id: UUID
    company_id: UUID

    def answer(self, wanted: Wanted) -> ChangeResult:
        """DONE or MATCHED once it is read in the books, EXISTS when asked about again,
        HANDED_OVER until a person has keyed it; the rest as `BeyondPayments` says."""
        if refused := refused_number(wanted):
            return refused
        asked = Asked.of(wanted, self.rule)
        with tenant_transaction(self.tenant_id):
            entry = worksheet_changes.find(asked.effect_key, company_id=self.company_id)
            known = self._known(asked, entry)
            question = known or self._question(asked, entry)
        if isinstance(question, ChangeResult):
            return question
        seen = self.reader.look_for_change(question)
        with tenant_transaction(self.tenant_id):
            return self._answer(asked, entry, seen)

    def not_the_writers(self, wanted: Wanted) -> ChangeResult | None:
        """The answer to what a person has keyed, where Tieout writes now; None for the rest."""
        asked = Asked.of(wanted, self.rule)
        with tenant_transaction(self.tenant_id):
            entry = worksheet_changes.find(asked.effect_key, company_id=self.company_id)
            versions = self._versions(wanted)
        if entry is not None and entry.state not in _FREE:
            return self.answer(wanted)
        if isinstance(wanted, OrderRequest) and versions:
            return _keyed_by_a_person(wanted.order)
        return None

    def _known(self, asked: Asked, entry: WorksheetEntry | None) -> ChangeResult | None:
        """What the worksheet alone answers."""
        if entry is None:
            is_other = worksheet_changes.is_other_key(asked, company_id=self.company_id)
            other = ChangeResult(ChangeOutcome.CONFLICT) if is_other else None
            return other or self._waits_its_turn(asked.wanted)
        if entry.state == EntryState.WITHDRAWN:
            return ChangeResult(ChangeOutcome.WITHDRAWN)
        is_same = (entry.kind, entry.payload_hash) == (asked.kind, asked.payload_hash)
        # One that was given back may be asked for otherwise.
        if entry.state not in _FREE and not is_same:
            return ChangeResult(ChangeOutcome.CONFLICT)
        return self._waits_its_turn(asked.wanted) if entry.state in _FREE else None

    def _waits_its_turn(self, wanted: Wanted) -> ChangeResult | None:
        """Another version of the same order is keyed, or taken off, before this one is listed:
        whoever has keyed it and not said so would else key it twice."""
        if not isinstance(wanted, OrderRequest):
            return None
        other = worksheet_changes.other_version(wanted, company_id=self.company_id)
        if other is None:
            return None
        told = f"Version {other} of order {wanted.order.strip()} stands on the worksheet."
        evidence = {"waiting_for": told, "held_by": Hands.PERSON.value}
        return ChangeResult(ChangeOutcome.WAIT, evidence)

    def _versions(self, wanted: Wanted) -> tuple[KeyedVersion, ...]:
        if not isinstance(wanted, OrderRequest):
            return ()
        return worksheet_changes.versions(wanted, company_id=self.company_id)

    def _question(self, asked: Asked, entry: WorksheetEntry | None) -> ChangeQuestion:
        state = entry.state if entry else None
        said_at = entry.confirmed_at if entry and state == EntryState.CONFIRMED else None
        return replace(
            question_about(asked.wanted),
            is_listed=state in _LISTED,
            is_seen=state == EntryState.SEEN,
            number=entry.number if entry and state not in _FREE else "",
            versions=self._versions(asked.wanted),
            numbers=worksheet_changes.numbers_listed(asked.kind, company_id=self.company_id),
            said_at=said_at.isoformat() if said_at else "",
        )

    def _answer(self, asked: Asked, entry: WorksheetEntry | None, seen: ChangeSeen) -> ChangeResult:
        result, state = seen.result, entry.state if entry else None
        if result.outcome in _STANDS:
            return self._stands(asked, seen)
        if result.outcome in _ENDS or state == EntryState.SEEN:
            return result
        if entry and state in _LISTED:
            if result.outcome is ChangeOutcome.WAIT:
                return result
            return self._still_waits(asked, entry, _in_the_way(seen))
        if state == EntryState.TAKEN_OFF:
            problem = worksheet.give_back(asked, company_id=self.company_id)
            refusal = Refusal("not_keyed", problem, remedy="Ask again if it is still wanted.")
            return ChangeResult(ChangeOutcome.REFUSED, refusal=refusal)
        return self._list(asked, seen) if seen.listed else result

    def _stands(self, asked: Asked, seen: ChangeSeen) -> ChangeResult:
        result = seen.result
        is_new = worksheet_changes.see(
            asked, number=result.number, record=seen.record, company_id=self.company_id
        )
        return result if is_new else replace(result, outcome=ChangeOutcome.EXISTS)

    def _list(self, asked: Asked, seen: ChangeSeen) -> ChangeResult:
        entry = worksheet_changes.enter(
            asked,
            Kept(seen.listed),
            number=seen.result.number,
            company_id=self.company_id,
            problem=seen.told,
        )
        # Somebody else may have forbidden it since it was looked at.
        if entry.state == EntryState.WITHDRAWN:
            return ChangeResult(ChangeOutcome.WITHDRAWN)
        return _waits(seen.told)

    def _still_waits(self, asked: Asked, entry: WorksheetEntry, told: str) -> ChangeResult:
        if entry.state == EntryState.WAITING:
            worksheet.say(asked, company_id=self.company_id, problem=told)
        elif entry.confirmed_at:
            worksheet.go_back(
                asked, company_id=self.company_id, said_at=entry.confirmed_at, missing=told
            )
        return _waits(told)


def _in_the_way(seen: ChangeSeen) -> str:
    refusal = seen.result.refusal
    return refusal.sentence if refusal else seen.told


def _waits(told: str) -> ChangeResult:
    waiting = f"It stands on the worksheet, for a person to key into Sage. {told}".strip()
    evidence = {"waiting_for": waiting, "held_by": Hands.PERSON.value}
    return ChangeResult(ChangeOutcome.HANDED_OVER, evidence)


def _keyed_by_a_person(order: str) -> ChangeResult:
    refusal = Refusal(
        "order_by_hand",
        f"A person keyed order {order.strip()} into Sage, so Tieout does not change it.",
        field="order",
        remedy="Change it in Sage, or let a person key from the worksheet.",
    )
    return ChangeResult(ChangeOutcome.REFUSED, refusal=refusal)

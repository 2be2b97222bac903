"""The question about a change that a person keys: the books answer it, then the worksheet.

As with postings (`integrations.connections.keying`), the books are looked at before anything is
listed and before anything is believed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
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
from integrations.connections import keying_stock, worksheet, worksheet_changes
from integrations.connections.models import WorksheetEntry
from integrations.connections.rows import locked_connection
from integrations.connections.worksheet import EntryState
from integrations.connections.worksheet_changes import Asked, Kept
from integrations.sagepro.backends import by_hand
from integrations.sagepro.beyond_payments import BeyondPayments
from integrations.sagepro.profile import PostingProfile
from integrations.sagepro.unsendable import refused_number
from tenants.scope import tenant_transaction

_LISTED = (EntryState.WAITING, EntryState.CONFIRMED)
_FREE = (None, EntryState.TAKEN_OFF, EntryState.GIVEN_BACK)
_STANDS = (ChangeOutcome.DONE, ChangeOutcome.MATCHED, ChangeOutcome.EXISTS)
_ENDS = (ChangeOutcome.CONFLICT, ChangeOutcome.WITHDRAWN)


_TRIES = 5


@dataclass(frozen=True)
class _Looked:
    """What the worksheet says of a change, and what is asked of the books."""

    entry: WorksheetEntry | None
    known: ChangeResult | None
    question: ChangeQuestion

    @property
    def of_it(self) -> ChangeQuestion:
        """What the worksheet says of this change, without what else stands there."""
        return replace(self.question, numbers=(), moves=())


@dataclass(frozen=True)
class ChangeDesk:
    """One company's worksheet, and the way its books are read. Called outside transactions."""

    reader: BeyondPayments
    profile: PostingProfile
    tenant_id: UUID
    company_id: UUID

    def answer(self, wanted: Wanted) -> ChangeResult:
        """DONE or MATCHED once it is read in the books, EXISTS when asked about again,
        HANDED_OVER until a person has keyed it; the rest as `BeyondPayments` says."""
        # Nothing that no books could hold is sent to any, such as a card number.
        refused = refused_number(wanted) or by_hand.check(self.profile, wanted)
        if refused:
            return refused
        asked = Asked.of(wanted, self.profile.marker)
        for _ in range(_TRIES):
            if result := self._once(asked):
                return result
        return _wait("Others are being listed on the worksheet.")

    def _once(self, asked: Asked) -> ChangeResult | None:
        """None when the worksheet changed while the books were looked at."""
        with tenant_transaction(self.tenant_id):
            looked = self._look(asked)
        if looked.known:
            return looked.known
        seen = self.reader.look_for_change(looked.question)
        with tenant_transaction(self.tenant_id):
            # What was listed and keyed since would be taken for somebody else's.
            if self._look(asked).of_it != looked.of_it:
                return None
            return self._answer(asked, looked, seen)

    def _look(self, asked: Asked) -> _Looked:
        entry = worksheet_changes.find(asked.effect_key, company_id=self.company_id)
        return _Looked(entry, self._known(asked, entry), self._question(asked, entry))

    def not_the_writers(self, wanted: Wanted) -> ChangeResult | None:
        """The answer to what a person has keyed, where Tieout writes now; None for the rest."""
        if refused := refused_number(wanted):
            return refused
        asked = Asked.of(wanted, self.profile.marker)
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
        return _wait(told)

    def _versions(self, wanted: Wanted) -> tuple[KeyedVersion, ...]:
        if not isinstance(wanted, OrderRequest):
            return ()
        return worksheet_changes.versions(wanted, company_id=self.company_id)

    def _question(self, asked: Asked, entry: WorksheetEntry | None) -> ChangeQuestion:
        state = entry.state if entry else None
        said_at = entry.confirmed_at if entry and state == EntryState.CONFIRMED else None
        question = replace(
            question_about(asked.wanted),
            is_listed=state in _LISTED,
            is_seen=state == EntryState.SEEN,
            number=entry.number if entry and state not in _FREE else "",
            versions=self._versions(asked.wanted),
            said_at=said_at.isoformat() if said_at else "",
        )
        if state not in _FREE:
            return question
        place = self.company_id
        return replace(
            question,
            numbers=worksheet_changes.numbers_listed(asked.kind, company_id=place),
            moves=worksheet_changes.moves_listed(asked.effect_key, company_id=place),
        )

    def _answer(self, asked: Asked, looked: _Looked, seen: ChangeSeen) -> ChangeResult | None:
        entry = looked.entry
        if entry:
            seen = keying_stock.judged(asked, entry, seen, company_id=self.company_id)
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
        return self._list(asked, looked, seen) if seen.listed else result

    def _stands(self, asked: Asked, seen: ChangeSeen) -> ChangeResult:
        result = seen.result
        is_new = worksheet_changes.see(
            asked, number=result.number, record=seen.record, company_id=self.company_id
        )
        return result if is_new else replace(result, outcome=ChangeOutcome.EXISTS)

    def _list(self, asked: Asked, looked: _Looked, seen: ChangeSeen) -> ChangeResult | None:
        # One is listed at a time, so that no two get one number, or the last of one item.
        locked_connection(self.company_id)
        if self._look(asked) != looked:
            return None
        entry = worksheet_changes.enter(
            asked,
            Kept(seen.listed, moves=seen.moves, stood=seen.stands or Decimal(0)),
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


def _wait(told: str) -> ChangeResult:
    evidence = {"waiting_for": told, "held_by": Hands.PERSON.value}
    return ChangeResult(ChangeOutcome.WAIT, evidence)


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

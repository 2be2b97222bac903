"""The question about a posting that a person keys: the books answer it, then the worksheet.

The books are looked at before anything is listed and before anything is believed. What they
would not take is refused and not listed; once it is listed, only a person or the books end it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from integrations.canonical.keyed import GLLine, KeyedAnswer, KeyedQuestion
from integrations.canonical.ledger_documents import Receipt
from integrations.canonical.posting import (
    Hands,
    PostingOutcome,
    PostingRequest,
    PostingResult,
    Refusal,
    WithdrawOutcome,
)
from integrations.connections import worksheet
from integrations.connections.worksheet import EntryState, Looked
from integrations.matching.keyed import Keyed, NotKeyed, find_keyed
from integrations.sagepro.backends.plan import reference
from integrations.sagepro.connector import Connector
from tenants.scope import tenant_transaction

_LISTED = (EntryState.WAITING, EntryState.CONFIRMED)
_OTHER_CONTENTS = "The key was posted with other contents."
_OTHER_KEY = "The marker belongs to another key."
_OTHER_RECEIPTS = "Receipts in Sage carry this marker with other values."
_TRIES = 5
_OTHER_LINES = "The GL lines in Sage are not the ones we wrote."


@dataclass(frozen=True)
class Desk:
    """One company's worksheet, and the way its books are read. Called outside transactions."""

    reader: Connector
    tenant_id: UUID
    company_id: UUID

    def state(self, effect_key: str) -> EntryState | None:
        """Where the entry of this key stands; None when there is none."""
        return worksheet.state_of(
            tenant_id=self.tenant_id, company_id=self.company_id, effect_key=effect_key
        )

    def expect(self, request: PostingRequest) -> None:
        """This one is keyed by a person from now on, whoever was asked before."""
        with tenant_transaction(self.tenant_id):
            worksheet.expect(request, company_id=self.company_id)

    def answer(self, request: PostingRequest) -> PostingResult:
        """POSTED once what was listed is read in the books, EXISTS if it stood there already or
        is asked about again, HANDED_OVER until a person has keyed it; the rest as `Connector`
        says."""
        for _ in range(_TRIES):
            if result := self._once(request):
                return result
        return _moving()

    def _once(self, request: PostingRequest) -> PostingResult | None:
        """None when the worksheet changed while the books were looked at."""
        with tenant_transaction(self.tenant_id):
            looked = worksheet.look(request, company_id=self.company_id)
        known = _known(request, looked)
        if known is not None:
            return known
        seen = self.reader.look_for_keyed(_question(request, looked))
        with tenant_transaction(self.tenant_id):
            # What was listed and keyed since would be taken for somebody else's.
            if worksheet.look(request, company_id=self.company_id) != looked:
                return None
            taken = worksheet.taken(
                [one.key for one in seen.alike],
                company_id=self.company_id,
                but=request.effect_key,
            )
            is_said = looked.said_at is not None
            found = find_keyed(request, seen, is_said=is_said, taken=taken)
            if isinstance(found, Keyed):
                return self._found(request, found)
            if looked.state is EntryState.SEEN:
                return _gone(request, found, seen)
            return self._missing(request, looked, seen, found)

    def withdraw(self, effect_key: str, marker: str) -> WithdrawOutcome:
        """EXISTS once it is in the books, PENDING while a person says that it is."""
        seen = self.reader.look_for_keyed(KeyedQuestion(marker))
        if seen.receipts or seen.lines or seen.is_recorded:
            return WithdrawOutcome.EXISTS
        return self.forbid(effect_key, marker)

    def forbid(self, effect_key: str, marker: str) -> WithdrawOutcome:
        """The same by the worksheet alone, where the books have been asked."""
        with tenant_transaction(self.tenant_id):
            return worksheet.withdraw(
                company_id=self.company_id, effect_key=effect_key, marker=marker
            )

    def _found(self, request: PostingRequest, found: Keyed) -> PostingResult:
        was_listed = worksheet.see(request, found, company_id=self.company_id)
        return _seen(request, found, PostingOutcome.POSTED if was_listed else PostingOutcome.EXISTS)

    def _missing(
        self, request: PostingRequest, looked: Looked, seen: KeyedAnswer, found: NotKeyed
    ) -> PostingResult:
        if looked.state in _LISTED:
            return self._still_waits(request, looked, seen, found)
        if looked.state is EntryState.TAKEN_OFF:
            return _given_back(worksheet.give_back(request, company_id=self.company_id))
        if found.stands_wrong:
            told = _OTHER_LINES if request.is_journal else _OTHER_RECEIPTS
            return _conflict(told, found.sentence)
        return _no(seen) or self._list(request, found.sentence)

    def _list(self, request: PostingRequest, missing: str) -> PostingResult:
        entry = worksheet.enter(request, company_id=self.company_id)
        # Somebody else may have forbidden it since it was looked at.
        if entry.state == EntryState.WITHDRAWN:
            return PostingResult(PostingOutcome.WITHDRAWN)
        return _waits(missing)

    def _still_waits(
        self, request: PostingRequest, looked: Looked, seen: KeyedAnswer, found: NotKeyed
    ) -> PostingResult:
        told = found.sentence if found.stands_wrong else ""
        if not told and seen.refusal is not None:
            told = seen.refusal.sentence
        if looked.said_at is None:
            worksheet.say(request, company_id=self.company_id, problem=told)
        else:
            missing = found.sentence if told in found.sentence else f"{found.sentence} {told}"
            worksheet.go_back(
                request, company_id=self.company_id, said_at=looked.said_at, missing=missing
            )
        return _waits(told or found.sentence)


def _known(request: PostingRequest, looked: Looked) -> PostingResult | None:
    """What the worksheet alone answers."""
    if looked.is_other_key:
        return _conflict(_OTHER_KEY)
    if looked.state is EntryState.WITHDRAWN:
        return PostingResult(PostingOutcome.WITHDRAWN)
    # One that was given back may have been decided otherwise since.
    is_open = looked.state not in (None, EntryState.TAKEN_OFF, EntryState.GIVEN_BACK)
    if is_open and looked.payload_hash != request.payload_hash:
        return _conflict(_OTHER_CONTENTS)
    return None


def _question(request: PostingRequest, looked: Looked) -> KeyedQuestion:
    said_at = looked.said_at.isoformat() if looked.said_at else ""
    return KeyedQuestion(request.marker, request, before=looked.before, said_at=said_at)


def _no(seen: KeyedAnswer) -> PostingResult | None:
    """Why it is not listed: Sage would not take it, or not now."""
    if seen.refusal is not None:
        return PostingResult(PostingOutcome.REFUSED, refusal=seen.refusal)
    if seen.waiting_for:
        return PostingResult(PostingOutcome.WAIT, evidence={"waiting_for": seen.waiting_for})
    return None


def _gone(request: PostingRequest, found: NotKeyed, seen: KeyedAnswer) -> PostingResult:
    """It was read in the books once; somebody changed it there since."""
    if found.is_part:
        evidence = {"conflict": found.sentence, **_rows(seen.receipts, seen.lines)}
        return PostingResult(PostingOutcome.PARTIAL, evidence=evidence)
    told = _OTHER_LINES if request.is_journal else "The receipts in Sage are not the ones we wrote."
    return _conflict(told, found.sentence)


def _conflict(told: str, more: str = "") -> PostingResult:
    evidence = {"conflict": told} | ({"found": more} if more else {})
    return PostingResult(PostingOutcome.CONFLICT, evidence=evidence)


def _given_back(problem: str) -> PostingResult:
    refusal = Refusal("not_keyed", problem, remedy="Decide what it should be.")
    return PostingResult(PostingOutcome.REFUSED, refusal=refusal)


def _waits(missing: str) -> PostingResult:
    told = f"It stands on the worksheet, for a person to key into Sage. {missing}"
    evidence = {"waiting_for": told, "held_by": Hands.PERSON}
    return PostingResult(PostingOutcome.HANDED_OVER, evidence=evidence)


def _moving() -> PostingResult:
    evidence = {"waiting_for": "The worksheet is being worked on."}
    return PostingResult(PostingOutcome.WAIT, evidence=evidence)


def _seen(request: PostingRequest, found: Keyed, outcome: PostingOutcome) -> PostingResult:
    numbers = list(dict.fromkeys(receipt.invoice_number for receipt in found.receipts))
    return PostingResult(
        outcome,
        sage_reference=f"{reference(request, numbers)}, keyed by hand",
        evidence={**_rows(found.receipts, found.lines), "known_by": found.why},
    )


def _rows(receipts: Sequence[Receipt], lines: Sequence[GLLine]) -> Mapping[str, object]:
    """What stands in the books, in words, for a person to compare."""
    cash = [
        {
            "Invoice": receipt.invoice_number,
            "Customer": receipt.customer_number,
            "Date": receipt.paid_date.isoformat() if receipt.paid_date else "",
            "Amount": f"{receipt.amount:.2f}",
            "Discount": f"{receipt.discount:.2f}",
            "Reference": receipt.reference,
        }
        for receipt in receipts
    ]
    journal = [
        {
            "Account": line.account,
            "Date": line.day.isoformat() if line.day else "",
            "Amount": f"{line.amount:.2f}",
            "Reference": line.reference,
        }
        for line in lines
    ]
    return {"Cash receipts": cash} | ({"GL distribution": journal} if journal else {})

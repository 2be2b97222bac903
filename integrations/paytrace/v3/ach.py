"""ACH over v3: payments under an idempotency key, records in real time, deposits."""

# What a version lacks takes the arguments of the other.
# ruff: noqa: ARG002
from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from integrations.canonical.ach import AchDeposit, AchDepositPart, AchStatus, AchTransaction
from integrations.canonical.errors import IntegrationError, NeverWorks, OutcomeUnknown
from integrations.canonical.money import Money
from integrations.canonical.transactions import Unreadable
from integrations.paytrace import endpoints_v3 as at
from integrations.paytrace.ach import (
    MAX_IDEMPOTENCY_KEY,
    AchCharge,
    AchDateKind,
    AchRefundResult,
    AchResult,
    BankAccount,
)
from integrations.paytrace.ach_reading import (
    to_ach,
    to_ach_record,
    to_deposit_part,
    to_deposit_record,
)
from integrations.paytrace.answers import check_invoice_id, id_of, unclear, unreadable
from integrations.paytrace.codes import ErrorCode
from integrations.paytrace.endpoint import Endpoint
from integrations.paytrace.gaps import not_offered
from integrations.paytrace.http import Reply
from integrations.paytrace.moments import write_iso
from integrations.paytrace.record_fields import text_of
from integrations.paytrace.refusals import refusal
from integrations.paytrace.v3.speaker import Json, Speaker, data_of, refused, rows_in
from integrations.paytrace.v3.wording import address_fields

PAGE = 30
"""The most rows one answer holds (ACHTransactionRecords page)."""
_MOST_PAGES = 4_000
# The field of a 422 that may hide an accepted payment (solution25 plugin, changelog 1.2.5).
_QUIRK = "path/record_id"


class V3Ach:
    """See Ach for what each call promises."""

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker

    def sale(self, charge: AchCharge) -> AchResult:
        fields = self._payment(charge)
        reply = self._speaker.attempt(at.ACH_PAYMENT, **fields)
        if _is_quirk(reply):
            return self._taken_after_all(charge.idempotency_key)
        if reply.status >= 400:
            raise refused(reply) or unclear(reply.body)
        if reply.body.get("success") is False or reply.body.get("errors"):
            raise refusal(reply.body)
        return AchResult(id_of(data_of(reply.body)))

    def hold(self, charge: AchCharge) -> AchResult:
        raise _not_documented("hold")

    def fund(self, *, transaction_id: str, amount: Money | None = None) -> AchResult:
        raise _not_documented("fund")

    def void(self, transaction_id: str) -> AchResult:
        raise _not_documented("void")

    def refund(self, *, transaction_id: str, amount: Money | None = None) -> AchRefundResult:
        raise _not_documented("refund")

    def transaction(self, transaction_id: str) -> AchTransaction | None:
        return self._one(at.ACH_RECORD, transaction_id)

    def find(self, *, idempotency_key: str) -> AchTransaction | None:
        return self._one(at.ACH_BY_KEY, idempotency_key)

    def transactions(
        self,
        *,
        start: date,
        end: date,
        by: AchDateKind = AchDateKind.PROCESSED,
        statuses: Sequence[AchStatus] = (),
    ) -> list[AchTransaction]:
        found: dict[str, AchTransaction] = {}
        for raw in self._rows(start=start, end=end, by=by, statuses=statuses):
            one = to_ach(raw, reading=self._speaker.reading)
            found[one.transaction_id] = one
        return sorted(found.values(), key=lambda one: (one.created_at, one.transaction_id))

    def listed(
        self,
        *,
        start: date,
        end: date,
        by: AchDateKind = AchDateKind.PROCESSED,
        statuses: Sequence[AchStatus] = (),
    ) -> Iterator[AchTransaction | Unreadable]:
        reading = self._speaker.reading
        for raw in self._rows(start=start, end=end, by=by, statuses=statuses):
            yield to_ach_record(raw, reading=reading)

    def _rows(
        self, *, start: date, end: date, by: AchDateKind, statuses: Sequence[AchStatus]
    ) -> Iterator[Json]:
        for status in [status.value.upper() for status in statuses] or [""]:
            days = {
                "start_date": write_iso(start),
                "end_date": write_iso(end, at_end=True),
                "date_type": by.value,
                "status": status,
            }
            yield from self._pages(days)

    def deposits(self, *, start: date, end: date) -> list[AchDeposit | Unreadable]:
        body = self._speaker.read(
            at.ACH_DEPOSITS,
            start_date=f"{write_iso(start)}.000Z",
            end_date=f"{write_iso(end, at_end=True)}.000Z",
            return_all_results=True,
        )
        rows = rows_in(body, "deposits")
        return [to_deposit_record(raw, reading=self._speaker.reading) for raw in rows]

    def deposit_transactions(self, deposit_id: str) -> list[AchDepositPart | Unreadable]:
        body = self._speaker.read(
            at.ACH_DEPOSIT_TRANSACTIONS, deposit_id=deposit_id, return_all_results=True
        )
        rows = rows_in(body, "transactions")
        return [to_deposit_part(raw, reading=self._speaker.reading) for raw in rows]

    def _payment(self, charge: AchCharge) -> dict[str, Any]:
        return {
            "amount": self._speaker.amount(charge.amount),
            "std_entry_class": charge.entry_class.value,
            "idempotency_key": _key(charge.idempotency_key),
            "invoice_number": check_invoice_id(charge.invoice_id),
            "description": charge.description,
            "billing_email": charge.email,
            "billing_name": charge.billing.name if charge.billing else "",
            "billing_address": address_fields(charge.billing),
            **_payer(charge),
        }

    def _taken_after_all(self, idempotency_key: str) -> AchResult:
        """What the key says. Raises OutcomeUnknown when it cannot be asked or finds nothing:
        the same answer also comes for payments that were not taken."""
        try:
            found = self.find(idempotency_key=idempotency_key)
        except IntegrationError:
            found = None
        if found is None:
            raise OutcomeUnknown(
                "PayTrace answered this ACH payment in a way that may hide that it was taken.",
                code="paytrace.ach_unclear",
                remedy="Look the payment up by its key before doing anything again.",
            )
        return AchResult(found.transaction_id)

    def _one(self, endpoint: Endpoint, part: str) -> AchTransaction | None:
        body = self._speaker.find(endpoint, part) if part else None
        if body is None:
            return None
        rows = rows_in(body, "transactions") if _has_rows(body) else [data_of(body)]
        return to_ach(rows[0], reading=self._speaker.reading) if rows else None

    def _pages(self, days: Json) -> Iterator[Json]:
        """Every row, page by page. Each page begins with the last row of the one before; when
        it does not, rows have moved meanwhile, and the page before is read again."""
        offset, last_id = 0, ""
        for _ in range(_MOST_PAGES):
            body = self._speaker.read(at.ACH_LIST, limit=PAGE, offset=offset, **days)
            rows = rows_in(body, "transactions")
            yield from rows
            if last_id and not _starts_with(rows, last_id):
                offset, last_id = max(offset - PAGE, 0), ""
                continue
            if len(rows) < PAGE:
                return
            offset, last_id = offset + PAGE - 1, text_of(rows[-1], "transaction_id", "id")
        raise unreadable()


def _starts_with(rows: list[Json], wanted: str) -> bool:
    return bool(rows) and text_of(rows[0], "transaction_id", "id") == wanted


def _has_rows(body: Json) -> bool:
    return "items" in body or isinstance(body.get("data"), list)


def _key(idempotency_key: str) -> str:
    if not 0 < len(idempotency_key) <= MAX_IDEMPOTENCY_KEY:
        raise NeverWorks(
            "An ACH payment needs an idempotency key of 1 to 50 characters.",
            code="paytrace.invalid_field",
            field="idempotency_key",
        )
    return idempotency_key


def _payer(charge: AchCharge) -> Json:
    payer = charge.payer
    if not isinstance(payer, BankAccount):
        if not payer.customer_id.isdigit():
            raise refusal({"errors": {str(int(ErrorCode.CUSTOMER_UNKNOWN)): []}})
        return {"customer_id": int(payer.customer_id), "is_aof": True}
    if not payer.is_encrypted:
        raise NeverWorks(
            "API v3 takes a bank account number only as PayTrace's page script encrypted it.",
            code="paytrace.invalid_field",
            field="account_number",
        )
    return {
        "bank_account": {
            "account_number": payer.account_number.reveal(),
            "routing_number": payer.routing_number.reveal(),
            "account_type": payer.account_type.value,
        }
    }


def _is_quirk(reply: Reply) -> bool:
    if reply.status != 422:
        return False
    message = reply.body.get("message")
    items = message.get("data") if isinstance(message, dict) else reply.body.get("data")
    if not isinstance(items, list):
        return False
    return any(isinstance(one, dict) and one.get("field") == _QUIRK for one in items)


def _not_documented(what: str) -> NeverWorks:
    return not_offered(
        f"API v3 documents no call to {what} an ACH payment.",
        remedy="Do it in PayTrace itself, or connect the account by API v1.",
    )

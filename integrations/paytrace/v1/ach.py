"""ACH over v1: it moves money and reports nothing."""

# What a version lacks takes the arguments of the other.
# ruff: noqa: ARG002
from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from integrations.canonical.ach import AchDeposit, AchDepositPart, AchStatus, AchTransaction
from integrations.canonical.errors import NeverWorks
from integrations.canonical.money import Money
from integrations.canonical.transactions import Unreadable
from integrations.paytrace import endpoints_v1 as at
from integrations.paytrace.ach import (
    AchCharge,
    AchDateKind,
    AchRefundResult,
    AchResult,
    BankAccount,
)
from integrations.paytrace.answers import check_invoice_id, id_of
from integrations.paytrace.codes import ResponseCode
from integrations.paytrace.endpoint import Endpoint
from integrations.paytrace.gaps import not_offered
from integrations.paytrace.v1.speaker import Json, Speaker, number
from integrations.paytrace.v1.wording import address_fields

_ID = "check_transaction_id"


class V1Ach:
    """See Ach for what each call promises."""

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker

    def sale(self, charge: AchCharge) -> AchResult:
        is_account = isinstance(charge.payer, BankAccount)
        return self._charge(
            at.ACH_SALE_BY_ACCOUNT if is_account else at.ACH_SALE_BY_CUSTOMER, charge
        )

    def hold(self, charge: AchCharge) -> AchResult:
        is_account = isinstance(charge.payer, BankAccount)
        return self._charge(
            at.ACH_HOLD_BY_ACCOUNT if is_account else at.ACH_HOLD_BY_CUSTOMER, charge
        )

    def fund(self, *, transaction_id: str, amount: Money | None = None) -> AchResult:
        self._manage(at.ACH_FUND, transaction_id, amount=self._speaker.amount(amount))
        return AchResult(transaction_id)

    def void(self, transaction_id: str) -> AchResult:
        self._manage(at.ACH_VOID, transaction_id)
        return AchResult(transaction_id)

    def refund(self, *, transaction_id: str, amount: Money | None = None) -> AchRefundResult:
        body = self._speaker.done(
            at.ACH_REFUND,
            ResponseCode.CHECK_REFUNDED,
            check_transaction_id=number(transaction_id),
            amount=self._speaker.amount(amount),
        )
        return AchRefundResult(id_of(body, _ID), transaction_id)

    def transaction(self, transaction_id: str) -> AchTransaction | None:
        raise _no_list()

    def find(self, *, idempotency_key: str) -> AchTransaction | None:
        raise _no_list()

    def transactions(
        self,
        *,
        start: date,
        end: date,
        by: AchDateKind = AchDateKind.PROCESSED,
        statuses: Sequence[AchStatus] = (),
    ) -> list[AchTransaction]:
        raise _no_list()

    def listed(
        self,
        *,
        start: date,
        end: date,
        by: AchDateKind = AchDateKind.PROCESSED,
        statuses: Sequence[AchStatus] = (),
    ) -> Iterator[AchTransaction | Unreadable]:
        raise _no_list()

    def deposits(self, *, start: date, end: date) -> list[AchDeposit | Unreadable]:
        raise _no_list()

    def deposit_transactions(self, deposit_id: str) -> list[AchDepositPart | Unreadable]:
        raise _no_list()

    def _charge(self, endpoint: Endpoint, charge: AchCharge) -> AchResult:
        body = self._speaker.done(
            endpoint,
            ResponseCode.CHECK_PROCESSED,
            amount=self._speaker.amount(charge.amount),
            invoice_id=check_invoice_id(charge.invoice_id),
            description=charge.description,
            email=charge.email,
            billing_address=address_fields(charge.billing),
            **_payer(charge),
        )
        return AchResult(id_of(body, _ID))

    def _manage(
        self, endpoint: Endpoint, transaction_id: str, *, amount: str | None = None
    ) -> None:
        self._speaker.done(
            endpoint,
            ResponseCode.CHECK_MANAGED,
            check_transaction_id=number(transaction_id),
            amount=amount,
        )


def _payer(charge: AchCharge) -> Json:
    payer = charge.payer
    if not isinstance(payer, BankAccount):
        return {"customer_id": payer.customer_id}
    if payer.is_encrypted:
        raise NeverWorks(
            "API v1 cannot read a bank account number encrypted for v3.",
            code="paytrace.invalid_field",
            field="account_number",
        )
    return {
        "check": {
            "account_number": payer.account_number.reveal(),
            "routing_number": payer.routing_number.reveal(),
        }
    }


def _no_list() -> NeverWorks:
    return not_offered(
        "API v1 has no call that lists ACH payments or their deposits.",
        remedy="Connect the account by API v3 to follow its ACH payments.",
    )

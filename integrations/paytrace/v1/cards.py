"""Card payments over v1."""

# What a version lacks takes the arguments of the other.
# ruff: noqa: ARG002
from __future__ import annotations

from collections.abc import Sequence

from integrations.canonical.errors import FixConfiguration
from integrations.canonical.money import Money
from integrations.canonical.transactions import TransactionState
from integrations.paytrace import endpoints_v1 as at
from integrations.paytrace.answers import check_invoice_id, id_of, sale_result
from integrations.paytrace.batch_calls import BatchItem, ItemResult
from integrations.paytrace.cards import (
    AdjustResult,
    CaptureResult,
    Charge,
    CustomerRefund,
    RefundResult,
    SaleResult,
    VoidResult,
)
from integrations.paytrace.codes import ResponseCode
from integrations.paytrace.endpoint import Endpoint
from integrations.paytrace.gaps import not_offered
from integrations.paytrace.level_three import CardBrand, LevelThree
from integrations.paytrace.people import (
    CardPayer,
    EarlierPayment,
    HostedFields,
    HostedFieldsKept,
    VaultPayer,
)
from integrations.paytrace.refusals import of_unreferenced
from integrations.paytrace.v1.speaker import Json, Speaker, number
from integrations.paytrace.v1.wording import charge_fields, level_three_fields

_ONLY_SANDBOX = "PayTrace settles by itself each evening; it cannot be asked to."
_LEVEL_THREE = {
    CardBrand.VISA: at.LEVEL_THREE_VISA,
    CardBrand.MASTERCARD: at.LEVEL_THREE_MASTERCARD,
}


class V1Cards:
    """See Cards for what each call promises."""

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker

    def sale(self, charge: Charge) -> SaleResult:
        endpoint, payer = _sale_by(charge.payer)
        return sale_result(self._charge(endpoint, payer, charge))

    def authorize(self, charge: Charge) -> SaleResult:
        endpoint, payer = _authorize_by(charge.payer)
        body = self._charge(endpoint, payer, charge, may_be_zero=True)
        return sale_result(body, approved=TransactionState.AUTHORIZED)

    def capture(self, *, transaction_id: str, amount: Money | None = None) -> CaptureResult:
        self._speaker.done(
            at.CAPTURE,
            ResponseCode.CAPTURED,
            transaction_id=number(transaction_id),
            amount=self._speaker.amount(amount),
        )
        return CaptureResult(transaction_id)

    def adjust(self, *, transaction_id: str, amount: Money) -> AdjustResult:
        raise not_offered(
            "Changing the amount of a hold is offered by API v3 only: v1's path for it is not "
            "published.",
            remedy="Let the hold go and make another, or connect the account by API v3.",
        )

    def void(self, transaction_id: str) -> VoidResult:
        self._speaker.done(at.VOID, ResponseCode.VOIDED, transaction_id=number(transaction_id))
        return VoidResult(transaction_id)

    def refund(self, *, transaction_id: str, amount: Money | None = None) -> RefundResult:
        body = self._speaker.done(
            at.REFUND,
            ResponseCode.REFUNDED,
            transaction_id=number(transaction_id),
            amount=self._speaker.amount(amount),
        )
        return RefundResult(id_of(body), transaction_id)

    def refund_to_customer(self, refund: CustomerRefund) -> RefundResult:
        check_invoice_id(refund.invoice_id)
        try:
            body = self._speaker.done(
                at.REFUND_TO_CUSTOMER,
                ResponseCode.REFUNDED,
                amount=self._speaker.amount(refund.amount),
                customer_id=refund.customer_id,
                invoice_id=refund.invoice_id,
                description=refund.description,
            )
        except FixConfiguration as error:
            raise of_unreferenced(error) from None
        return RefundResult(id_of(body), "")

    def run_batch(self, items: Sequence[BatchItem]) -> list[ItemResult]:
        raise not_offered(
            "API v1 has no call for several payments at once.", remedy="Send them one by one."
        )

    def add_level_three(self, data: LevelThree) -> None:
        self._speaker.done(
            _LEVEL_THREE[data.brand],
            ResponseCode.LEVEL_THREE_ADDED,
            ResponseCode.LEVEL_THREE_ADDED_MASTERCARD,
            transaction_id=number(data.transaction_id),
            **level_three_fields(data),
        )

    def email_receipt(self, *, transaction_id: str, email: str) -> None:
        self._speaker.done(
            at.EMAIL_RECEIPT,
            ResponseCode.RECEIPT_EMAILED,
            transaction_id=number(transaction_id),
            email=email,
        )

    def settle(self) -> None:
        if self._speaker.settings.environment != "sandbox":
            raise not_offered(_ONLY_SANDBOX)
        self._speaker.done(at.SETTLE, ResponseCode.BATCH_SETTLED)

    def _charge(
        self, endpoint: Endpoint, payer: Json, charge: Charge, *, may_be_zero: bool = False
    ) -> Json:
        check_invoice_id(charge.invoice_id)
        amount = self._speaker.amount(charge.amount, may_be_zero=may_be_zero)
        return self._speaker.move(endpoint, amount=amount, **payer, **charge_fields(charge))


def _sale_by(payer: CardPayer) -> tuple[Endpoint, Json]:
    if isinstance(payer, VaultPayer):
        return at.SALE_BY_CUSTOMER, {"customer_id": payer.customer_id}
    if isinstance(payer, EarlierPayment):
        return at.SALE_BY_TRANSACTION, {"transaction_id": number(payer.transaction_id)}
    if isinstance(payer, HostedFieldsKept):
        return at.SALE_BY_TOKEN_AND_KEEP, {
            **_hosted(payer.hosted),
            "customer_id": payer.customer_id,
        }
    return at.SALE_BY_TOKEN, _hosted(payer)


def _authorize_by(payer: CardPayer) -> tuple[Endpoint, Json]:
    if isinstance(payer, VaultPayer):
        return at.AUTHORIZE_BY_CUSTOMER, {"customer_id": payer.customer_id}
    if isinstance(payer, HostedFields):
        return at.AUTHORIZE_BY_TOKEN, _hosted(payer)
    raise not_offered(
        "API v1 authorizes a stored customer or a card typed into PayTrace's own form only.",
        remedy="Store the customer first, then authorize by its id.",
    )


def _hosted(hosted: HostedFields) -> Json:
    return {"hpf_token": hosted.hpf_token, "enc_key": hosted.enc_key}

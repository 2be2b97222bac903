"""Card payments over v3."""

# What a version lacks takes the arguments of the other.
# ruff: noqa: ARG002
from __future__ import annotations

from collections.abc import Sequence

from integrations.canonical.errors import FixConfiguration
from integrations.canonical.money import Money
from integrations.canonical.transactions import TransactionState
from integrations.paytrace import endpoints_v3 as at
from integrations.paytrace.answers import check_invoice_id, id_of, sale_result
from integrations.paytrace.batch_calls import (
    BatchItem,
    ItemKind,
    ItemResult,
    check_invoice_ids,
    results,
)
from integrations.paytrace.cards import (
    AdjustResult,
    CaptureResult,
    Charge,
    CustomerRefund,
    RefundResult,
    SaleResult,
    VoidResult,
)
from integrations.paytrace.codes import ErrorCode, ResponseCode
from integrations.paytrace.endpoint import Endpoint
from integrations.paytrace.gaps import not_offered
from integrations.paytrace.level_three import LevelThree
from integrations.paytrace.people import (
    CardPayer,
    EarlierPayment,
    HostedFields,
    HostedFieldsKept,
    VaultPayer,
)
from integrations.paytrace.refusals import of_unreferenced, refusal
from integrations.paytrace.v3.speaker import Json, Speaker, data_of
from integrations.paytrace.v3.wording import charge_fields

NO_SETTLE = "API v3 has no call to settle; PayTrace settles by itself each evening."
_By = tuple[Endpoint, str, Json]


class V3Cards:
    """See Cards for what each call promises."""

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker

    def sale(self, charge: Charge) -> SaleResult:
        return sale_result(self._charge(_sale_by(charge.payer), charge))

    def authorize(self, charge: Charge) -> SaleResult:
        body = self._charge(_authorize_by(charge.payer), charge, may_be_zero=True)
        return sale_result(body, approved=TransactionState.AUTHORIZED)

    def capture(self, *, transaction_id: str, amount: Money | None = None) -> CaptureResult:
        self._on_one(at.CAPTURE, transaction_id, amount, ResponseCode.CAPTURED)
        return CaptureResult(transaction_id)

    def adjust(self, *, transaction_id: str, amount: Money) -> AdjustResult:
        self._speaker.done(
            at.ADJUST,
            ResponseCode.AMOUNT_ADJUSTED,
            part=transaction_id,
            amount=self._speaker.amount(amount),
        )
        return AdjustResult(transaction_id)

    def void(self, transaction_id: str) -> VoidResult:
        self._on_one(at.VOID, transaction_id, None, ResponseCode.VOIDED)
        return VoidResult(transaction_id)

    def refund(self, *, transaction_id: str, amount: Money | None = None) -> RefundResult:
        answer = self._on_one(at.REFUND, transaction_id, amount, ResponseCode.REFUNDED)
        return RefundResult(id_of(answer), transaction_id)

    def refund_to_customer(self, refund: CustomerRefund) -> RefundResult:
        """v3 publishes no call for one: a batch of one."""
        item = BatchItem(ItemKind.REFUND, refund.customer_id, refund.amount, refund.invoice_id)
        try:
            (result,) = self.run_batch([item])
            if result.problem is not None:
                raise result.problem
        except FixConfiguration as error:
            raise of_unreferenced(error) from None
        return RefundResult(result.transaction_id, "")

    def run_batch(self, items: Sequence[BatchItem]) -> list[ItemResult]:
        check_invoice_ids(items)
        body = self._speaker.move(at.BATCH, batch_items=[self._item(one) for one in items])
        return results(items, body.get("data"))

    def _item(self, one: BatchItem) -> Json:
        check_invoice_id(one.invoice_id)
        return {
            "amount": self._speaker.amount(one.amount),
            "customer_id": int(_customer_number(VaultPayer(one.customer_id))),
            "transaction_type": one.kind.value,
            "invoice_number": one.invoice_id,
        }

    def add_level_three(self, data: LevelThree) -> None:
        raise not_offered(
            "Level 3 detail is sent by API v1 only: v3's fields for it are not published.",
            remedy="Connect the account by API v1 to send level 3 detail.",
        )

    def email_receipt(self, *, transaction_id: str, email: str) -> None:
        raise not_offered("API v3 has no call that mails the receipt of an earlier payment.")

    def settle(self) -> None:
        raise not_offered(NO_SETTLE)

    def _on_one(
        self, endpoint: Endpoint, transaction_id: str, amount: Money | None, code: ResponseCode
    ) -> Json:
        item = {"transaction_id": transaction_id, "amount": self._speaker.amount(amount)}
        return self._speaker.move_one(endpoint, item, code=code)

    def _charge(self, by: _By, charge: Charge, *, may_be_zero: bool = False) -> Json:
        endpoint, part, payer = by
        check_invoice_id(charge.invoice_id)
        amount = self._speaker.amount(charge.amount, may_be_zero=may_be_zero)
        body = self._speaker.move(endpoint, part, amount=amount, **payer, **charge_fields(charge))
        return data_of(body)


def _sale_by(payer: CardPayer) -> _By:
    if isinstance(payer, VaultPayer):
        return at.SALE_BY_CUSTOMER, _customer_number(payer), {}
    if isinstance(payer, HostedFieldsKept):
        kept = {"create_customer": True, "customer_label": payer.customer_id}
        return at.SALE_BY_TOKEN_AND_KEEP, "", {**_hosted(payer.hosted), **kept}
    if isinstance(payer, HostedFields):
        return at.SALE_BY_TOKEN, "", _hosted(payer)
    raise _no_reference()


def _authorize_by(payer: CardPayer) -> _By:
    if isinstance(payer, VaultPayer):
        return at.AUTHORIZE_BY_CUSTOMER, _customer_number(payer), {}
    if isinstance(payer, HostedFields):
        return at.AUTHORIZE_BY_TOKEN, "", _hosted(payer)
    if isinstance(payer, EarlierPayment):
        raise _no_reference()
    raise not_offered(
        "API v3 does not store a customer while it authorizes.",
        remedy="Store the customer first, then authorize by its id.",
    )


def _no_reference() -> Exception:
    return not_offered(
        "API v3 has no call that charges the card of an earlier payment.",
        remedy="Store the customer from that payment, then charge the stored customer.",
    )


def _customer_number(payer: VaultPayer) -> str:
    """v3's customer ids are integers; anything else is code 30, told without asking."""
    if not (payer.customer_id.isascii() and payer.customer_id.isdigit()):
        raise refusal({"errors": {str(int(ErrorCode.CUSTOMER_UNKNOWN)): []}})
    return payer.customer_id


def _hosted(hosted: HostedFields) -> Json:
    return {"hpf_token": hosted.hpf_token, "enc_key": hosted.enc_key}

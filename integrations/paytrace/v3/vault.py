"""Stored customers over v3, by PayTrace's number; the merchant's own id is the label."""

# What a version lacks takes the arguments of the other.
# ruff: noqa: ARG002
from __future__ import annotations

from collections.abc import Callable

from integrations.canonical.errors import NeverWorks
from integrations.paytrace import endpoints_v3 as at
from integrations.paytrace.codes import ErrorCode, ResponseCode
from integrations.paytrace.endpoint import Endpoint
from integrations.paytrace.gaps import not_offered
from integrations.paytrace.people import HostedFields
from integrations.paytrace.refusals import refusal
from integrations.paytrace.stored import to_bank_customer, to_customer
from integrations.paytrace.v3.speaker import Json, Speaker, data_of, rows_in
from integrations.paytrace.v3.wording import customer_address_fields
from integrations.paytrace.vault import CustomerChange, NewCustomer, VaultCustomer

_PAGE = 50
MAX_LABEL = 50
"""Characters of a label of a stored bank account (B2B API, CustomerProfileVault page)."""


class V3Vault:
    """See Vault for what each call promises."""

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker

    def create_from_token(self, customer: NewCustomer, hosted: HostedFields) -> VaultCustomer:
        token = {"hpf_token": hosted.hpf_token, "enc_key": hosted.enc_key}
        return self._create(at.CUSTOMER_FROM_TOKEN, customer, token)

    def create_from_transaction(
        self, customer: NewCustomer, *, transaction_id: str
    ) -> VaultCustomer:
        paid = {"transaction_id": transaction_id}
        return self._create(at.CUSTOMER_FROM_TRANSACTION, customer, paid)

    def create_from_bank_payment(
        self, customer: NewCustomer, *, transaction_id: str
    ) -> VaultCustomer:
        if not 0 < len(customer.customer_id) <= MAX_LABEL:
            raise NeverWorks(
                f"A bank account is stored under a label of 1 to {MAX_LABEL} characters.",
                code="paytrace.invalid_field",
                field="customer_id",
            )
        paid = {"transaction_id": transaction_id}
        return self._create(
            at.BANK_CUSTOMER_FROM_TRANSACTION, customer, paid, read=to_bank_customer
        )

    def update(self, *, customer_id: str, change: CustomerChange) -> None:
        raise not_offered(
            "API v3's published pages show no call that changes a stored customer.",
            remedy="Change the customer in PayTrace, or store it anew and delete the old one.",
        )

    def delete(self, customer_id: str) -> None:
        self._speaker.done(
            at.CUSTOMER_DELETE, ResponseCode.CUSTOMER_DELETED, part=_number(customer_id)
        )

    def customer(self, customer_id: str) -> VaultCustomer | None:
        return self._one(at.CUSTOMER, customer_id, to_customer)

    def bank_customer(self, customer_id: str) -> VaultCustomer | None:
        return self._one(at.BANK_CUSTOMER, customer_id, to_bank_customer)

    def _one(
        self, endpoint: Endpoint, customer_id: str, read: Callable[[Json], VaultCustomer]
    ) -> VaultCustomer | None:
        if not customer_id.isdigit():
            return None
        body = self._speaker.find(endpoint, customer_id)
        return read(data_of(body)) if body is not None else None

    def created_as(self, customer_id: str) -> VaultCustomer | None:
        return next((one for one in self.customers() if one.label == customer_id), None)

    def customers(self) -> list[VaultCustomer]:
        found: dict[str, VaultCustomer] = {}
        offset = 0
        while True:
            body = self._speaker.read(at.CUSTOMER_LIST, limit=_PAGE, offset=offset)
            rows = rows_in(body, "customers")
            found |= {one.customer_id: one for one in map(to_customer, rows)}
            if len(rows) < _PAGE:
                return list(found.values())
            offset += _PAGE

    def _create(
        self,
        endpoint: Endpoint,
        customer: NewCustomer,
        paid: Json,
        read: Callable[[Json], VaultCustomer] = to_customer,
    ) -> VaultCustomer:
        data = self._speaker.done(
            endpoint,
            ResponseCode.CUSTOMER_CREATED,
            customer_label=customer.customer_id,
            billing_address=customer_address_fields(customer.billing),
            shipping_address=customer_address_fields(customer.shipping),
            email=customer.email,
            phone=customer.phone,
            **paid,
        )
        return read({"customer_label": customer.customer_id, **data})


def _number(customer_id: str) -> str:
    if not (customer_id.isascii() and customer_id.isdigit()):
        raise refusal({"errors": {str(int(ErrorCode.CUSTOMER_UNKNOWN)): []}})
    return customer_id

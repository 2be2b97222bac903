"""Stored customers over v1, by the merchant's own id."""

# What a version lacks takes the arguments of the other.
# ruff: noqa: ARG002
from __future__ import annotations

from integrations.canonical.errors import NeverWorks
from integrations.paytrace import endpoints_v1 as at
from integrations.paytrace.answers import rows_of
from integrations.paytrace.codes import ResponseCode
from integrations.paytrace.endpoint import Endpoint
from integrations.paytrace.gaps import not_offered
from integrations.paytrace.people import HostedFields
from integrations.paytrace.stored import to_customer
from integrations.paytrace.v1.speaker import Json, Speaker, number
from integrations.paytrace.v1.wording import address_fields
from integrations.paytrace.vault import CustomerChange, NewCustomer, VaultCustomer


class V1Vault:
    """See Vault for what each call promises."""

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker

    def create_from_token(self, customer: NewCustomer, hosted: HostedFields) -> VaultCustomer:
        token = {"hpf_token": hosted.hpf_token, "enc_key": hosted.enc_key}
        return self._create(at.CUSTOMER_FROM_TOKEN, customer, token)

    def create_from_transaction(
        self, customer: NewCustomer, *, transaction_id: str
    ) -> VaultCustomer:
        paid = {"transaction_id": number(transaction_id)}
        return self._create(at.CUSTOMER_FROM_TRANSACTION, customer, paid)

    def create_from_bank_payment(
        self, customer: NewCustomer, *, transaction_id: str
    ) -> VaultCustomer:
        raise _no_bank_accounts()

    def update(self, *, customer_id: str, change: CustomerChange) -> None:
        card = {
            "expiration_month": change.expiry_month,
            "expiration_year": change.expiry_year,
        }
        self._speaker.done(
            at.CUSTOMER_UPDATE,
            ResponseCode.CUSTOMER_UPDATED,
            customer_id=customer_id,
            new_id=change.new_customer_id,
            email=change.email,
            phone=change.phone,
            billing_address=address_fields(change.billing),
            shipping_address=address_fields(change.shipping),
            credit_card={name: value for name, value in card.items() if value is not None},
        )

    def delete(self, customer_id: str) -> None:
        self._speaker.done(
            at.CUSTOMER_DELETE, ResponseCode.CUSTOMER_DELETED, customer_id=customer_id
        )

    def customer(self, customer_id: str) -> VaultCustomer | None:
        try:
            found = self._export(customer_id=customer_id)
        except NeverWorks as error:
            if error.code == "paytrace.customer_unknown":
                return None
            raise
        return next((one for one in found if one.customer_id == customer_id), None)

    def bank_customer(self, customer_id: str) -> VaultCustomer | None:
        raise _no_bank_accounts()

    def created_as(self, customer_id: str) -> VaultCustomer | None:
        return self.customer(customer_id)

    def customers(self) -> list[VaultCustomer]:
        return self._export()

    def _export(self, **fields: str) -> list[VaultCustomer]:
        body = self._speaker.read(at.CUSTOMER_EXPORT, **fields)
        return [to_customer(raw) for raw in rows_of(body.get("customers"))]

    def _create(self, endpoint: Endpoint, customer: NewCustomer, card: Json) -> VaultCustomer:
        body = self._speaker.done(
            endpoint,
            ResponseCode.CUSTOMER_CREATED,
            customer_id=customer.customer_id,
            billing_address=address_fields(customer.billing),
            shipping_address=address_fields(customer.shipping),
            email=customer.email,
            phone=customer.phone,
            **card,
        )
        return to_customer({"customer_id": customer.customer_id, **body})


def _no_bank_accounts() -> NeverWorks:
    """`/v1/customer/create` takes a `check`, whose account number is clear."""
    return not_offered(
        "API v1 stores a bank account by its clear number only, and those never enter Tieout.",
        remedy="Store it in PayTrace itself, or connect the account by API v3.",
    )

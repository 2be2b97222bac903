"""Who pays, and from where: the parts that several requests share. No card number anywhere."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Address:
    """A postal address. `region` is the state, `country` ISO 3166 alpha-2."""

    name: str = ""
    street: str = ""
    street2: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""


@dataclass(frozen=True)
class VaultPayer:
    """A stored customer. `customer_id` is the merchant's own id in v1, PayTrace's number in v3."""

    customer_id: str


@dataclass(frozen=True)
class EarlierPayment:
    """Whoever paid that transaction, from the same card."""

    transaction_id: str


@dataclass(frozen=True)
class HostedFields:
    """What PayTrace's own card form gave the page: usable once (PayTrace Protect.js page)."""

    hpf_token: str = field(repr=False)
    enc_key: str = field(repr=False)


@dataclass(frozen=True)
class HostedFieldsKept:
    """The same, and the payer becomes a stored customer under this id (v1) or label (v3)."""

    hosted: HostedFields
    customer_id: str


CardPayer = VaultPayer | EarlierPayment | HostedFields | HostedFieldsKept

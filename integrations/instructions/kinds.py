"""What PayTrace can be told to do, in our words, and what each of them needs to know. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """One thing that is asked of PayTrace."""

    CHARGE = "charge"
    HOLD = "hold"
    """The amount is reserved on the card; nothing moves before it is captured."""
    CAPTURE = "capture"
    ADJUST = "adjust"
    """Another amount for a hold, before it is captured."""
    GIVE_BACK = "give_back"
    REFUND_CUSTOMER = "refund_customer"
    """An unreferenced refund: money for a stored card, of no earlier payment."""
    SEND_RECEIPT = "send_receipt"
    """PayTrace's own, by e-mail to whoever paid."""
    ADD_LEVEL_THREE = "add_level_three"
    """What was sold, line by line, for a lower rate."""
    STORE_CUSTOMER = "store_customer"
    UPDATE_CUSTOMER = "update_customer"
    FORGET_CUSTOMER = "forget_customer"
    MAKE_PAGE = "make_page"
    """A page of PayTrace's own, on which a payment link is paid; asked for by making the link."""
    PLAN_CREATE = "plan_create"
    PLAN_CHANGE = "plan_change"
    PLAN_PAUSE = "plan_pause"
    PLAN_RESUME = "plan_resume"
    PLAN_CANCEL = "plan_cancel"


LABELS: Mapping[Kind, str] = {
    Kind.CHARGE: "Charge",
    Kind.HOLD: "Hold",
    Kind.CAPTURE: "Capture",
    Kind.ADJUST: "Change held amount",
    Kind.GIVE_BACK: "Give back",
    Kind.REFUND_CUSTOMER: "Refund to a stored card",
    Kind.SEND_RECEIPT: "Mail receipt",
    Kind.ADD_LEVEL_THREE: "Send level 3 detail",
    Kind.STORE_CUSTOMER: "Store payment method",
    Kind.UPDATE_CUSTOMER: "Change payment method",
    Kind.FORGET_CUSTOMER: "Forget payment method",
    Kind.MAKE_PAGE: "Make PayTrace’s own page",
    Kind.PLAN_CREATE: "Start recurring plan",
    Kind.PLAN_CHANGE: "Change recurring plan",
    Kind.PLAN_PAUSE: "Pause recurring plan",
    Kind.PLAN_RESUME: "Resume recurring plan",
    Kind.PLAN_CANCEL: "End recurring plan",
}


@dataclass(frozen=True)
class Needs:
    """The fields of a wish that a kind must have, those it may have besides, and those of which
    it must have exactly one."""

    must: tuple[str, ...]
    may: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()

    @property
    def known(self) -> frozenset[str]:
        """Every field that belongs to the kind."""
        return frozenset({*self.must, *self.may, *self.one_of})


_TEXTS = ("description", "email")
# What can be changed of a stored customer; what is empty stays.
DETAILS = (
    "name", "email", "phone", "street", "street2", "city", "region", "postal_code", "country",
    "expiry_month", "expiry_year",
)  # fmt: skip
NEEDS: Mapping[Kind, Needs] = {
    Kind.CHARGE: Needs(
        ("amount",),
        ("customer_number", "invoice_number", "method", *_TEXTS),
        one_of=("vault_id", "transaction_id"),
    ),
    Kind.HOLD: Needs(("amount", "vault_id"), ("customer_number", "invoice_number", *_TEXTS)),
    Kind.CAPTURE: Needs(("amount", "transaction_id"), ("customer_number", "invoice_number")),
    Kind.ADJUST: Needs(("amount", "transaction_id"), ("customer_number", "invoice_number")),
    Kind.GIVE_BACK: Needs(
        ("amount", "transaction_id"), ("customer_number", "invoice_number", "description")
    ),
    Kind.REFUND_CUSTOMER: Needs(
        ("amount", "vault_id", "customer_number", "description"), ("invoice_number",)
    ),
    Kind.SEND_RECEIPT: Needs(("transaction_id", "email"), ("customer_number", "invoice_number")),
    Kind.ADD_LEVEL_THREE: Needs(
        ("transaction_id", "level_three"), ("customer_number", "invoice_number")
    ),
    Kind.STORE_CUSTOMER: Needs(
        ("customer_number", "transaction_id"), ("vault_id", "name", "email", "method")
    ),
    Kind.UPDATE_CUSTOMER: Needs(("vault_id",), ("customer_number", *DETAILS)),
    Kind.FORGET_CUSTOMER: Needs(("vault_id",), ("customer_number", "method")),
    Kind.MAKE_PAGE: Needs(
        ("amount", "customer_number"), ("invoice_number", "description", "email")
    ),
    Kind.PLAN_CREATE: Needs(
        ("amount", "vault_id", "frequency", "start_on"),
        ("customer_number", "total_count", "method", "description"),
    ),
    Kind.PLAN_CHANGE: Needs(
        ("plan_id",), ("amount", "frequency", "next_on", "total_count", "description")
    ),
    Kind.PLAN_PAUSE: Needs(("plan_id",)),
    Kind.PLAN_RESUME: Needs(("plan_id", "start_on")),
    Kind.PLAN_CANCEL: Needs(("plan_id",)),
}

# Somebody else approves them, whatever the amount: nothing shows that the customer ever paid.
ALWAYS_APPROVED = frozenset({Kind.REFUND_CUSTOMER})
# One after another for one stored customer.
OF_KEPT = frozenset({Kind.UPDATE_CUSTOMER, Kind.FORGET_CUSTOMER})
# Asked for with a payment link, never by itself.
OF_LINKS = frozenset({Kind.MAKE_PAGE})
OF_PLANS = frozenset(
    {Kind.PLAN_CREATE, Kind.PLAN_CHANGE, Kind.PLAN_PAUSE, Kind.PLAN_RESUME, Kind.PLAN_CANCEL}
)

"""What a customer is asked for by a link, as forms: a payment, or a card to keep."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from integrations.connections.models import Connection
from integrations.instructions.links import DEFAULT_DAYS, LONGEST_DAYS, NewLink, Page
from portal.web.forms.instructions import AskingForm, amount_field

_DAYS = f"Enter a number of days from 1 to {LONGEST_DAYS}."


class CardLinkForm(AskingForm):
    account = forms.ChoiceField(
        label="PayTrace account", error_messages={"required": "Choose an account."}
    )
    customer_number = forms.CharField(
        label="Customer number in Sage",
        max_length=20,
        error_messages={"required": "Say which customer is to open the link."},
    )
    email = forms.EmailField(
        label="The customer’s e-mail",
        required=False,
        error_messages={"invalid": "Enter an address such as ap@acme.example."},
    )
    is_mailed = forms.BooleanField(label="Mail the link to that address now", required=False)
    days = forms.IntegerField(
        label="Good for how many days",
        initial=DEFAULT_DAYS,
        min_value=1,
        max_value=LONGEST_DAYS,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), _DAYS),
    )

    def __init__(self, *args: Any, accounts: Sequence[Connection], **more: Any) -> None:
        super().__init__(*args, **more)
        self._accounts = {str(one.id): one for one in accounts}
        field = self.fields["account"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 this tells the type
        field.choices = [(key, one.name) for key, one in self._accounts.items()]

    @property
    def chosen(self) -> Connection:
        """The account of a valid form."""
        return self._accounts[self.cleaned_data["account"]]

    @property
    def wanted(self) -> NewLink:
        """What a valid form asks for."""
        given = self.cleaned_data
        return NewLink(
            customer_number=given["customer_number"],
            email=given["email"],
            days=given["days"],
            is_mailed=given["is_mailed"],
        )


class PaymentLinkForm(CardLinkForm):
    amount = amount_field()
    invoice_number = forms.CharField(
        label="Invoice number in Sage",
        max_length=20,
        required=False,
        help_text="The payment is applied to it. Without one it waits under Exceptions.",
    )
    description = forms.CharField(label="Note for the customer", max_length=100, required=False)
    may_keep = forms.BooleanField(
        label="Let the customer have the card kept for next time",
        required=False,
        help_text="Who ticks it on the pay page leaves the card for later charges.",
    )
    page = forms.ChoiceField(
        label="Where the customer pays",
        choices=Page.choices,
        initial=Page.TIEOUT,
        required=False,
        help_text="PayTrace’s own page needs an account of API v3, and cannot be taken back: "
        "PayTrace has no call for that. It ends with its last day. What is paid on it after you "
        "cancelled the link waits under Exceptions. It shows the customer no note.",
    )
    field_order = (
        "account", "customer_number", "invoice_number", "amount", "page", "description", "email",
        "is_mailed", "may_keep", "days",
    )  # fmt: skip

    def __init__(self, *args: Any, accounts: Sequence[Connection], **more: Any) -> None:
        super().__init__(*args, accounts=accounts, **more)
        if not any(one.settings["api_version"] == "v3" for one in accounts):
            del self.fields["page"]

    @property
    def wanted(self) -> NewLink:
        given = self.cleaned_data
        return NewLink(
            customer_number=given["customer_number"],
            amount=self.money("amount", str(self.chosen.settings["currency"])),
            invoice_number=given["invoice_number"],
            description=given["description"],
            email=given["email"],
            days=given["days"],
            is_mailed=given["is_mailed"],
            may_keep=given["may_keep"],
            page=Page(given.get("page") or Page.TIEOUT),
        )

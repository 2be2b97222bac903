"""What a person wants of PayTrace, as forms: charge, give back, keep a card, recurring plans."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms

from integrations.canonical.money import Money, MoneyError
from integrations.instructions.errors import BadWish
from integrations.instructions.models import RecurringPlan, StoredPaymentMethod
from integrations.paytrace.recurring import Frequency
from tenants.errors import NotPossible

FREQUENCY_WORDS = {
    Frequency.DAILY: "Every day",
    Frequency.WEEKLY: "Every week",
    Frequency.BI_WEEKLY: "Every two weeks",
    Frequency.FIRST_AND_FIFTEENTH: "On the 1st and 15th",
    Frequency.MONTHLY: "Every month",
    Frequency.BI_MONTHLY: "Every two months",
    Frequency.QUARTERLY: "Every three months",
    Frequency.EVERY_FOUR_MONTHS: "Every four months",
    Frequency.SEMI_ANNUAL: "Twice a year",
    Frequency.ANNUAL: "Every year",
}
_FREQUENCIES = [(frequency.value, words) for frequency, words in FREQUENCY_WORDS.items()]


def amount_field(label: str = "Amount", **more: Any) -> forms.CharField:
    """An amount as people type it; `money_of` reads it."""
    widget = forms.TextInput(attrs={"inputmode": "decimal"})
    errors = {"required": "Enter an amount such as 740.00."}
    return forms.CharField(label=label, max_length=20, widget=widget, error_messages=errors, **more)


def day_field(label: str, **more: Any) -> forms.DateField:
    errors = {"required": "Choose a day.", "invalid": "Enter a day such as 2026-12-31."}
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, error_messages=errors, **more)


class AskingForm(forms.Form):
    """A form that asks once, however often its button is pressed: `key` is made as it is shown."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=60, initial=lambda: uuid.uuid4().hex)
    # The fields of a wish that this form calls otherwise.
    renamed: dict[str, str] = {}

    @property
    def idempotency_key(self) -> str:
        return f"form:{self.cleaned_data['key']}"

    def money(self, name: str, currency: str) -> Money | None:
        """The amount of a valid form; None for an empty one, and after a sentence beside it."""
        text = str(self.cleaned_data.get(name, "")).replace(",", "")
        if not text:
            return None
        try:
            return Money.parse(text, currency)
        except MoneyError:
            self.add_error(name, f"‘{text}’ is not an amount such as 740.00.")
            return None

    def refuse(self, error: NotPossible) -> None:
        """Put a refusal beside the fields it is about."""
        if isinstance(error, BadWish):
            for problem in error.problems:
                self._put(problem.field, f"{problem.sentence} {problem.remedy}".strip())
        else:
            self._put(error.field, error.sentence)

    def _put(self, field: str, sentence: str) -> None:
        name = self.renamed.get(field, field)
        self.add_error(name if name in self.fields and name != "key" else None, sentence)


class ChargeForm(AskingForm):
    renamed = {"vault_id": "method"}
    method = forms.ChoiceField(
        label="Card or account to charge",
        error_messages={"required": "Choose what to charge."},
    )
    amount = amount_field()
    invoice_number = forms.CharField(
        label="Invoice number in Sage",
        max_length=20,
        required=False,
        help_text="The payment is applied to it. Without one it waits under Exceptions.",
    )
    description = forms.CharField(label="Note for PayTrace", max_length=100, required=False)
    is_sure = forms.BooleanField(label="Charge it all the same", required=False)

    def __init__(self, *args: Any, methods: Sequence[StoredPaymentMethod], **more: Any) -> None:
        super().__init__(*args, **more)
        self._methods = {str(one.id): one for one in methods}
        field = self.fields["method"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 this tells the type
        field.choices = [(key, method_words(one)) for key, one in self._methods.items()]

    @property
    def chosen(self) -> StoredPaymentMethod:
        return self._methods[self.cleaned_data["method"]]


class GiveBackForm(AskingForm):
    renamed = {"transaction_id": ""}
    amount = amount_field(
        help_text="Never more than is left. Before PayTrace settles in the evening only all of it."
    )
    description = forms.CharField(
        label="Why", max_length=100, error_messages={"required": "Say why the money goes back."}
    )


class RefundCardForm(AskingForm):
    """Money for a stored card, of no earlier payment."""

    renamed = {"vault_id": "", "customer_number": ""}
    amount = amount_field()
    invoice_number = forms.CharField(
        label="Invoice or credit memo in Sage",
        max_length=20,
        required=False,
        help_text="What it is about, so that it is found again in the books.",
    )
    description = forms.CharField(
        label="Why",
        max_length=100,
        help_text="Who approves it reads this, and so does who enters it in Sage.",
        error_messages={"required": "Say why the customer gets money."},
    )


class CaptureForm(AskingForm):
    renamed = {"transaction_id": ""}
    amount = amount_field(help_text="All of it or a part; the rest is let go.")


class AdjustForm(AskingForm):
    renamed = {"transaction_id": ""}
    amount = amount_field("New amount")


class ReceiptForm(AskingForm):
    renamed = {"transaction_id": ""}
    email = forms.EmailField(
        label="The customer’s e-mail",
        max_length=254,
        error_messages={
            "required": "Say where to.",
            "invalid": "Enter an address such as ap@acme.example.",
        },
    )


class KeepCardForm(AskingForm):
    customer_number = forms.CharField(
        label="Customer number in Sage",
        max_length=20,
        error_messages={"required": "Say whose it is."},
    )


class AssignForm(forms.Form):
    """Whose card it is that was stored in PayTrace itself."""

    customer_number = forms.CharField(
        label="Customer number in Sage",
        max_length=20,
        error_messages={"required": "Say whose card it is."},
    )


class ChangeMethodForm(AskingForm):
    """What PayTrace is to change of a stored card’s customer. Empty leaves it as it is."""

    renamed = {"vault_id": ""}
    name = forms.CharField(label="Name", max_length=120, required=False)
    email = forms.EmailField(label="E-mail", max_length=254, required=False)
    phone = forms.CharField(label="Phone", max_length=20, required=False)
    street = forms.CharField(label="Street", max_length=60, required=False)
    street2 = forms.CharField(label="Street, second line", max_length=60, required=False)
    city = forms.CharField(label="City", max_length=40, required=False)
    region = forms.CharField(label="State", max_length=40, required=False)
    postal_code = forms.CharField(label="Postal code", max_length=12, required=False)
    country = forms.CharField(
        label="Country", max_length=2, required=False, help_text="Two letters, such as US."
    )
    expiry_month = forms.IntegerField(label="The card ends in month", required=False)
    expiry_year = forms.IntegerField(
        label="of year",
        required=False,
        help_text="Both, where the bank has renewed the card under the same number.",
    )


class _PlanFields(AskingForm):
    amount = amount_field()
    frequency = forms.ChoiceField(
        label="How often",
        choices=_FREQUENCIES,
        error_messages={"required": "Choose how often."},
    )
    total_count = forms.IntegerField(
        label="How many payments",
        required=False,
        min_value=1,
        help_text="Empty goes on until you end it.",
        error_messages={"min_value": "Enter 1 or more, or leave it empty."},
    )
    description = forms.CharField(label="What it is for", max_length=100, required=False)


class NewPlanForm(_PlanFields):
    renamed = {"vault_id": "method"}
    method = forms.ChoiceField(
        label="Card or account to charge",
        error_messages={"required": "Choose what to charge."},
    )
    start_on = day_field("First payment on")
    field_order = ("method", "amount", "frequency", "start_on", "total_count", "description")

    def __init__(self, *args: Any, methods: Sequence[StoredPaymentMethod], **more: Any) -> None:
        super().__init__(*args, **more)
        self._methods = {str(one.id): one for one in methods}
        field = self.fields["method"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 this tells the type
        field.choices = [(key, method_words(one)) for key, one in self._methods.items()]

    @property
    def chosen(self) -> StoredPaymentMethod:
        return self._methods[self.cleaned_data["method"]]


class ChangePlanForm(_PlanFields):
    next_on = day_field("Next payment on", required=False, help_text="Empty leaves it as it is.")
    field_order = ("amount", "frequency", "next_on", "total_count", "description")

    def __init__(self, *args: Any, plan: RecurringPlan | None = None, **more: Any) -> None:
        if plan is not None:
            more["initial"] = {
                "amount": f"{plan.amount:.2f}",
                "frequency": plan.frequency,
                "total_count": plan.total_count,
                "description": plan.description,
            }
        super().__init__(*args, **more)


class ResumePlanForm(AskingForm):
    start_on = day_field("Next payment on")


class EndPlanForm(AskingForm):
    """Nothing to say: the button is the word. Pausing and ending a plan, forgetting a card,
    letting a hold go."""

    renamed = {"transaction_id": "", "amount": ""}


def method_words(method: StoredPaymentMethod) -> str:
    """`ACME01 Acme Tools: Visa ending in 1111, 12/2027`."""
    whose = f"{method.customer_number} {method.customer_name}".strip()
    expiry = f", {method.expiry_month:02}/{method.expiry_year}" if method.expiry_month else ""
    return f"{whose}: {method}{expiry}"


def frequency_words(code: str) -> str:
    return FREQUENCY_WORDS[Frequency(code)].lower()

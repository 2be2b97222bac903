"""What a person says when deciding about a case."""

from __future__ import annotations

from django import forms


def _reason(*, required: bool) -> forms.CharField:
    return forms.CharField(
        label="Why",
        max_length=500,
        required=required,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Kept with the payment, so that the next person understands.",
        error_messages={"required": "Say why; the reason is kept with the payment."},
    )


class RetryForm(forms.Form):
    """Nothing to say: the button is the word."""


class OnAccountForm(forms.Form):
    customer_number = forms.CharField(
        label="Customer number in Sage",
        max_length=20,
        help_text="The payment becomes an open credit of this customer.",
        error_messages={"required": "Say which customer's account it goes on."},
    )
    reason = _reason(required=False)


class ChooseInvoiceForm(forms.Form):
    invoice_number = forms.CharField(
        label="Invoice number in Sage",
        max_length=60,
        help_text="Type a part of the number, or the amount. Checked in Sage before anything is "
        "written: open, right currency, enough open.",
        error_messages={"required": "Say which invoice this payment pays."},
    )
    reason = _reason(required=False)


class ChoosePaymentForm(forms.Form):
    payment_id = forms.CharField(
        label="PayTrace transaction",
        max_length=64,
        help_text="The number of the payment that is taken back, as its page shows it.",
        error_messages={"required": "Say which payment it is."},
    )
    reason = _reason(required=False)


class DismissForm(forms.Form):
    reason = _reason(required=True)

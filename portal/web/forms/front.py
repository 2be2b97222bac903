"""Forms of the few pages before a company is open."""

from __future__ import annotations

from django import forms


class CompanyForm(forms.Form):
    name = forms.CharField(
        label="Company name",
        max_length=120,
        help_text="As it stands on your invoices. You can have more than one company.",
        error_messages={"required": "Give the company a name."},
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )


class NameForm(forms.Form):
    name = forms.CharField(
        label="Your name",
        max_length=150,
        required=False,
        help_text="Shown beside what you do. Your e-mail address is shown while it is empty.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

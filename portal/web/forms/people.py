"""Forms for people and programs of a company."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from tenants.roles import Role

SCOPE_WORDS = {
    "payments:read": "Read payments",
    "exceptions:read": "Read exceptions",
    "exceptions:write": "Decide about exceptions",
    "connections:read": "Read connections, without secrets",
    "mappings:read": "Read field mappings",
    "mappings:write": "Publish field mappings",
    "gl_rules:read": "Read GL rules",
    "gl_rules:write": "Publish GL rules",
    "instructions:read": "Read charges, refunds, recurring plans and stored cards",
    "instructions:write": "Ask for charges and refunds, recurring plans and stored cards",
    "instructions:approve": "Approve what others have asked for",
}


class InviteForm(forms.Form):
    email = forms.EmailField(
        label="E-mail address",
        error_messages={
            "required": "Enter the e-mail address of the person.",
            "invalid": "This is not a whole e-mail address, such as ana@acme.example.",
        },
    )
    role = forms.ChoiceField(label="Role", choices=Role.choices, initial=Role.ACCOUNTANT)


class KeyForm(forms.Form):
    name = forms.CharField(
        label="Name",
        max_length=80,
        help_text="Which program uses it, such as Web shop.",
        error_messages={"required": "Give the key a name."},
    )
    scopes = forms.MultipleChoiceField(
        label="What it may do",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one thing it may do."},
    )

    def __init__(self, *args: Any, offered: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scopes = self.fields["scopes"]
        assert isinstance(scopes, forms.MultipleChoiceField)  # noqa: S101 declared above
        scopes.choices = [(scope, SCOPE_WORDS.get(scope, scope)) for scope in offered]

"""Forms for a disputes provider: what it needs is asked in the provider's own words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from integrations.connections.models import Connection
from integrations.disputes.registry import Kind, Need


class DisputesAccessForm(forms.Form):
    """Everything a provider needs, address and key alike."""

    def __init__(self, *args: Any, provider: Kind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for need in provider.needs:
            self.fields[need.name] = _field(need)


class DisputesForm(DisputesAccessForm):
    """A new disputes provider."""

    name = forms.CharField(
        label="Name",
        max_length=80,
        help_text="What you call it, such as the name of your acquirer.",
        error_messages={"required": "Give the connection a name."},
    )
    account = forms.ChoiceField(
        label="PayTrace account",
        help_text="The account whose payments its cases dispute.",
        error_messages={"required": "Choose the account whose payments its cases dispute."},
    )

    def __init__(self, *args: Any, accounts: Sequence[Connection], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["account"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 declared above
        field.choices = [(str(account.id), account.name) for account in accounts]
        if len(accounts) == 1:
            field.initial = str(accounts[0].id)


class DisputesSettingsForm(forms.Form):
    """What can change without entering address and key again."""

    name = forms.CharField(
        label="Name",
        max_length=80,
        error_messages={"required": "Give the connection a name."},
    )


def _field(need: Need) -> forms.CharField:
    widget = (
        forms.PasswordInput(attrs={"autocomplete": "new-password"})
        if need.is_secret
        else forms.TextInput(attrs={"autocomplete": "off"})
    )
    return forms.CharField(
        label=need.label,
        max_length=200,
        strip=not need.is_secret,
        help_text=need.help,
        widget=widget,
        error_messages={"required": f"Enter the {need.label}."},
    )

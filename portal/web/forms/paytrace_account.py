"""Forms for PayTrace accounts. Secrets are written, never shown again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import available_timezones

from django import forms

from integrations.connections.models import Connection
from portal.web.forms.secret_field import secret_field

_NO_USER = "Enter the user name, or the client id of version 3."
_NO_MERCHANT = "Enter the merchant id, as PayTrace shows it with the user."
_CURRENCIES = ("USD", "CAD", "EUR", "GBP", "MXN", "AUD")
_FIRST_ZONES = (
    ("America/New_York", "Eastern (New York)"),
    ("America/Chicago", "Central (Chicago)"),
    ("America/Denver", "Mountain (Denver)"),
    ("America/Phoenix", "Arizona (Phoenix)"),
    ("America/Los_Angeles", "Pacific (Los Angeles)"),
    ("America/Anchorage", "Alaska (Anchorage)"),
    ("Pacific/Honolulu", "Hawaii (Honolulu)"),
)


class PayTraceForm(forms.Form):
    """A new PayTrace account."""

    name = forms.CharField(
        label="Name",
        max_length=80,
        help_text="What you call this account, such as Store card payments.",
        error_messages={"required": "Give the connection a name."},
    )
    gateway_environment = forms.ChoiceField(
        label="Which PayTrace",
        choices=[("production", "Production: real money"), ("sandbox", "Sandbox: practice")],
    )
    api_version = forms.ChoiceField(
        label="API version",
        choices=[
            ("v3", "Version 3: client id and secret"),
            ("v1", "Version 1: user name and password"),
        ],
        initial="v1",
        help_text="PayTrace tells which one your account has. When in doubt, take version 1.",
    )
    username = forms.CharField(
        label="User name or client id",
        max_length=200,
        help_text="A user made for Tieout alone; its password is not changed by anybody else.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _NO_USER},
    )
    password = secret_field(
        "Password or client secret", "Stored encrypted. Nobody can read it here."
    )
    merchant_id = forms.CharField(
        label="Merchant id",
        max_length=64,
        help_text="PayTrace calls it integrator or merchant id.",
        error_messages={"required": _NO_MERCHANT},
    )
    zone = forms.ChoiceField(
        label="Time zone of the account",
        help_text="PayTrace tells its times in this zone, and a day begins by it.",
    )
    currency = forms.ChoiceField(label="Currency", choices=[(c, c) for c in _CURRENCIES])
    posts_to = forms.ChoiceField(
        label="Posts to",
        required=False,
        help_text="The Sage Pro company whose books get these payments.",
    )
    base_url = forms.URLField(
        label="Another address",
        required=False,
        assume_scheme="https",
        help_text="Only for a simulator or a relay. Leave it empty for PayTrace itself.",
    )

    def __init__(self, *args: Any, companies: Sequence[Connection], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "zone", _zones())
        _choose(self, "posts_to", _company_choices(companies))
        self.fields["zone"].initial = "America/Los_Angeles"
        if len(companies) == 1:
            self.fields["posts_to"].initial = str(companies[0].id)


class PayTraceSettingsForm(forms.Form):
    """What can change without entering the secrets again."""

    name = forms.CharField(
        label="Name",
        max_length=80,
        error_messages={"required": "Give the connection a name."},
    )
    merchant_id = forms.CharField(
        label="Merchant id", max_length=64, error_messages={"required": _NO_MERCHANT}
    )
    zone = forms.ChoiceField(label="Time zone of the account")
    currency = forms.ChoiceField(label="Currency", choices=[(c, c) for c in _CURRENCIES])
    posts_to = forms.ChoiceField(label="Posts to", required=False)
    settle_from = forms.DateField(
        label="Post settled batches from",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=(
            "Empty, no batch is posted. With a day, every batch that settles on it or later moves "
            "its net from the clearing account to the bank account, by one journal entry in Sage, "
            "once everything in it has ended. Choose a day whose batches nobody has booked by hand."
        ),
    )
    deposit_from = forms.DateField(
        label="Post ACH deposits from",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=(
            "The same for bank payments: with a day, every ACH deposit of that day or later moves "
            "its net from ACH clearing to the bank account, less what came back. Choose a day "
            "whose deposits nobody has booked by hand."
        ),
    )

    def __init__(
        self, *args: Any, companies: Sequence[Connection], tells_deposits: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "zone", _zones())
        _choose(self, "posts_to", _company_choices(companies))
        if not tells_deposits:
            del self.fields["deposit_from"]

    def clean_settle_from(self) -> str:
        """An ISO date; empty for none."""
        return self._day("settle_from")

    def clean_deposit_from(self) -> str:
        """An ISO date; empty for none."""
        return self._day("deposit_from")

    def _day(self, name: str) -> str:
        given = self.cleaned_data[name]
        return given.isoformat() if given else ""


class PayTraceSecretsForm(forms.Form):
    username = forms.CharField(
        label="User name or client id",
        max_length=200,
        error_messages={"required": _NO_USER},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    password = secret_field("Password or client secret")


def _zones() -> list[tuple[str, Any]]:
    known = {zone for zone, _ in _FIRST_ZONES}
    others = sorted(zone for zone in available_timezones() if "/" in zone and zone not in known)
    return [("Common", _FIRST_ZONES), ("All", [(z, z.replace("_", " ")) for z in others])]


def _company_choices(companies: Sequence[Connection]) -> list[tuple[str, str]]:
    return [("", "No company yet"), *((str(c.id), c.name) for c in companies)]


def _choose(form: forms.Form, name: str, choices: Sequence[Any]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 declared above
    field.choices = list(choices)

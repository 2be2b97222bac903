"""Forms for connections. Secrets are written, never shown again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.core.files.uploadedfile import UploadedFile
from sqlalchemy import URL

from integrations.connections.models import Connection
from integrations.sagepro.sample.profile import standard_profile

_MAX_PROFILE_BYTES = 262_144
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


def _secret(label: str, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=200,
        strip=False,
        help_text=help_text,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


def _authority() -> forms.FileField:
    return forms.FileField(
        label="Certificate of the server's authority",
        required=False,
        help_text="A PEM file: who vouches for your SQL Server. Without one, the server's "
        "certificate must come from a public authority.",
    )


def _content(upload: UploadedFile[bytes] | None) -> bytes:
    """At most a little more than may be used, so that a huge file is never read."""
    return upload.read(_MAX_PROFILE_BYTES) if upload else b""


def _zones() -> list[tuple[str, Any]]:
    known = {zone for zone, _ in _FIRST_ZONES}
    others = sorted(zone for zone in available_timezones() if "/" in zone and zone not in known)
    return [("Common", _FIRST_ZONES), ("All", [(z, z.replace("_", " ")) for z in others])]


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
        help_text="PayTrace tells which one your account has. When in doubt, take version 1.",
    )
    username = forms.CharField(
        label="User name or client id",
        max_length=200,
        help_text="A user made for Tieout alone; its password is not changed by anybody else.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    password = _secret("Password or client secret", "Stored encrypted. Nobody can read it here.")
    merchant_id = forms.CharField(
        label="Merchant id", max_length=64, help_text="PayTrace calls it integrator or merchant id."
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


class DatabaseForm(forms.Form):
    """Where a Sage Pro company's database is. All of it is one secret."""

    product = forms.ChoiceField(
        label="Database product",
        choices=[("mssql", "Microsoft SQL Server"), ("postgresql", "PostgreSQL: sample companies")],
    )
    host = forms.CharField(
        label="Server",
        max_length=200,
        help_text="Name or address of the database server, without a named instance.",
    )
    port = forms.IntegerField(
        label="Port",
        min_value=1,
        max_value=65535,
        initial=1433,
        help_text="1433 for SQL Server unless your administrator says otherwise.",
    )
    database = forms.CharField(label="Database", max_length=120)
    user = forms.CharField(
        label="Database user",
        max_length=120,
        help_text="A user made for Tieout alone.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    password = _secret("Password", "Stored encrypted. Nobody can read it here.")

    def dsn(self) -> str:
        """The five answers as one address. A server that is a path is a socket on this machine."""
        given = self.cleaned_data
        is_socket = given["product"] == "postgresql" and given["host"].startswith("/")
        url = URL.create(
            given["product"],
            username=given["user"],
            password=given["password"],
            host=None if is_socket else given["host"],
            port=None if is_socket else given["port"],
            database=given["database"],
            query={"host": given["host"], "port": str(given["port"])} if is_socket else {},
        )
        return url.render_as_string(hide_password=False)


class SageProForm(DatabaseForm):
    """A new Sage Pro company."""

    name = forms.CharField(
        label="Name",
        max_length=80,
        help_text="What you call this company's books.",
        error_messages={"required": "Give the connection a name."},
    )
    company_number = forms.CharField(
        label="Company number", max_length=10, help_text="As in Sage Pro's sign-in, such as 01."
    )
    authority = _authority()
    profile = forms.FileField(
        label="Posting profile",
        required=False,
        help_text="The file that says how tables and columns are named at your site. Leave it "
        "empty for the standard names of the SQL edition; then Tieout only reads, until a "
        "calibration has proven what may be posted.",
    )
    field_order = (
        "name", "company_number", "product", "host", "port", "database", "user", "password",
    )  # fmt: skip

    def clean_authority(self) -> bytes:
        return _content(self.cleaned_data["authority"])

    def clean_profile(self) -> dict[str, Any]:
        given = self.cleaned_data["profile"]
        return _read_profile(given) if given else dict(standard_profile("sql").as_json())


class AgentCompanyForm(forms.Form):
    """A new Sage Pro company whose database only an agent knows."""

    name = SageProForm.base_fields["name"]
    company_number = SageProForm.base_fields["company_number"]
    profile = SageProForm.base_fields["profile"]

    def clean_profile(self) -> dict[str, Any]:
        given = self.cleaned_data["profile"]
        return _read_profile(given) if given else dict(standard_profile("sql").as_json())


class FoxProForm(forms.Form):
    """A new Sage Pro company in FoxPro tables.

    Where no operator allowed a folder of this server there is only one way, and no choice.
    """

    name = SageProForm.base_fields["name"]
    company_number = SageProForm.base_fields["company_number"]
    reached = forms.ChoiceField(
        label="How the tables are reached",
        choices=[
            ("agent", "FoxPro tables (DBF) through the agent"),
            ("folder", "FoxPro tables (DBF) in a folder this server can reach"),
        ],
        initial="agent",
    )
    folder = forms.CharField(
        label="Folder",
        max_length=200,
        required=False,
        help_text="Only for a folder of this server: written from its root, such as "
        "/srv/sage/ardata; several with a ; between.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    profile = forms.FileField(
        label="Posting profile",
        required=False,
        help_text="The file that says how tables and columns are named at your site. Leave it "
        "empty for the standard names of the FoxPro edition, which are for payments alone; then "
        "Tieout only reads, until a calibration has proven what may be posted.",
    )

    def clean_profile(self) -> dict[str, Any]:
        given = self.cleaned_data["profile"]
        return _read_profile(given) if given else dict(standard_profile("dbf").as_json())

    def __init__(self, *args: Any, has_folders: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_folders:
            del self.fields["reached"], self.fields["folder"]


class PayTraceSettingsForm(forms.Form):
    """What can change without entering the secrets again."""

    name = forms.CharField(label="Name", max_length=80)
    merchant_id = forms.CharField(label="Merchant id", max_length=64)
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

    def __init__(self, *args: Any, companies: Sequence[Connection], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "zone", _zones())
        _choose(self, "posts_to", _company_choices(companies))

    def clean_settle_from(self) -> str:
        """An ISO date; empty for none."""
        given = self.cleaned_data["settle_from"]
        return given.isoformat() if given else ""


class SageProSettingsForm(forms.Form):
    name = forms.CharField(label="Name", max_length=80)
    profile = forms.FileField(
        label="Posting profile",
        required=False,
        help_text="A new file sends the connection back to ‘Not tested yet’.",
    )

    def clean_profile(self) -> dict[str, Any] | None:
        given = self.cleaned_data["profile"]
        return _read_profile(given) if given else None


class AuthorityForm(forms.Form):
    """Who vouches for the server; without a file the former one is forgotten."""

    authority = _authority()

    def clean_authority(self) -> bytes:
        return _content(self.cleaned_data["authority"])


class PayTraceSecretsForm(forms.Form):
    username = forms.CharField(
        label="User name or client id",
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    password = _secret("Password or client secret")


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="Why", max_length=300, error_messages={"required": "Say why; others see it here."}
    )


def _read_profile(upload: UploadedFile[bytes]) -> dict[str, Any]:
    if (upload.size or 0) > _MAX_PROFILE_BYTES:
        raise forms.ValidationError("A posting profile is smaller than 256 kB.")
    try:
        found = json.loads(upload.read().decode(), parse_float=Decimal)
    except (ValueError, UnicodeDecodeError):
        raise forms.ValidationError("This file is not a posting profile.") from None
    if not isinstance(found, dict):
        raise forms.ValidationError("This file is not a posting profile.")
    return found


def _company_choices(companies: Sequence[Connection]) -> list[tuple[str, str]]:
    return [("", "No company yet"), *((str(c.id), c.name) for c in companies)]


def _choose(form: forms.Form, name: str, choices: Sequence[Any]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 declared above
    field.choices = list(choices)

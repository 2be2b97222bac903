"""Forms for Sage Pro companies. Secrets are written, never shown again."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from sqlalchemy import URL

from integrations.sagepro.sample.profile import standard_profile
from portal.web.forms.secret_field import secret_field

_MAX_PROFILE_BYTES = 262_144


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
    password = secret_field("Password", "Stored encrypted. Nobody can read it here.")

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

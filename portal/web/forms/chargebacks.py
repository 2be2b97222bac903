"""Chargebacks as a person tells them: one by a form, many by a file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone

from integrations.canonical.disputes import LONGEST_CASE, Dispute
from integrations.canonical.problems import Problem
from integrations.connections.models import Connection
from integrations.events import dispute_file

# What a form's field is called in a file and in what is wrong with it.
_COLUMNS = {"case_number": "case number", "happened_on": "date", "respond_by": "respond by"}


class _AccountForm(forms.Form):
    account = forms.ChoiceField(
        label="PayTrace account",
        error_messages={"required": "Choose the account the payment came through."},
    )

    def __init__(self, *args: object, accounts: Sequence[Connection], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self._accounts = {str(account.id): account for account in accounts}
        field = self.fields["account"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 this tells the type
        field.choices = [(key, account.name) for key, account in self._accounts.items()]
        if len(self._accounts) == 1:
            field.initial = next(iter(self._accounts))

    @property
    def source(self) -> Connection:
        """The chosen account, of a valid form."""
        return self._accounts[self.cleaned_data["account"]]

    def currency(self) -> str:
        return str(self.source.settings["currency"])

    def today(self) -> date:
        """The day it is in the account's zone."""
        return timezone.now().astimezone(ZoneInfo(self.source.settings["zone"])).date()


class ChargebackForm(_AccountForm):
    case_number = forms.CharField(
        label="Case number",
        max_length=LONGEST_CASE,
        help_text="As the acquirer names it; it keeps a case from being entered twice.",
        error_messages={"required": "Enter the number the acquirer gave the case."},
    )
    payment = forms.CharField(
        label="PayTrace transaction",
        max_length=64,
        help_text="The number of the disputed payment, as its page shows it.",
        error_messages={"required": "Enter the number of the disputed payment."},
    )
    state = forms.ChoiceField(
        label="What happened",
        choices=[
            ("opened", "It was opened: the money is taken back"),
            ("won", "It was won: the money came back"),
            ("lost", "It was lost"),
        ],
    )
    happened_on = forms.CharField(
        label="On",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": "Choose the day it happened."},
    )
    amount = forms.CharField(
        label="Amount",
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        error_messages={"required": "Enter an amount such as 740.00."},
    )
    fee = forms.CharField(
        label="Fee",
        max_length=20,
        required=False,
        help_text="What the acquirer takes beside the amount.",
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    reason = forms.CharField(
        label="Reason", max_length=200, required=False, help_text="Its code or words."
    )
    respond_by = forms.CharField(
        label="Contest by",
        required=False,
        help_text="The last day to answer an open case, as the acquirer’s letter says. Of a case "
        "entered before, another day here counts from now on.",
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def dispute(self) -> Dispute | None:
        """What was told; None after putting what is wrong beside its field."""
        row = {_COLUMNS.get(name, name): str(value) for name, value in self.cleaned_data.items()}
        found = dispute_file.read_one(row, currency=self.currency(), today=self.today())
        if isinstance(found, Problem):
            self.refuse(found.field, found.sentence)
            return None
        return found

    def refuse(self, column: str, sentence: str) -> None:
        """Put a sentence beside the field of this column."""
        names = {_COLUMNS.get(name, name): name for name in self.fields}
        self.add_error(names.get(column), sentence)


class ChargebackRowsForm(_AccountForm):
    """A file, or the same rows pasted from a spreadsheet."""

    file = forms.FileField(
        label="CSV file",
        required=False,
        help_text="Columns: case number, payment, state (opened, won or lost), date, amount; and "
        "fee, reason and respond by (the last day to contest it) where there are any.",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}),
        error_messages={"empty": "The file is empty."},
    )
    rows = forms.CharField(
        label="Or paste the rows here",
        required=False,
        max_length=dispute_file.MAX_BYTES,
        strip=False,
        help_text="Straight from the spreadsheet, its heading included.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if not given.get("file") and not given.get("rows", "").strip() and not self.errors:
            self.add_error("file", "Choose a file, or paste its rows.")
        return given

    def content(self) -> bytes:
        """What was sent, at most one byte more than is read."""
        file, rows = self.cleaned_data["file"], self.cleaned_data["rows"]
        sent: bytes = file.read(dispute_file.MAX_BYTES + 1) if file else rows.encode()
        return sent

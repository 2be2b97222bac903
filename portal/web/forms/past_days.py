"""Which past days to read from PayTrace."""

from __future__ import annotations

from django import forms


def _day(label: str) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={
            "required": f"Choose the {label.lower()}.",
            "invalid": "This is not a day such as 2026-11-20.",
        },
    )


class PastDaysForm(forms.Form):
    first_day = _day("First day")
    last_day = _day("Last day")
    name = forms.CharField(
        label="Name",
        max_length=80,
        required=False,
        help_text="What you call it, such as Before go-live.",
    )

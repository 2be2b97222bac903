"""Why somebody does it."""

from __future__ import annotations

from django import forms


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="Why", max_length=300, error_messages={"required": "Say why; others see it here."}
    )

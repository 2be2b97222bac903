"""What happens when a payment fits no invoice, and when it looks like one already posted."""

from __future__ import annotations

from typing import Any

from django import forms

from integrations.workflows.definition import ON_ACCOUNT, REVIEW


class PolicyForm(forms.Form):
    invoice_missing = forms.ChoiceField(
        label="When no invoice is found",
        widget=forms.RadioSelect,
        choices=[
            (REVIEW, "Ask me: it waits under Exceptions, and nothing is written"),
            (ON_ACCOUNT, "Put it on the customer's account, when the customer is known in Sage"),
        ],
        error_messages={"required": "Choose one of the two."},
    )
    duplicate_window_days = forms.IntegerField(
        label="Days in which the same amount for the same invoice is a possible duplicate",
        min_value=0,
        max_value=60,
        help_text="0 to 60. A payment that looks like a receipt of these days asks you first.",
    )

    def changes(self) -> dict[str, dict[str, Any]]:
        """The settings by step."""
        given = self.cleaned_data
        return {
            "match": {"invoice_missing": given["invoice_missing"]},
            "guard": {"duplicate_window_days": given["duplicate_window_days"]},
        }

"""A secret that is typed, kept sealed, and never shown again."""

from __future__ import annotations

from django import forms


def secret_field(label: str, help_text: str = "") -> forms.CharField:
    """Browsers neither fill it in nor offer to keep it."""
    return forms.CharField(
        label=label,
        max_length=200,
        strip=False,
        help_text=help_text,
        error_messages={"required": f"Enter the {label[0].lower()}{label[1:]}."},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

"""What a list of payments is asked for: every choice stands in the address, so it can be kept."""

from __future__ import annotations

import base64
import binascii
import uuid
from datetime import datetime
from typing import Any

from django import forms

from integrations.posting.queries import Place, Wanted
from integrations.posting.words import KIND_WORDS, WORDS

_FOUND_BY = [("notice", "Notice"), ("sync", "Found by sync"), ("person", "Asked for by a person")]


class PaymentFilter(forms.Form):
    q = forms.CharField(
        label="Find",
        required=False,
        max_length=100,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": "Invoice, customer, amount, last four, receipt"}
        ),
    )
    state = forms.ChoiceField(label="State", required=False)
    kind = forms.ChoiceField(label="Kind", required=False)
    found_by = forms.ChoiceField(
        label="Found by", required=False, choices=[("", "Any way"), *_FOUND_BY]
    )
    days = forms.ChoiceField(
        label="Days of the",
        required=False,
        choices=[("", "payment"), ("posting", "posting")],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "filter_%s"} | kwargs)
        states = [(word.slug, word.text) for word in WORDS if word.slug != "received"]
        self._choice("state").choices = [("", "Any state"), *states]
        self._choice("kind").choices = [("", "Any kind"), *KIND_WORDS.items()]
        # `from` is a word of the language, so it cannot stand above.
        for name, label in (("from", "From"), ("to", "To")):
            self.fields[name] = forms.DateField(
                label=label,
                required=False,
                widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
                error_messages={"invalid": "Write the day as 2026-01-31."},
            )

    def wanted(self, *, zone: str) -> Wanted:
        """The filter as plain values. A choice that cannot be read is left out, not an error."""
        self.is_valid()
        given = self.cleaned_data
        return Wanted(
            zone=zone,
            text=given.get("q", ""),
            state=given.get("state", ""),
            kind=given.get("kind", ""),
            found_by=given.get("found_by", ""),
            first_day=given.get("from"),
            last_day=given.get("to"),
            by_posting_day=given.get("days") == "posting",
        )

    def has_more(self) -> bool:
        """Whether one of the folded choices is used."""
        return any(self.data.get(name) for name in ("from", "to", "days", "found_by"))

    def _choice(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 declared above
        return field


def write_place(place: Place) -> str:
    """The end of a page as one word for an address."""
    text = f"{place.occurred_at.isoformat()} {place.id}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_place(word: str) -> Place | None:
    """The place `write_place` wrote; None for anything else, which shows the first page."""
    try:
        text = base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)).decode()
        moment, _, row = text.partition(" ")
        occurred_at = datetime.fromisoformat(moment)
        return Place(occurred_at, uuid.UUID(row)) if occurred_at.tzinfo else None
    except (ValueError, binascii.Error):
        return None

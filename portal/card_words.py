"""What to do about an id that reads like a card number, by the field it was typed into."""

from __future__ import annotations

from collections.abc import Mapping

_REMEDIES: Mapping[str, str] = {
    "merchant_id": "A merchant id is digits alone, without spaces or dashes: then it is taken.",
    "account": "A GL account is written with dashes between its segments, such as "
    "4000-100-200-000: then it is taken.",
    "q": "Search for a part of the number instead.",
    "case_number": "Leave out its first digit, in every row of the dispute; the rest names it "
    "as well.",
}
_ANY = (
    "About one long number in thirty reads like a card. Leave out its first digit: "
    "the rest names it as well."
)


def remedy_of(field: str) -> str:
    """The sentence for this field; an empty or unknown one gets what helps anywhere."""
    return _REMEDIES.get(field, _ANY)

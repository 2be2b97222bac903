"""How card brands are written for people."""

from __future__ import annotations

_WORDS = {
    "amex": "American Express",
    "diners": "Diners Club",
    "discover": "Discover",
    "jcb": "JCB",
    "mastercard": "Mastercard",
    "visa": "Visa",
}


def brand_word(brand: str) -> str:
    """`visa` as `Visa`; a brand that is not known here as it came."""
    return _WORDS.get(brand.strip().lower(), brand)

"""Whether two ways of writing a company's name, or its postal code, mean the same."""

from __future__ import annotations

import re
import unicodedata

# What stands for the kind of company, and is written or left out as people like.
_KINDS = frozenset(
    {
        "ag", "bv", "co", "company", "corp", "corporation", "gmbh", "inc", "incorporated",
        "limited", "llc", "llp", "lp", "ltd", "nv", "plc", "pllc", "sa", "sarl", "srl",
    }
)  # fmt: skip
_US_CODE = re.compile(r"(\d{5})-?\d{4}")


def plain_name(name: str) -> str:
    """Small letters and digits without accents; ‘&’ is and; the kind of company left out.

    `Crème & Café Inc.` and `CREME AND CAFE` are both `creme and cafe`.
    """
    parts = unicodedata.normalize("NFKD", name.casefold().replace("&", " and "))
    bare = "".join(sign for sign in parts if not unicodedata.combining(sign))
    # A point or apostrophe is no gap: L.L.C. is LLC, O'Neill is ONEILL.
    joined = re.sub(r"[.'’`]", "", bare)
    words = "".join(sign if sign.isalnum() else " " for sign in joined).split()
    kept = list(words)
    while len(kept) > 1 and kept[-1] in _KINDS:
        kept.pop()
    if len(kept) > 1 and kept[0] == "the":
        kept.pop(0)
    return " ".join(kept)


def plain_postal_code(code: str) -> str:
    """Without blanks, in capitals; of a code in the United States the first five digits."""
    bare = "".join(code.upper().split())
    found = _US_CODE.fullmatch(bare)
    return found.group(1) if found else bare

"""What is wrong with something a person entered, told so that they can repair it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing to repair: where it is, a sentence saying what is wrong, and what to do.

    `value` is what stood there and `rule` the rule it broke, in words; both may be empty.
    """

    field: str
    sentence: str
    value: str = ""
    rule: str = ""
    remedy: str = ""

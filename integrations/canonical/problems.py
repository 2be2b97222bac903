"""What is wrong with something a person entered, told so that they can repair it."""

from __future__ import annotations

from collections.abc import Sequence
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


class Unpublishable(Exception):  # noqa: N818 an answer for the form, not a mistake
    """What a person wants in force has problems, each told with its place; none of it is."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(" ".join(problem.sentence for problem in problems))
        self.problems = tuple(problems)

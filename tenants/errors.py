"""What cannot be done, told to the person who asked."""

from __future__ import annotations


class NotPossible(Exception):  # noqa: N818 an answer for a person, not a mistake
    """The thing asked for is not allowed or no longer possible; `sentence` says why.

    `field` names the input at fault, where there is one.
    """

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field

"""What keeps a connection from being changed or tested, told to the person who asked."""

from __future__ import annotations


class NeedsConfirmation(Exception):  # noqa: N818 a question for a person
    """It may do harm: ask the person, then call again with `confirmed=True`."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence

"""Why an instruction cannot be taken, in sentences for whoever asks."""

from __future__ import annotations

from collections.abc import Sequence

from integrations.canonical.problems import Problem
from tenants.errors import NotPossible


class KeyReused(NotPossible):
    """The idempotency key came before with other contents."""


class BadWish(NotPossible):
    """Fields that have to be repaired, each with its sentence and remedy."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems[0].sentence, field=problems[0].field)
        self.problems = tuple(problems)

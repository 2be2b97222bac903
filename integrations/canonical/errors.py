"""What can go wrong at an outside system, as four kinds and no more.

IntegrationError
├── TryLater            the other side is away or busy; waiting helps
├── NeverWorks          this request is wrong; sending it again changes nothing
├── FixConfiguration    a person must change a setting or a credential first
└── OutcomeUnknown      it may or may not have happened; ask, never resend
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(eq=False)
class IntegrationError(Exception):
    """A failure told to a person: one sentence, and what to do about it.

    `code` is stable and machine-readable (`sage.offline`, `paytrace.login_refused`);
    `field` names the input at fault where there is one. None of them ever holds a secret.
    """

    sentence: str
    code: str = "integration.error"
    field: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        return self.sentence


@dataclass(eq=False)
class TryLater(IntegrationError):  # noqa: N818 the tree's words are outcomes
    """Waiting helps. `after` is how long the other side asked us to wait, if it said so."""

    after: timedelta | None = None


@dataclass(eq=False)
class NeverWorks(IntegrationError):  # noqa: N818 the tree's words are outcomes
    """The request itself is wrong: nothing was written, and a retry would fail the same way."""


@dataclass(eq=False)
class FixConfiguration(IntegrationError):  # noqa: N818 the tree's words are outcomes
    """A setting, permission or credential must be changed by a person first."""


@dataclass(eq=False)
class OutcomeUnknown(IntegrationError):  # noqa: N818 the tree's words are outcomes
    """The call may have taken effect. Resolve by asking the same place, never by resending."""

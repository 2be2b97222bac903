"""Ask what an account can do, by reads that cost nothing and change nothing."""

from __future__ import annotations

from collections.abc import Callable

from integrations.canonical.errors import FixConfiguration, NeverWorks, TryLater
from integrations.paytrace.results import Capability


def probe(name: str, ask: Callable[[], object], *, what: str) -> Capability:
    """True when `ask` is answered, False when the permission is missing, None otherwise.

    `what` ends the sentence, as in "This user can read card payments." Raises FixConfiguration
    for a refused login: then nothing else can be asked either.
    """
    try:
        ask()
    except FixConfiguration as error:
        if error.code != "paytrace.not_permitted":
            raise
        return Capability(name, is_available=False, sentence=f"This user may not {what}.")
    except TryLater:
        return Capability(name, is_available=None, sentence="PayTrace did not answer just now.")
    except NeverWorks as error:
        return _refused(name, error, what=what)
    return Capability(name, is_available=True, sentence=f"This user can {what}.")


def _refused(name: str, error: NeverWorks, *, what: str) -> Capability:
    """Asking for a customer that does not exist is a yes: the question itself was allowed."""
    if error.code == "paytrace.customer_unknown":
        return Capability(name, is_available=True, sentence=f"This user can {what}.")
    return Capability(name, is_available=None, sentence=f"PayTrace did not say: {error.sentence}")


def unsaid(name: str, sentence: str) -> Capability:
    """A thing PayTrace offers no harmless question about."""
    return Capability(name, is_available=None, sentence=sentence)


def offered(name: str, sentence: str, *, is_available: bool) -> Capability:
    """A thing the version and environment decide, without asking."""
    return Capability(name, is_available=is_available, sentence=sentence)

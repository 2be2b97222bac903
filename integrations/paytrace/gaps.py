"""What a version does not offer, in a sentence. A call that is missing raises NeverWorks."""

from __future__ import annotations

from integrations.canonical.errors import NeverWorks


def not_offered(sentence: str, *, remedy: str = "") -> NeverWorks:
    """`paytrace.not_offered`: nothing was sent, and this version never will."""
    return NeverWorks(sentence, code="paytrace.not_offered", remedy=remedy)

"""What goes wrong in a company's database, in the same words for every product."""

from __future__ import annotations

from integrations.canonical.errors import (
    FixConfiguration,
    NeverWorks,
    OutcomeUnknown,
    TryLater,
)
from integrations.canonical.redaction import redact_text

IN_USE = "sage.in_use"
_VALUE_REFUSED, _BY_SITE, _DATABASE_ERROR = (
    "sage.value_refused",
    "sage.refused_by_site",
    "sage.database_error",
)
OF_ONE = frozenset({_VALUE_REFUSED, _BY_SITE, _DATABASE_ERROR})
"""Codes of what the database does not take of one write, and takes of others."""
_LONGEST_WORDS = 200


def in_use() -> TryLater:
    return TryLater("A record in Sage Pro is in use; nothing was written.", code=IN_USE)


def unreachable(remedy: str = "") -> TryLater:
    return TryLater(
        "Sage Pro's database cannot be reached.", code="sage.unreachable", remedy=remedy
    )


def no_line() -> TryLater:
    """A server whose certificate is not believed is not told apart by its driver."""
    return unreachable(
        "See that the server runs and is reached from here, and that its certificate is signed by "
        "the authority that was named for it."
    )


def not_permitted(words: str) -> FixConfiguration:
    return FixConfiguration(
        f"The Sage Pro login may not do this: {words}.",
        code="sage.permission",
        remedy="Grant the login the rights listed on the connection page.",
    )


def login_refused() -> FixConfiguration:
    return _login("refused the login", "sage.login_refused")


def database_missing() -> FixConfiguration:
    return _login("has no database of that name", "sage.database_missing")


def _login(problem: str, code: str) -> FixConfiguration:
    return FixConfiguration(
        f"Sage Pro's server {problem}.",
        code=code,
        remedy="Check the server, database, user and password of the Sage Pro connection.",
    )


def tables_differ(words: str) -> FixConfiguration:
    return schema_changed(f"Sage Pro's tables are not what the posting profile says: {words}.")


def schema_changed(sentence: str) -> FixConfiguration:
    return FixConfiguration(
        sentence,
        code="sage.schema_changed",
        remedy="Test the connection to see every change; then accept it or change the profile.",
    )


def value_refused(where: str = "") -> NeverWorks:
    """`where` names table and column, where the server told them."""
    return NeverWorks(
        f"Sage Pro's database does not accept one of the values{where}.",
        code=_VALUE_REFUSED,
        remedy="Compare the widths in the posting profile with the company's tables.",
    )


def refused_by_site(words: str) -> NeverWorks:
    """A trigger or constraint of the site's own: about the row, and not a server that is away."""
    return NeverWorks(
        f"A rule in Sage Pro's own database refused it: {redact_text(words)[:_LONGEST_WORDS]}.",
        code=_BY_SITE,
        remedy="Repair what it names, or ask who made the rule; then try again.",
    )


def refused(number: str) -> NeverWorks:
    return NeverWorks(
        f"Sage Pro's database refused the statement (code {number}).", code=_DATABASE_ERROR
    )


def commit_lost() -> OutcomeUnknown:
    return OutcomeUnknown(
        "Sage Pro's answer to the commit was lost; it may or may not be in the books.",
        code="sage.commit_lost",
        remedy="Ask again: the writer answers from the books.",
    )

"""Database errors as the four kinds of canonical `errors`.

Sentences hold no address, no login and no values: only what went wrong and, for a missing
table or column, its name.
"""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError

from integrations.canonical.errors import (
    FixConfiguration,
    IntegrationError,
    NeverWorks,
    OutcomeUnknown,
    TryLater,
)

IN_USE = "sage.in_use"

# PostgreSQL error codes, appendix A of its manual.
_IN_USE = frozenset({"55P03", "57014", "40P01", "40001"})
_SCHEMA = frozenset({"42P01", "42703", "42804", "42883", "3F000", "23502"})
_LOGIN_WORDS = ("password authentication failed", "no pg_hba.conf entry", "no password supplied")


def code_of(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", None) or "")


def is_duplicate(error: DBAPIError) -> bool:
    return code_of(error) == "23505"


def translate(error: DBAPIError) -> IntegrationError:
    """The kind of failure, for an error before the commit was sent: nothing was written."""
    code = code_of(error)
    if code in _IN_USE:
        return TryLater("A record in Sage Pro is in use; nothing was written.", code=IN_USE)
    if code in _SCHEMA:
        return _schema_changed(_server_words(error))
    if code == "42501":
        return FixConfiguration(
            f"The Sage Pro login may not do this: {_server_words(error)}.",
            code="sage.permission",
            remedy="Grant the login the rights listed on the connection page.",
        )
    return _login_refused(error) or _other(code)


def _other(code: str) -> IntegrationError:
    # 25P03: we were paused in a transaction for too long and thrown out.
    if code[:2] in {"", "08", "53", "57", "58"} or code == "25P03":
        return TryLater("Sage Pro's database cannot be reached.", code="sage.unreachable")
    if code[:2] == "22":
        return NeverWorks(
            "Sage Pro's database does not accept one of the values.", code="sage.value_refused"
        )
    return NeverWorks(
        f"Sage Pro's database refused the statement (code {code}).", code="sage.database_error"
    )


def _login_refused(error: DBAPIError) -> IntegrationError | None:
    code, text = code_of(error), str(error.orig)
    missing = "does not exist" in text
    if code.startswith("28") or any(word in text for word in _LOGIN_WORDS):
        return _login("refused the login", "sage.login_refused")
    if code == "3D000" or (not code and missing and "database" in text):
        return _login("has no database of that name", "sage.database_missing")
    if not code and missing and "role" in text:
        return _login("refused the login", "sage.login_refused")
    return None


def _login(problem: str, code: str) -> FixConfiguration:
    return FixConfiguration(
        f"Sage Pro's server {problem}.",
        code=code,
        remedy="Check the server, database, user and password of the Sage Pro connection.",
    )


def _schema_changed(words: str) -> FixConfiguration:
    return schema_changed(f"Sage Pro's tables are not what the posting profile says: {words}.")


def schema_changed(sentence: str) -> FixConfiguration:
    return FixConfiguration(
        sentence,
        code="sage.schema_changed",
        remedy="Test the connection to see every change; then accept it or change the profile.",
    )


def commit_lost() -> OutcomeUnknown:
    return OutcomeUnknown(
        "Sage Pro's answer to the commit was lost; it may or may not be in the books.",
        code="sage.commit_lost",
        remedy="Ask again: the writer answers from the books.",
    )


def _server_words(error: DBAPIError) -> str:
    message = getattr(getattr(error.orig, "diag", None), "message_primary", None)
    return str(message or "no further detail")

"""PostgreSQL's error codes (appendix A of its manual), as the kinds of canonical `errors`."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError

from integrations.canonical.errors import IntegrationError
from integrations.sagepro.backends import sentences

_IN_USE = frozenset({"55P03", "57014", "40P01", "40001"})
_SCHEMA = frozenset({"42P01", "42703", "42804", "42883", "3F000", "23502"})
# Raised by a trigger; a check, a foreign key.
_RULE = frozenset({"P0001", "23514", "23503"})
_LOGIN_WORDS = ("password authentication failed", "no pg_hba.conf entry", "no password supplied")


def translate(error: DBAPIError) -> IntegrationError:
    code = _code(error)
    if code in _IN_USE:
        return sentences.in_use()
    if code in _SCHEMA:
        return sentences.tables_differ(_server_words(error))
    if code in _RULE:
        return sentences.refused_by_site(_server_words(error).rstrip("."))
    if code == "42501":
        return sentences.not_permitted(_server_words(error))
    return _login_refused(error) or _other(code)


def is_duplicate(error: DBAPIError) -> bool:
    return _code(error) == "23505"


def is_constraint(error: DBAPIError) -> bool:
    return _code(error).startswith("23")


def _other(code: str) -> IntegrationError:
    # 25P03: we were paused in a transaction for too long and thrown out.
    if code[:2] in {"", "08", "53", "57", "58"} or code == "25P03":
        return sentences.unreachable()
    return sentences.value_refused() if code[:2] == "22" else sentences.refused(code)


def _login_refused(error: DBAPIError) -> IntegrationError | None:
    code, text = _code(error), str(error.orig)
    missing = "does not exist" in text
    if code.startswith("28") or any(word in text for word in _LOGIN_WORDS):
        return sentences.login_refused()
    if code == "3D000" or (not code and missing and "database" in text):
        return sentences.database_missing()
    if not code and missing and "role" in text:
        return sentences.login_refused()
    return None


def _code(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", None) or "")


def _server_words(error: DBAPIError) -> str:
    message = getattr(getattr(error.orig, "diag", None), "message_primary", None)
    return str(message or "no further detail")

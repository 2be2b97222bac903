"""SQL Server's message numbers as the kinds of canonical `errors`.

The driver, pymssql, raises `(number, text)`; numbers from 20000 on are its own library's,
FreeTDS, up to 50000, where those begin that a site raises. Its transaction calls raise a text
alone, with the number in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlalchemy import ExceptionContext
from sqlalchemy.exc import DBAPIError

from integrations.canonical.errors import IntegrationError
from integrations.sagepro.backends import sentences

# Deadlock victim, lock time-out, statement time-out, snapshot conflict.
_IN_USE = frozenset({1205, 1222, 20003, 3960})
# Wrong column, table, type clash, no such procedure, unbound name, NULL into a column.
_SCHEMA = frozenset({207, 208, 206, 2812, 4104, 515})
# On a table, a column, a procedure in a database; a database context.
_PERMISSION = frozenset({229, 230, 300, 262, 916})
# Truncation (2628 names the column since 2019), overflow, conversion, out of range.
_VALUE = frozenset({8152, 2628, 8115, 220, 232, 241, 242, 245, 8114})
_DUPLICATE = frozenset({2627, 2601})
_LOGIN = frozenset({18456, 18452, 18470, 18486, 18487, 18488})
_NO_DATABASE = frozenset({4060, 911})
# The server itself is going down, out of memory, or out of disk; FreeTDS lost it or its TLS.
_AWAY = frozenset({701, 1105, 6005, 9002, 17142, 40613, 40197, 40501, 10928, 10929})
_FIRST_OF_LIBRARY = 20000
# A check or a foreign key; table and column are in its words.
_CONSTRAINT = 547
# From here on the site's own: RAISERROR and THROW of a trigger.
_FIRST_OF_SITE = 50000
_CONNECTION_FAILED = 20002
_SERVER_SPOKE = "DB-Lib error message 20018"
_NUMBER = re.compile(r"\((\d{2,5}), b?['\"]")
_TRUNCATED = re.compile(r"in table '([^']{1,260})', column '([^']{1,128})'")
_END = "DB-Lib error message"


def is_theirs(error: DBAPIError) -> bool:
    return is_from_driver(error.orig)


def is_from_driver(error: BaseException | None) -> bool:
    """Also of what the driver raises from beneath its own interface."""
    return type(error).__module__.startswith("pymssql")


def is_gone(error: DBAPIError) -> bool:
    """Every error of the library ends the connection; SQLAlchemy knows only some of them."""
    return is_theirs(error) and _is_of_library(_told(error)[0])


def tell_engine(context: ExceptionContext) -> BaseException | None:
    """A hook for SQLAlchemy's `handle_error`, which knows only some of the driver's ways to go.

    What the driver raises from beneath its own interface, about a connection that is gone
    already, is an error of the interface like others.
    """
    error = context.original_exception
    if not is_from_driver(error):
        return None
    whole = context.sqlalchemy_exception
    if isinstance(whole, DBAPIError):
        context.is_disconnect = context.is_disconnect or is_gone(whole)
        return None
    context.is_disconnect = True
    return DBAPIError(None, None, error)


def translate(error: DBAPIError) -> IntegrationError:
    number, words = _told(error)
    # The server says first which database it cannot open, then that the login failed.
    if "Cannot open database" in words:
        return sentences.database_missing()
    for numbers, make in _KINDS:
        if number in numbers:
            return make(words)
    if number >= _FIRST_OF_SITE or number == _CONSTRAINT:
        return sentences.refused_by_site(_first_sentence(words))
    if not number or _is_of_library(number):
        return sentences.no_line()
    return sentences.refused(str(number))


def is_duplicate(error: DBAPIError) -> bool:
    return _told(error)[0] in _DUPLICATE


def _is_of_library(number: int) -> bool:
    return _FIRST_OF_LIBRARY <= number < _FIRST_OF_SITE


def _told(error: DBAPIError) -> tuple[int, str]:
    """The number, 0 for none, and the text of what the server said."""
    given = error.orig.args if error.orig is not None else ()
    if len(given) == 1 and isinstance(given[0], tuple):
        return _while_connecting(*_pair(given[0]))
    if len(given) == 2:
        return _pair(given)
    found = _NUMBER.search(str(given))
    return (int(found[1]) if found else 0), str(given)


def _pair(given: tuple[object, ...]) -> tuple[int, str]:
    number, words = given
    text = words.decode(errors="replace") if isinstance(words, bytes) else str(words)
    return int(str(number)), text


def _while_connecting(number: int, words: str) -> tuple[int, str]:
    """The driver keeps the number of an earlier refusal for every later failure to connect
    of the process (2.4.6, seen); unless the server spoke this time, it is the library's own."""
    return (number, words) if _SERVER_SPOKE in words else (_CONNECTION_FAILED, words)


def _first_sentence(words: str) -> str:
    """What the server said, without what the library adds to it."""
    return " ".join(words.partition(_END)[0].split()).rstrip(".") or "no further detail"


def _place(words: str) -> str:
    found = _TRUNCATED.search(words)
    return f" ({found[1]}, column {found[2]})" if found else ""


_KINDS: tuple[tuple[frozenset[int], Callable[[str], IntegrationError]], ...] = (
    (_IN_USE, lambda _: sentences.in_use()),
    (_NO_DATABASE, lambda _: sentences.database_missing()),
    (_LOGIN, lambda _: sentences.login_refused()),
    (_PERMISSION, lambda words: sentences.not_permitted(_first_sentence(words))),
    (_SCHEMA, lambda words: sentences.tables_differ(_first_sentence(words))),
    (_VALUE, lambda words: sentences.value_refused(_place(words))),
    (_AWAY, lambda _: sentences.unreachable()),
)

"""Database errors as the four kinds of canonical `errors`.

Sentences hold no address, no login and no values: only what went wrong and, for a missing
table or column, its name. Each product's numbers are read in a file of its own.
"""

from __future__ import annotations

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from integrations.canonical.errors import IntegrationError
from integrations.sagepro.backends import message_numbers, sqlstates


def as_told(error: BaseException, connection: Connection) -> DBAPIError | None:
    """An error of the driver's own cursor as SQLAlchemy tells it; None for every other.

    Gives the connection up where it is gone, and where we were interrupted in using it.
    """
    if not isinstance(error, Exception):
        connection.invalidate(error)
        return None
    dialect = connection.dialect
    known = dialect.loaded_dbapi.Error
    if not isinstance(error, known) and not message_numbers.is_from_driver(error):
        return None
    told = DBAPIError.instance(None, None, error, known, hide_parameters=True, dialect=dialect)
    if not isinstance(told, DBAPIError):
        return None
    told.connection_invalidated = (
        not isinstance(error, known)
        or dialect.is_disconnect(error, connection.connection, None)
        or message_numbers.is_gone(told)
    )
    if told.connection_invalidated:
        connection.invalidate(error)
    return told


def translate(error: DBAPIError) -> IntegrationError:
    """The kind of failure, for an error before the commit was sent: nothing was written."""
    if message_numbers.is_theirs(error):
        return message_numbers.translate(error)
    return sqlstates.translate(error)


def is_duplicate(error: DBAPIError) -> bool:
    """A unique key was there already."""
    if message_numbers.is_theirs(error):
        return message_numbers.is_duplicate(error)
    return sqlstates.is_duplicate(error)


def is_refused_commit(error: DBAPIError) -> bool:
    """Whether the server itself said no to the commit, so that nothing was written.

    SQL Server checks no constraint that late: there every failure leaves it open.
    """
    return not message_numbers.is_theirs(error) and sqlstates.is_constraint(error)

"""Database errors as the four kinds of canonical `errors`.

Sentences hold no address, no login and no values: only what went wrong and, for a missing
table or column, its name. Each product's numbers are read in a file of its own.
"""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError

from integrations.canonical.errors import IntegrationError
from integrations.sagepro.backends import message_numbers, sqlstates


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

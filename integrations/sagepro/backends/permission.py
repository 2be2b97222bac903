"""Whether a login has its rights, tried by statements that touch no row."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Connection,
    Executable,
    TableClause,
    column,
    false,
    insert,
    null,
    select,
    table,
    update,
)
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from integrations.sagepro.backends.faults import translate
from integrations.sagepro.profile import PostingProfile
from integrations.sagepro.rights import Right, rights


def use_all(connection: Connection, profile: PostingProfile) -> int:
    """Use every right once; how many there are. The transaction is to be given up.

    Raises FixConfiguration naming the first that is missing.
    """
    needed = rights(profile)
    for right in needed:
        _use(connection, right)
    return len(needed)


def _use(connection: Connection, right: Right) -> None:
    try:
        connection.execute(attempt(right))
    except ProgrammingError as error:
        told = translate(error)
        told.sentence = f"{right.verb} on {right.table}: {told.sentence}"
        raise told from error


def attempt(right: Right) -> Executable:
    """A statement that needs this right and finds no row."""
    names = list(right.columns)
    place: TableClause = table(right.table, *map(column, names), schema=right.schema or None)
    nothing = select(*(null().label(name) for name in names)).where(false())
    statements: dict[str, Executable] = {
        "SELECT": select(*place.c).where(false()),
        "INSERT": insert(place).from_select(names, nothing),
        "UPDATE": update(place).where(false()).values(dict.fromkeys(names, null())),
    }
    return statements[right.verb]


def is_administrator(connection: Connection) -> bool:
    """Whether this login may do everything on the whole server."""
    return bool(connection.execute(select(_Administrator())).scalar_one())


class _Administrator(FunctionElement[Any]):
    inherit_cache = True


@compiles(_Administrator)
def _superuser(_element: _Administrator, _compiler: SQLCompiler, **_options: Any) -> str:
    return "(SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user)"


@compiles(_Administrator, "mssql")
def _sysadmin(_element: _Administrator, _compiler: SQLCompiler, **_options: Any) -> str:
    return "IS_SRVROLEMEMBER('sysadmin')"

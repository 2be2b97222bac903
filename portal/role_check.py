"""Refuses to work as a database role that row-level security does not bite.

An owner, a superuser or a role with BYPASSRLS would read every company's rows through the
same code without anybody noticing. The first connection of every process is looked at.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

# Roles it may switch to count as well: SET ROLE would open the wall.
_QUERY = """
    SELECT current_user,
        coalesce(bool_or(r.rolsuper), false),
        coalesce(bool_or(r.rolbypassrls), false),
        EXISTS (
            SELECT 1 FROM pg_class c
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
              AND pg_has_role(current_user, c.relowner, 'MEMBER')
        )
    FROM pg_roles r WHERE pg_has_role(current_user, r.oid, 'MEMBER')
"""


def watch_connections() -> None:
    """Check the role of `default` and `support` when this process first connects."""
    connection_created.connect(_look, dispatch_uid="portal.role_check")


def role_problem(connection: BaseDatabaseWrapper) -> str:
    """Why this connection's role is too strong to work with, in a sentence; empty if it is not."""
    with connection.cursor() as cursor:
        cursor.execute(_QUERY)
        row = cursor.fetchone()
    name, is_super, bypasses, owns = row or ("?", True, True, True)
    traits = {"is a superuser": is_super, "has BYPASSRLS": bypasses, "owns tables": owns}
    found = [words for words, holds in traits.items() if holds]
    if not found:
        return ""
    return (
        f"The database role {name} {' and '.join(found)}, so row-level security would not "
        "protect companies from each other. Point DATABASE_URL and SUPPORT_URL at the roles "
        "tieout_app and tieout_support."
    )


_checked: set[str] = set()


def _look(*, connection: BaseDatabaseWrapper, **_: Any) -> None:
    alias = connection.alias
    if alias not in {"default", "support"} or alias in _checked:
        return
    problem = role_problem(connection)
    if problem:
        # Left open, the next query would use it without being looked at.
        connection.close()
        raise ImproperlyConfigured(problem)
    _checked.add(alias)

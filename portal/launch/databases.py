"""The three roles and the databases on one PostgreSQL server.

tieout_migrator   owns the tables, bypasses row-level security: migrations and dumps only
tieout_app        everything people and workers do; row-level security always bites
tieout_support    reads across tenants what the walls show it, never secrets
"""

from __future__ import annotations

import psycopg
from psycopg import sql

MIGRATOR = "tieout_migrator"
APP = "tieout_app"
SUPPORT = "tieout_support"


def ensure_roles(superuser_url: str, *, passwords: dict[str, str]) -> None:
    """Create or update the three roles. Safe to repeat."""
    traits = {
        MIGRATOR: "LOGIN NOSUPERUSER NOCREATEROLE CREATEDB BYPASSRLS",
        APP: "LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB NOBYPASSRLS",
        SUPPORT: "LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB NOBYPASSRLS",
    }
    for role, trait in traits.items():
        ensure_login(superuser_url, role=role, password=passwords[role], traits=trait)


def ensure_login(
    superuser_url: str, *, role: str, password: str, traits: str = "LOGIN NOSUPERUSER NOCREATEDB"
) -> None:
    """Create or update one role with these traits and this password. Safe to repeat."""
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        verb = "ALTER" if found.fetchone() else "CREATE"
        connection.execute(
            sql.SQL("{} ROLE {} {} PASSWORD {}").format(
                sql.SQL(verb), sql.Identifier(role), sql.SQL(traits), sql.Literal(password)
            )
        )


def ensure_database(superuser_url: str, *, name: str, owner: str) -> bool:
    """Create the database if it is missing; True when it was made now."""
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return False
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(
                sql.Identifier(name), sql.Identifier(owner)
            )
        )
    return True


def prepare_privileges(database_url: str) -> None:
    """What each role may do with tables the migrator makes here (run as superuser)."""
    defaults = f"ALTER DEFAULT PRIVILEGES FOR ROLE {MIGRATOR} IN SCHEMA public"
    statements = (
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        f"GRANT USAGE, CREATE ON SCHEMA public TO {MIGRATOR}",
        f"GRANT USAGE ON SCHEMA public TO {APP}, {SUPPORT}",
        f"{defaults} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APP}",
        f"{defaults} GRANT USAGE, SELECT ON SEQUENCES TO {APP}",
    )
    with psycopg.connect(database_url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def has_table(database_url: str, name: str) -> bool:
    """Whether the public schema of this database holds a table of this name."""
    with psycopg.connect(database_url) as connection:
        found = connection.execute("SELECT to_regclass(%s)", [f"public.{name}"]).fetchone()
    return found is not None and found[0] is not None


def applied_migrations(database_url: str) -> list[tuple[object, ...]]:
    """What Django has applied here, and when; nothing in an empty database."""
    if not has_table(database_url, "django_migrations"):
        return []
    with psycopg.connect(database_url) as connection:
        return connection.execute("SELECT * FROM django_migrations ORDER BY id").fetchall()

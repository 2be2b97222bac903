"""A database login that may do what the connector does, and nothing else."""

from __future__ import annotations

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from integrations.sagepro.profile import PostingProfile
from integrations.sagepro.rights_script import grants


def create_role(dsn: str, *, role: str, password: str, profile: PostingProfile) -> None:
    """Create the login `role`, or set its password, and grant it what the connector needs.

    Card, password and licence columns stay out of its reach by the database's own rules.
    """
    url = make_url(dsn).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
        verb = sql.SQL("ALTER ROLE" if found else "CREATE ROLE")
        name, secret = sql.Identifier(role), sql.Literal(password)
        connection.execute(
            sql.SQL("{} {} LOGIN NOSUPERUSER PASSWORD {}").format(verb, name, secret)
        )
        for statement in grants(profile, product="postgresql", role=role):
            connection.execute(statement.encode())

"""`python -m portal.launch.prepare`: makes a PostgreSQL of your own ready. Safe to repeat.

Needs DATABASE_URL, SUPPORT_URL and MIGRATOR_URL, whose users are the roles tieout_app,
tieout_support and tieout_migrator. With SUPERUSER_URL too, roles, database and privileges are
made first, with the passwords these addresses hold; without it, they must be there.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from portal.launch import database, databases, steps
from portal.launch.database import Addresses
from portal.launch.postgres import LaunchError
from portal.launch.progress import fail, step


def main(environment: Mapping[str, str] = os.environ) -> int:
    """0 when the database is ready, 1 with one sentence otherwise."""
    try:
        addresses = database.given(environment)
        if addresses is None:
            raise LaunchError("DATABASE_URL, SUPPORT_URL and MIGRATOR_URL must be set.")
        superuser_url = environment.get("SUPERUSER_URL", "")
        if superuser_url:
            with step("Roles"):
                make_roles(superuser_url, addresses)
        database.check(addresses)
        with step("Tables"):
            steps.migrate(addresses, {})
    except LaunchError as error:
        return fail(str(error))
    except psycopg.Error as error:
        return fail(f"The database refused: {str(error).strip().splitlines()[-1]}")
    return 0


def make_roles(superuser_url: str, addresses: Addresses) -> None:
    """The three roles with the addresses' passwords, the database, and who may do what.

    Raises LaunchError when an address names another user than its role.
    """
    urls = {
        databases.APP: addresses.app,
        databases.SUPPORT: addresses.support,
        databases.MIGRATOR: addresses.migrator,
    }
    databases.ensure_roles(
        superuser_url, passwords={role: _password(role, url) for role, url in urls.items()}
    )
    name = str(conninfo_to_dict(addresses.migrator)["dbname"])
    databases.ensure_database(superuser_url, name=name, owner=databases.MIGRATOR)
    databases.prepare_privileges(make_conninfo(superuser_url, dbname=name))


def _password(role: str, url: str) -> str:
    facts = conninfo_to_dict(url)
    if facts.get("user") != role:
        raise LaunchError(f"The user of {role}'s address is ‘{facts.get('user')}’, not {role}.")
    return str(facts.get("password", ""))


if __name__ == "__main__":
    sys.exit(main())

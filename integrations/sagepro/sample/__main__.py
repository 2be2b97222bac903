"""`python -m integrations.sagepro.sample create --dsn URL [--today D] [--replace] [--role R]`.

The role's password is read from the environment variable SAGE_ROLE_PASSWORD, so that it shows
in no process list.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from integrations.canonical.errors import IntegrationError
from integrations.sagepro.sample.company import create_company
from integrations.sagepro.sample.profile import sample_profile
from integrations.sagepro.sample.rights import create_role


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when the company stands; 1 with one sentence on the error stream otherwise."""
    options = _parser().parse_args(arguments)
    password = os.environ.get("SAGE_ROLE_PASSWORD", "")
    if options.role and not password:
        return _fail("Set SAGE_ROLE_PASSWORD to the password the role shall have.")
    try:
        create_company(options.dsn, today=options.today, replace=options.replace)
        if options.role:
            create_role(options.dsn, role=options.role, password=password, profile=sample_profile())
    except IntegrationError as error:
        return _fail(f"{error.sentence} {error.remedy}")
    except (SQLAlchemyError, psycopg.Error) as error:
        return _fail(f"The database cannot be used ({type(error).__name__}).")
    sys.stdout.write(f"Sample company created as of {options.today.isoformat()}.\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m integrations.sagepro.sample")
    create = parser.add_subparsers(required=True).add_parser("create")
    create.add_argument("--dsn", required=True, help="address of an empty PostgreSQL database")
    create.add_argument("--today", type=date.fromisoformat, default=datetime.now(UTC).date())
    create.add_argument("--replace", action="store_true", help="drop a company that is there")
    create.add_argument("--role", default="", help="also make this least-privilege login")
    return parser


def _fail(sentence: str) -> int:
    sys.stderr.write(sentence.strip() + "\n")
    return 1


if __name__ == "__main__":
    raise SystemExit(main())

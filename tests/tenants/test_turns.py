"""Whoever takes a turn at a row that much else refers to keeps nobody from referring to it.

A worker that has rung a drain and writes a payment next must not wait for somebody who holds the
payment's connection or environment and wants to ring the same drain: both would wait for ever.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from integrations.connections.models import Connection
from integrations.connections.rows import locked_connection
from integrations.workflows.models import WorkflowVersion
from tenants.models import Environment, Tenant
from tenants.scope import tenant_transaction
from tenants.versions import publish_next
from tests import factories
from tests.factories import Books

# What PostgreSQL takes of the row that a new row refers to; it refuses instead of waiting.
_REFER = "SELECT 1 FROM {} WHERE id = %s FOR KEY SHARE NOWAIT"


def _publish(books: Books) -> None:
    publish_next(
        WorkflowVersion,
        "workflow.published",
        environment_id=books.environment.id,
        actor="x",
        steps=[],
    )


def _lock(books: Books) -> None:
    locked_connection(books.sage.id)


TURNS: dict[str, tuple[Callable[[Books], object], Callable[[Books], UUID]]] = {
    "tenants_environment": (_publish, lambda books: books.environment.id),
    "connections_connection": (_lock, lambda books: books.sage.id),
}


@pytest.mark.parametrize("table", TURNS)
def test_a_turn_lets_others_refer_to_the_row(db: None, superuser_url: str, table: str) -> None:
    books = factories.company()
    take, row = TURNS[table]
    with psycopg.connect(superuser_url) as other, tenant_transaction(books.tenant.id):
        take(books)
        found = other.execute(_REFER.format(table).encode(), [row(books)]).fetchone()
        assert found == (1,)
        # The turn itself is taken.
        with pytest.raises(psycopg.errors.LockNotAvailable):
            other.execute(
                f"SELECT 1 FROM {table} WHERE id = %s FOR NO KEY UPDATE NOWAIT".encode(),
                [row(books)],
            )


def _sources() -> str:
    root = Path(__file__).parents[2]
    return "".join(
        path.read_text()
        for room in ("integrations", "portal", "tenants")
        for path in (root / room).rglob("*.py")
    )


def test_nothing_takes_a_whole_turn_at_what_everything_refers_to() -> None:
    """Of these three a plain FOR UPDATE would keep others from writing what refers to them."""
    sources = _sources()
    for model in (Connection, Environment, Tenant):
        assert f"{model.__name__}.objects.select_for_update(no_key=True)" in sources
        assert f"{model.__name__}.objects.select_for_update()" not in sources

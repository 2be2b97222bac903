"""What is known already is searched for by id, also while the table has no statistics yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import connection

from integrations.events import facts
from tenants.scope import tenant_transaction
from tests import factories

pytestmark = pytest.mark.usefixtures("db")
_MANY = """
INSERT INTO events_gatewayfact (id, tenant_id, connection_id, transaction_id, type, state, seen_by,
    amount, currency, created_at, batch_number, details)
SELECT gen_random_uuid(), %s, %s, (400000000 + n)::text, 'sale', 'settled', 'sync',
    10, 'USD', now(), '', '{}'
FROM generate_series(1, 2000) AS n
"""


@dataclass
class Plans:
    """The plan of every statement on the facts."""

    told: list[str] = field(default_factory=list)

    def __call__(
        self,
        execute: Callable[..., Any],
        sql: str,
        params: Any,
        many: bool,  # noqa: FBT001 Django's own signature
        context: Mapping[str, Any],
    ) -> Any:
        if "events_gatewayfact" in sql:
            execute(f"EXPLAIN {sql}", params, many, context)
            self.told.append("\n".join(row[0] for row in context["cursor"].fetchall()))
        return execute(sql, params, many, context)


def test_a_large_day_without_statistics_is_searched_by_id() -> None:
    books = factories.company()
    with tenant_transaction(books.tenant.id):
        with connection.cursor() as cursor:
            cursor.execute(_MANY, [books.tenant.id, books.paytrace.id])
        plans = Plans()
        with connection.execute_wrapper(plans):
            known = facts.known_states(
                connection_id=books.paytrace.id,
                transaction_ids=["400000007", "400002000", "400002001"],
            )
    assert known == {("400000007", "settled"), ("400002000", "settled")}
    (plan,) = plans.told
    assert "using fact_once" in plan

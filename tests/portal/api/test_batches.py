"""Settled batches as a program reads them."""

from __future__ import annotations

from decimal import Decimal

from integrations.events.models import GatewayBatch
from tenants.scope import tenant_transaction
from tests import factories
from tests.portal.api.conftest import Program


def _batch(books: factories.Books, number: str, at: str) -> GatewayBatch:
    return GatewayBatch.objects.create(
        connection=books.paytrace, number=number, settled_on=at[:10],
        settled_at=factories.at(at), transaction_count=2, net=Decimal("-25.00"),
        sales=Decimal("5.00"), currency="USD",
    )  # fmt: skip


def test_batches_are_told_page_by_page_and_what_is_unknown_is_null(
    program: Program, books: factories.Books
) -> None:
    with tenant_transaction(books.tenant.id):
        older = _batch(books, "571", "2026-11-19 14:05")
        newer = _batch(books, "572", "2026-11-20 14:05")
    first = program.get("batches?limit=1").json()
    assert first["batches"] == [
        {
            "id": str(newer.id),
            "method": "card",
            "number": "572",
            "settled_on": "2026-11-20",
            "settled_at": "2026-11-20T14:05:00Z",
            "transaction_count": 2,
            "net": "-25.00",
            "sales": "5.00",
            "refunds": None,
            "fees": None,
            "currency": "USD",
            "paytrace_connection_id": str(books.paytrace.id),
            "settlement_id": None,
            "state": None,
            "sentence": "",
        }
    ]
    second = program.get(f"batches?limit=1&cursor={first['next_cursor']}").json()
    assert [one["id"] for one in second["batches"]] == [str(older.id)]
    assert second["next_cursor"] is None
